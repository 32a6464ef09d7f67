// SPDX-License-Identifier: Apache-2.0
// One bond's round: picture -> view -> decision -> last look -> write -> answer -> records.
// Everything that it does is handed in (picture, actuator, time), so a simulation drives the same
// code as the daemon.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bond/topology.hpp"
#include "hnv/config.hpp"
#include "hnv/device_facts.hpp"
#include "watchdog/actuator.hpp"
#include "watchdog/log_entry.hpp"
#include "watchdog/memory.hpp"
#include "watchdog/migration.hpp"
#include "watchdog/policy.hpp"
#include "watchdog/recorder.hpp"
#include "watchdog/view.hpp"

namespace hnv::watchdog {

// What the link monitor knows, at one moment.
struct Picture {
  const bond::Topology* topology = nullptr;
  bool fresh = false;           // of this bond
  std::uint64_t refreshes = 0;  // of this bond
  bool resync = false;          // messages were lost, and everything is read again
};

// What a bond is looked at with. References outlive the look.
struct BondContext {
  const PolicyConfig& policy;
  const BondConfig* config =
      nullptr;  // of this bond; nullptr when the configuration does not name it
  const Situation& situation;
  DeviceFactsCache& facts;
  Actuator& actuator;
  Lookout& lookout;
  const PathStatus* paths = nullptr;  // what the prober says, where this bond is probed
  std::string boot_id = {};
};

class BondKeeper {
 public:
  BondKeeper(bond::IfIndex bond, std::string name);

  // Before the first note(): goes on from what a watchdog before this one knew of the same device,
  // or from the counters of another that had its name.
  void adopt(const BondStatus& status, const BondMemory& memory);
  void adopt_counters(const BondStatus& gone) { recorder_.adopt_counters(gone); }

  // One message about this bond, in order, before the look() of its batch.
  void note(const bond::LinkNews& news, base::BootTime now);

  // Who is who in the bond now. Before a look(), once for each drained batch that touched the bond.
  void survey(const bond::Topology& topology, const BondConfig* config, DeviceFactsCache& facts,
              base::BootTime now);
  // As the last survey found it; empty for a bond that the platform does not mark as HNV.
  [[nodiscard]] const std::optional<HnvBond>& hnv() const { return hnv_; }

  struct Round {
    std::vector<LogEntry> log;
    bool read_back = false;    // read this bond again (LinkMonitor::refresh)
    bool look_around = false;  // the last look before a write found the surroundings changed
    bool keep = false;         // keep what damping has saved, tell by note_kept(), and look again
    bool wrote = false;
  };
  // Once for each drained batch that touched the bond, when its situation has changed, and when
  // wake_at() has come.
  Round look(const Picture& picture, const BondContext& context, base::BootTime now);

  // The state as it is now is where a restart finds it.
  void note_kept() { kept_ = state_.damping.saved; }
  // Once, at a stop for good: puts back at once what damping has changed. May move traffic.
  Round release(Actuator& actuator);
  // At a stop: counts what would be counted a moment later.
  Round finish(const Picture& picture, const Situation& situation, base::BootTime now);

  [[nodiscard]] std::optional<base::BootTime> wake_at() const;
  [[nodiscard]] BondMemory memory(const bond::Topology& topology, const Situation& situation) const;
  [[nodiscard]] const BondStatus& status() const { return recorder_.status(); }

 private:
  [[nodiscard]] RoleAssignment roles_in(const bond::Topology& topology, const BondConfig* config,
                                        DeviceFactsCache& facts, base::BootTime now) const;
  void describe(const bond::Topology& topology, const PolicyConfig& policy, Round& round);
  void describe_pauses(const Situation& situation, const Pauses& pauses, base::BootTime now,
                       Round& round);
  void describe_path(const PathHealth& path, Round& round);
  void describe_mac_conflict(const bond::Topology& topology, Round& round);
  [[nodiscard]] std::string finding_of(const bond::BondInfo& bond,
                                       const PolicyConfig& policy) const;
  void tell_outcome(const WriteOutcome& outcome, Round& round);
  void tell_damping(Round& round);
  [[nodiscard]] std::vector<base::LogField> fields_of(const Write& write) const;
  [[nodiscard]] BondView view_of(const bond::Topology& topology, const RoleAssignment& roles,
                                 const Picture& picture, const BondContext& context,
                                 base::BootTime now) const;
  WriteAnswer attempt(const Write& write, const PolicyState& before, const Picture& picture,
                      const BondContext& context, base::BootTime now, Round& round);
  // A loss while nobody watched starts the hold-down anew.
  void compare_losses(const Picture& picture);
  void tell_failovers(const std::vector<Failover>& failovers, Round& round) const;
  void take(const Decision& decision, base::BootTime now, Round& round);
  [[nodiscard]] std::string slave_name(bond::IfIndex slave) const;

  bond::IfIndex bond_;
  RoleAssignment roles_;
  std::optional<HnvBond> hnv_;
  PolicyState state_;
  Recorder recorder_;
  std::map<bond::IfIndex, std::string> slave_names_;
  std::optional<bond::PrimaryReselect> kept_;  // DampingState::saved, at the last note_kept()
  std::vector<OperatorPause> told_pauses_;
  PathVerdict told_verdict_ = PathVerdict::not_judged;
  std::optional<Write> withheld_;  // already logged
  std::optional<base::BootTime> wake_at_;
  std::optional<KernelCounts> adopted_counts_;  // until they are compared with the present ones
};

}  // namespace hnv::watchdog
