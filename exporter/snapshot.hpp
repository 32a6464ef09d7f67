// SPDX-License-Identifier: Apache-2.0
// The facts behind one scrape: plain values that the metrics table and the status page read. A
// source that fails leaves its part empty, says why, and takes nothing else with it.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/enum_names.hpp"
#include "base/error.hpp"
#include "bond/link_cache.hpp"
#include "exporter/doctor_reader.hpp"
#include "exporter/event_log.hpp"
#include "exporter/link_speed.hpp"
#include "exporter/path_reader.hpp"
#include "exporter/process_facts.hpp"
#include "hnv/config.hpp"
#include "hnv/device_facts.hpp"
#include "hnv/identity.hpp"
#include "hnv/partition.hpp"
#include "hnv/path_words.hpp"
#include "hnv/paths.hpp"
#include "hnv/status.hpp"

namespace hnv::exporter {

enum class Source : std::uint8_t {
  netlink,   // bonds and slaves
  sysfs,     // the devices behind them, their speed
  watchdog,  // its lock and status file; that there is none is no failure
  process,   // this program
  doctor,    // its report; that there is none is no failure
  prober,    // its file; without one there is no such source
};

}  // namespace hnv::exporter

template <>
struct hnv::base::EnumNames<hnv::exporter::Source> {
  static constexpr auto names = std::to_array<std::string_view>(
      {"netlink", "sysfs", "watchdog", "process", "doctor", "prober"});
};

namespace hnv::exporter {

struct SourceOutcome {
  std::optional<base::Error> error;  // empty: success
  base::BootClock::duration duration{};
};

struct Snapshot {
  base::BootTime taken;
  double taken_unix_seconds = 0;
  base::EnumArray<Source, SourceOutcome> sources;

  std::vector<BondReport> bonds;           // by name
  std::vector<std::string> missing_bonds;  // configured, and not there
  std::map<bond::IfIndex, double> speeds;  // bytes per second, of slaves that tell
  PublishedStatus watchdog;                // as bring_up_to_date() leaves it
  std::shared_ptr<const Events> events = std::make_shared<const Events>();  // of the journal
  std::optional<base::Error> events_error;  // why there are no new ones
  std::optional<ProcessFacts> process;
  std::shared_ptr<const checks::DoctorReport> doctor;  // nullptr: none that can be used
  std::shared_ptr<const PathStatus>
      paths;  // of this boot; nullptr: no prober, or none that can be used
  std::optional<PartitionIdentity> identity;  // empty: no device tree, or not asked for
};

// What the prober has found about one of the snapshot's bonds; empty when nothing. Points into the
// snapshot.
std::optional<PathView> path_of(const Snapshot& snapshot, const BondReport& bond);

// Until when somebody vouches for an interval that is still open in the watchdog's status: while
// the watchdog lives, until a second ago; after its death until it was last seen alive or last
// wrote, whichever is later. Never goes back, since Prometheus takes a counter that does for one
// that began again from 0.
class Evidence {
 public:
  base::BootTime update(const PublishedStatus& published, base::BootTime now,
                        double now_unix_seconds);

 private:
  base::BootTime until_;
};

// Makes the watchdog's account fit the moment of the scrape. Bonds that are not among `bonds` have
// vanished and are dropped, the others get their present name; empty `bonds`: not known, nothing is
// dropped. The interval that a bond is off its SR-IOV slave is added to `off_sriov` as far as it is
// vouched for: until `vouched_until`.
void bring_up_to_date(WatchdogStatus& status, const std::vector<BondReport>* bonds,
                      base::BootTime vouched_until);

// Takes snapshots. All but set_config() on one thread.
class SnapshotTaker {
 public:
  // `with_identity`: whether the partition's names are to be shown.
  SnapshotTaker(const Paths& paths, std::string status_file, Config config,
                bool with_identity = true, std::string doctor_file = checks::kDoctorFile,
                std::string prober_file = kProberStatusFile);

  Snapshot take();

  // From any thread; counts from the next snapshot on.
  void set_config(Config config);

 private:
  void read_platform(Snapshot& snapshot);
  void read_netlink(Snapshot& snapshot, std::vector<bond::Link>& links);
  void read_sysfs(Snapshot& snapshot, std::vector<bond::Link> links);
  void read_watchdog(Snapshot& snapshot);
  void read_events(Snapshot& snapshot);
  void read_process(Snapshot& snapshot);
  void read_doctor(Snapshot& snapshot);
  void read_paths(Snapshot& snapshot);
  std::shared_ptr<const Config> present_config();

  Paths paths_;
  std::string status_file_;
  std::string boot_id_;
  PublishedStatusReader published_;
  bool with_identity_;
  std::mutex config_mutex_;
  std::shared_ptr<const Config> config_;

  std::optional<bond::LinkCache> links_;
  std::optional<FrameKey> frame_;  // of the last snapshot
  DeviceFactsCache device_facts_;
  LinkSpeedCache speeds_;
  ProcessReader process_;
  Evidence evidence_;
  EventLog event_log_;
  DoctorReader doctor_;
  PathReader path_reader_;
};

}  // namespace hnv::exporter
