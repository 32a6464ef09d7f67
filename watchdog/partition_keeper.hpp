// SPDX-License-Identifier: Apache-2.0
// All bonds of the partition and the migration that they share: link news and surroundings go in,
// writes, log entries and status come out. Everything that it uses is handed in, so a simulation
// drives the same code as the daemon.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "bond/link_news.hpp"
#include "hnv/config.hpp"
#include "hnv/device_facts.hpp"
#include "hnv/status.hpp"
#include "watchdog/bond_keeper.hpp"
#include "watchdog/migration.hpp"
#include "watchdog/surroundings.hpp"

namespace hnv::watchdog {

class PartitionKeeper {
 public:
  struct Settings {
    Config config;
    PolicyConfig policy;
    MigrationConfig migration;
    std::string boot_id = {};  // of this boot: what the prober says of another one is old
  };
  using PictureOf = std::function<Picture(bond::IfIndex)>;

  PartitionKeeper(PictureOf picture_of, DeviceFactsCache facts, Actuator& actuator,
                  Lookout& lookout);

  // From the next act() on, which looks at every bond.
  void configure(Settings settings);
  // Before start_on() and the first note(): goes on from what a watchdog before this one of the
  // same boot knew.
  void adopt(const Remembered& remembered);
  // Once, before the first act(): the machine that this is, and whether it is another one than
  // before.
  void start_on(const Surroundings& surroundings, const std::optional<Moved>& moved,
                base::BootTime now);

  // One drained batch of link messages, in order.
  void note(const std::vector<bond::LinkNews>& news, base::BootTime now);
  // The first dump is complete: a bond that was not in it is not there. Until then nothing is
  // concluded about a migration.
  void note_complete(base::BootTime now);
  // The link monitor has begun anew: every picture may have changed.
  void look_at_all() { all_touched_ = true; }
  // What the prober publishes; empty without a file that can be used.
  void note(std::optional<PathStatus> paths);
  void note(Surroundings surroundings) { surroundings_ = std::move(surroundings); }

  struct Round {
    std::vector<LogEntry> log;
    std::set<bond::IfIndex> read_back;  // read these bonds again (LinkMonitor::refresh)
    bool look_around = false;           // the surroundings have changed: look, note() and act again
    bool keep = false;                  // keep the state, note_kept() and act again
    // To be published at once: a watchdog that did not know of it would write too early.
    bool urgent = false;
  };
  // Looks at the bonds that the news are about, and at those whose time has come.
  Round act(base::BootTime now);
  // At a stop: counts what would be counted a moment later.
  Round finish(base::BootTime now);
  // The state as it is now is where a restart finds it.
  void note_kept();
  // At a stop for good: puts back what damping has changed.
  std::vector<LogEntry> release();
  [[nodiscard]] std::optional<base::BootTime> wake_at() const;

  [[nodiscard]] Memory memory() const;
  // WatchdogStatus::gone_bonds.
  [[nodiscard]] const std::vector<BondStatus>& gone_bonds() const { return gone_; }
  static constexpr std::size_t kMostGoneBonds = 1000;

  [[nodiscard]] std::size_t bonds() const { return keepers_.size(); }
  [[nodiscard]] const BondStatus* status(bond::IfIndex bond) const;
  [[nodiscard]] std::vector<BondStatus> statuses() const;
  [[nodiscard]] const LpmStatus& lpm() const { return lpm_; }
  [[nodiscard]] ActivityStatus activity() const;
  [[nodiscard]] const MigrationState& migration() const { return migration_; }

 private:
  void begin_keeping(bond::IfIndex bond, const std::string& name, base::BootTime now);
  void count_on(BondKeeper& keeper);
  void note_gone(const BondStatus& status, base::BootTime now);
  void survey(const std::set<bond::IfIndex>& touched, base::BootTime now, Round& round);
  // True when some bond's situation may have changed.
  bool decide_migration(base::BootTime now, Round& round);
  void tell_migration(const MigrationDecision& decision, base::BootTime now, Round& round);
  [[nodiscard]] PolicyConfig policy_of(const BondConfig* config) const;
  [[nodiscard]] Situation situation_of(const BondKeeper& keeper) const;
  void look_at(bond::IfIndex bond, base::BootTime now, Round& round);

  PictureOf picture_of_;
  DeviceFactsCache facts_;
  Actuator& actuator_;
  Lookout& lookout_;
  Settings settings_;
  std::map<bond::IfIndex, BondKeeper> keepers_;
  std::vector<BondStatus> gone_;  // counters by name, the longest gone first
  struct RememberedBond {
    BondStatus status;
    BondMemory memory;
  };
  std::vector<RememberedBond> remembered_;  // until they are found, or the first dump is complete
  bool complete_ = false;                   // the first dump
  bool adopted_ = false;
  std::set<bond::IfIndex> found_;    // since the last act()
  std::set<bond::IfIndex> touched_;  // since the last act(), or not fresh at that time
  bool all_touched_ = false;
  Surroundings surroundings_;
  std::optional<PathStatus> paths_;
  MigrationState migration_;
  Situation situation_;                         // of every HNV bond
  std::vector<OperatorPause> operator_pauses_;  // that the bonds know of
  std::optional<base::BootTime> migration_wake_at_;
  LpmStatus lpm_;
};

}  // namespace hnv::watchdog
