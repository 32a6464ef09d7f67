// SPDX-License-Identifier: Apache-2.0
// Counts and times of one bond, taken from the messages and decisions themselves. Nothing else
// counts anything.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bond/link_news.hpp"
#include "hnv/status.hpp"
#include "watchdog/policy.hpp"

namespace hnv::watchdog {

// A change of the active slave with its cause found.
struct Failover {
  std::string from;  // device name, "" for none
  std::string to;
  FailoverDirection direction = FailoverDirection::other;
  FailoverCause cause = FailoverCause::external;
  // How long `from` had been active, as far as the bond has been followed.
  std::optional<base::BootClock::duration> after;
  bool operator==(const Failover&) const = default;
};

// A change that is not counted yet, with its cause as far as it is known.
struct OpenFailover {
  Failover failover;
  base::BootTime at;
  std::optional<base::BootTime> before_since;  // when failover.from became the active slave
  bool operator==(const OpenFailover&) const = default;
};

// What a recorder goes on from after a restart, beside the status.
struct RecorderMemory {
  bool active_known = false;
  std::optional<bond::IfIndex> active;  // as of the last change, counted or open
  std::optional<base::BootTime> active_since;
  std::vector<OpenFailover> open;
  bool operator==(const RecorderMemory&) const = default;
};

class Recorder {
 public:
  Recorder(bond::IfIndex bond, std::string name);

  // Goes on from what another recorder of the same bond knew. Should another slave be active by
  // now, that is one change, marked as found by a dump.
  // `policy_losses`: PolicyState::primary_losses of that time.
  void adopt(const BondStatus& status, const RecorderMemory& memory, std::uint64_t policy_losses);
  // Goes on from the counters of a bond of this name that has gone.
  void adopt_counters(const BondStatus& gone);

  void rename(const std::string& name) { status_.name = name; }
  // Names and roles of the present slaves. Those that have left stay known for changes that are
  // still open.
  void note_slave(bond::IfIndex slave, const std::string& name, Role role);

  // One message, in order. `pending` is our own write under way.
  void note_news(const bond::LinkNews& news, const std::optional<Write>& pending,
                 base::BootTime now);

  void note_assessment(const Assessment& assessment, base::BootTime now);
  void note_attempt(WriteRule rule);
  void note_fast_skipped(FastSkip reason) { ++status_.fast_failovers_skipped[reason]; }
  void note_damping(const DampingState& damping);
  void note_budget(bool spent) { status_.budget_spent = spent; }
  void note_outcome(const WriteOutcome& outcome);
  // Of this bond; those of a bond of this name before it are added.
  void note_primary_losses(std::uint64_t losses) {
    status_.primary_losses = primary_losses_before_ + losses;
  }
  void note_finding(std::string finding) { status_.finding = std::move(finding); }
  void note_waiting(std::optional<base::BootTime> until) { status_.waits_until = until; }
  void note_pauses(const Pauses& pauses) { status_.paused = pauses; }
  void note_mac_conflict(std::string slave) { status_.mac_conflict = std::move(slave); }
  void note_devices(std::string sriov, std::string active);

  // Why a slave lost the traffic is often told by messages that come a moment later (a released
  // slave leaves the bond after the failover that its release made): a change is counted once they
  // have had time to arrive.
  static constexpr std::chrono::milliseconds kCauseDelay{250};
  // Counts the changes whose time has come and returns them.
  std::vector<Failover> settle(const bond::Topology& topology, const Situation& situation,
                               base::BootTime now, double unix_seconds);
  // Counts all at once, with what is known by now: nobody will be there later.
  std::vector<Failover> settle_all(const bond::Topology& topology, const Situation& situation,
                                   base::BootTime now, double unix_seconds);
  [[nodiscard]] std::optional<base::BootTime> wake_at() const;

  [[nodiscard]] const BondStatus& status() const { return status_; }
  [[nodiscard]] RecorderMemory memory(const bond::Topology& topology,
                                      const Situation& situation) const;

 private:
  struct OpenChange {
    bond::ActiveSlaveChange change;
    base::BootTime at;
    std::optional<base::BootTime> before_since;  // when the slave before became the active one
    bool resync = false;
    std::optional<WriteRule> own;  // our write was under way, and this is what it asks for
    bool to_enslaved = false;      // the new slave had just joined
    bool to_recovered = false;     // its link had just come up
  };
  struct KnownSlave {
    std::string name;
    Role role = Role::unknown;
    std::optional<base::BootTime> joined;
    std::optional<base::BootTime> recovered;
  };

  void find_unseen_change(std::optional<bond::IfIndex> active, base::BootTime now);
  void count(const OpenFailover& open, base::BootTime now, double unix_seconds,
             std::vector<Failover>& settled);
  [[nodiscard]] OpenFailover describe(const OpenChange& open, const bond::Topology& topology,
                                      const Situation& situation) const;
  [[nodiscard]] FailoverCause cause_of(const OpenChange& open, const bond::Topology& topology,
                                       const Situation& situation) const;
  [[nodiscard]] FailoverCause cause_without_migration(const OpenChange& open,
                                                      const bond::Topology& topology) const;
  [[nodiscard]] FailoverDirection direction_of(std::optional<bond::IfIndex> to) const;
  [[nodiscard]] std::string name_of_slave(std::optional<bond::IfIndex> slave) const;

  BondStatus status_;
  std::map<bond::IfIndex, KnownSlave> slaves_;
  std::vector<OpenChange> open_;
  std::vector<OpenFailover> adopted_;  // open at a restart
  bool active_known_ = false;
  std::optional<bond::IfIndex> active_;  // as of the last change
  std::uint64_t primary_losses_before_ = 0;
  std::optional<base::BootTime> active_since_;  // whichever slave it is, or none
};

}  // namespace hnv::watchdog
