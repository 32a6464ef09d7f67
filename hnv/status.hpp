// SPDX-License-Identifier: Apache-2.0
// What the watchdog publishes for the exporter and hnvctl: one file, replaced as a whole, valid for
// one boot. Times are CLOCK_BOOTTIME unless their name says unix. Intervals that run are stored as
// "since", so that readers add what runs.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/enum_names.hpp"
#include "base/expected.hpp"
#include "bond/link_monitor.hpp"
#include "hnv/operator_pause.hpp"
#include "hnv/penalty.hpp"
#include "hnv/processes.hpp"
#include "hnv/vocabulary.hpp"

namespace hnv {

// A histogram as Prometheus has it, with the bounds of hnv_watchdog_restore_duration_seconds.
struct DurationHistogram {
  static constexpr std::array kUpperBounds = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                              0.05,   0.1,   0.25,   0.5,   1.0,  2.5};
  // How many durations fell into each bucket alone (not cumulative); the last is above all bounds.
  std::array<std::uint64_t, kUpperBounds.size() + 1> counts{};
  double sum_seconds = 0;

  void observe(double seconds);
  [[nodiscard]] std::uint64_t count() const;
  bool operator==(const DurationHistogram&) const = default;
};

using FailoverCounts =
    base::EnumArray<FailoverDirection, base::EnumArray<FailoverCause, std::uint64_t>>;

struct BondStatus {
  std::string name;
  bond::IfIndex index;
  std::string sriov_device;   // "": away or unknown
  std::string active_device;  // "": none
  std::string finding;  // why the bond is not managed or its roles are unknown; "" when all is well
  std::string mac_conflict;  // the slave that has the bond's address and is not active; "" for none

  WatchState state = WatchState::unmanaged;
  base::BootTime state_since;
  std::optional<base::BootTime> waits_until;  // when the watchdog looks again by itself
  std::optional<OffReason> off_reason;        // empty while the SR-IOV slave carries the traffic
  base::BootTime off_since;                   // of off_reason
  base::EnumArray<PauseReason, bool> paused;  // all that holds

  FailoverCounts failovers;
  base::EnumArray<UnseenFailure, std::uint64_t> unseen_failures;
  base::EnumArray<OffReason, base::BootClock::duration> off_sriov;  // finished intervals only
  std::optional<double> last_failover_unix_seconds;

  std::uint64_t restore_attempts = 0;
  base::EnumArray<RestoreFailure, std::uint64_t> restore_failures;
  DurationHistogram restore_duration;
  // How often a primary that the watchdog had set was lost again without the slave leaving: a
  // stored profile overwrites it.
  std::uint64_t primary_losses = 0;
  bool budget_spent = false;  // no more moves of the watchdog's for a while

  Penalty penalty;
  bool suppressed = false;  // the penalty is, or was, above the limit; acted on where damping is on
  std::optional<bond::PrimaryReselect> saved_reselect;  // while damping has changed it

  std::uint64_t fast_failovers = 0;  // attempts
  base::EnumArray<FastSkip, std::uint64_t> fast_failovers_skipped;
  std::uint64_t glitches = 0;  // lost carriers that were back before a tick of miimon saw them
  bool operator==(const BondStatus&) const = default;
};

// Of all directions and causes.
std::uint64_t failovers_of(const BondStatus& bond);

// What goes on counting under the bond's name when it has gone; the interval that ran must have
// ended.
BondStatus counters_of(const BondStatus& bond);

// Migrations of this partition, of this boot.
struct LpmStatus {
  std::optional<base::BootTime> window_since;  // while one is open
  bool overdue = false;                        // ... and an SR-IOV slave has been away for too long
  std::optional<double> last_start_unix_seconds;
  std::optional<double> last_window_seconds;  // of the last one that closed
  base::EnumArray<LpmOutcome, std::uint64_t> windows;
  base::EnumArray<LpmKind, base::EnumArray<LpmResult, std::uint64_t>> migrations;
  bool operator==(const LpmStatus&) const = default;
};

// What else changes the partition's network, at the last look.
struct ActivityStatus {
  std::vector<HcnProcess> processes;
  bool dlpar = false;                 // drmgr has its lock
  bool stuck = false;                 // one of these does not end
  std::vector<OperatorPause> pauses;  // that have not ended, by name
  bool operator==(const ActivityStatus&) const = default;
};

struct WatchdogStatus {
  static constexpr int kSchema = 3;

  std::string boot_id;
  std::string version;
  std::int64_t pid = 0;
  Mode mode = Mode::enforce;
  double started_unix_seconds = 0;
  double written_unix_seconds = 0;
  std::uint64_t receive_buffer_bytes = 0;
  std::uint64_t last_event = 0;        // its sequence number in the journal (hnv/events.hpp)
  std::uint64_t events_unwritten = 0;  // lost, because the journal could not be written for long
  bond::LinkCounters links;
  LpmStatus lpm;
  ActivityStatus activity;
  std::uint64_t status_write_failures = 0;  // of this file
  std::vector<BondStatus> bonds;
  // Counters of bonds that have gone in this boot, the longest gone first, by name: should one come
  // again, it goes on counting. Nobody shows them.
  std::vector<BondStatus> gone_bonds;
  bool operator==(const WatchdogStatus&) const = default;

  [[nodiscard]] const BondStatus* bond(std::string_view name) const;
};

// JSON; zero counts are left out. decode: error unsupported for another schema, invalid for
// anything that is not what encode writes; `file` is for messages. `memory`: JSON that is put into
// the same file as its member "memory" and read by the watchdog alone (watchdog/memory.hpp).
std::string encode_status(const WatchdogStatus& status, std::string_view memory = {});
base::Expected<WatchdogStatus> decode_status(std::string_view json, const std::string& file);

// The same for texts of one file, one after another. Where nothing happens they differ in what
// stands before the bonds: the time, and how many messages there were. So the bonds, which are
// nearly all of it, are decoded when they have changed.
class StatusDecoder {
 public:
  explicit StatusDecoder(std::string file) : file_(std::move(file)) {}

  // Valid until the next call.
  const base::Expected<WatchdogStatus>& decode(std::string text);

 private:
  [[nodiscard]] std::optional<WatchdogStatus> with_known_bonds(std::string_view text);

  std::string file_;
  std::string text_;  // as it was decoded last
  std::optional<base::Expected<WatchdogStatus>> decoded_;
};

// What is published now.
struct PublishedStatus {
  bool alive = false;                    // a watchdog holds its lock
  std::optional<WatchdogStatus> status;  // empty without a file of this boot
  std::optional<base::Error> error;      // a file that is there and cannot be used
};
PublishedStatus read_published_status(const std::string& status_file, const std::string& boot_id);

// The same for those who ask again and again.
class PublishedStatusReader {
 public:
  PublishedStatusReader(std::string status_file, std::string boot_id)
      : status_file_(std::move(status_file)),
        boot_id_(std::move(boot_id)),
        decoder_(status_file_) {}

  PublishedStatus read();

 private:
  std::string status_file_;
  std::string boot_id_;
  StatusDecoder decoder_;
};

// The lock beside the status file whose holder is the living watchdog.
std::string watchdog_lock_file(const std::string& status_file);

// /proc/sys/kernel/random/boot_id; "" when it cannot be read.
std::string read_boot_id(const std::string& procfs);

// No status file is larger: ten times what 1,000 bonds need.
inline constexpr std::size_t kLargestStatusFile = std::size_t{16} * 1024 * 1024;

}  // namespace hnv
