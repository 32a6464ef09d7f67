// SPDX-License-Identifier: Apache-2.0
#include "watchdog/recorder.hpp"

#include <algorithm>
#include <utility>

namespace hnv::watchdog {

namespace {

using base::BootTime;
using bond::IfIndex;

// How long before a failover the event that caused it may have been seen: they come from one miimon
// tick or one request.
constexpr std::chrono::seconds kJustBefore{1};

bool just_before(std::optional<BootTime> event, BootTime now) {
  return event && now - *event <= kJustBefore;
}

}  // namespace

Recorder::Recorder(IfIndex bond, std::string name) {
  status_.index = bond;
  status_.name = std::move(name);
}

void Recorder::adopt(const BondStatus& status, const RecorderMemory& memory,
                     std::uint64_t policy_losses) {
  status_ = status;
  primary_losses_before_ = status.primary_losses - std::min(status.primary_losses, policy_losses);
  adopted_ = memory.open;
  active_known_ = memory.active_known;
  active_ = memory.active;
  active_since_ = memory.active_since;
}

void Recorder::adopt_counters(const BondStatus& gone) {
  BondStatus status = counters_of(gone);
  status.name = status_.name;
  status.index = status_.index;
  primary_losses_before_ = status.primary_losses;
  status_ = std::move(status);
}

void Recorder::note_slave(IfIndex slave, const std::string& name, Role role) {
  KnownSlave& known = slaves_[slave];
  known.name = name;
  known.role = role;
}

void Recorder::note_news(const bond::LinkNews& news, const std::optional<Write>& pending,
                         BootTime now) {
  const bond::Change& change = news.change;
  if (change.glitch) ++status_.glitches;
  status_.unseen_failures[UnseenFailure::link_failure_count] += news.unseen_link_failures;
  status_.unseen_failures[UnseenFailure::carrier_losses] += news.unseen_carrier_losses;
  if (change.slave) {
    KnownSlave& slave = slaves_[*change.slave];
    if (change.kind == bond::Change::Kind::added) slave.joined = now;
    if (change.recovered) slave.recovered = now;
  }
  if (!active_since_) active_since_ = now;
  if (!change.active_slave) return;
  find_unseen_change(change.active_slave->from, now);
  active_ = change.active_slave->to;
  OpenChange open;
  open.before_since = std::exchange(active_since_, now);
  open.change = *change.active_slave;
  open.at = now;
  open.resync = news.resync;
  if (const auto to = open.change.to) {
    const KnownSlave& slave = slaves_[*to];
    if (pending && pending->slave == *to && moves_traffic(pending->rule)) open.own = pending->rule;
    open.to_enslaved = just_before(slave.joined, now);
    open.to_recovered = just_before(slave.recovered, now);
  }
  open_.push_back(std::move(open));
}

// Between the last change that was recorded and the first picture after it nobody watched.
void Recorder::find_unseen_change(std::optional<IfIndex> active, BootTime now) {
  if (std::exchange(active_known_, true) && active_ != active) {
    OpenChange open;
    open.change.bond = status_.index;
    open.change.from = active_;
    open.change.to = active;
    open.at = now;
    open.resync = true;
    // When it happened is not known, and so not how long the one before was active.
    active_since_ = now;
    open_.push_back(std::move(open));
  }
  active_ = active;
}

void Recorder::note_assessment(const Assessment& assessment, BootTime now) {
  if (assessment.state != status_.state) {
    status_.state = assessment.state;
    status_.state_since = now;
  }
  if (assessment.off_reason == status_.off_reason) return;
  if (status_.off_reason) status_.off_sriov[*status_.off_reason] += now - status_.off_since;
  status_.off_reason = assessment.off_reason;
  status_.off_since = now;
}

void Recorder::note_attempt(WriteRule rule) {
  if (rule == WriteRule::path_failover) return;  // restores nothing; the failover itself is counted
  ++(rule == WriteRule::fast_failover ? status_.fast_failovers : status_.restore_attempts);
}

void Recorder::note_outcome(const WriteOutcome& outcome) {
  if (const auto* failed = std::get_if<WriteFailed>(&outcome)) {
    ++status_.restore_failures[failed->failure];
    return;
  }
  const auto& confirmed = std::get<WriteConfirmed>(outcome);
  if (option_of(confirmed.write.rule) == WrittenOption::active_slave) return;
  status_.restore_duration.observe(base::to_seconds(confirmed.took));
}

void Recorder::note_damping(const DampingState& damping) {
  status_.penalty = damping.penalty;
  status_.suppressed = damping.suppressed_since.has_value();
  status_.saved_reselect = damping.saved;
}

void Recorder::note_devices(std::string sriov, std::string active) {
  status_.sriov_device = std::move(sriov);
  status_.active_device = std::move(active);
}

std::vector<Failover> Recorder::settle(const bond::Topology& topology, const Situation& situation,
                                       BootTime now, double unix_seconds) {
  if (const bond::Link* link = topology.bond(status_.index)) {
    find_unseen_change(link->bond->active_slave, now);
  }
  std::vector<Failover> settled;
  for (const OpenFailover& open : std::exchange(adopted_, {})) {
    count(open, now, unix_seconds, settled);
  }
  std::size_t done = 0;
  for (; done < open_.size() && now >= open_[done].at + kCauseDelay; ++done) {
    count(describe(open_[done], topology, situation), now, unix_seconds, settled);
  }
  open_.erase(open_.begin(), open_.begin() + static_cast<std::ptrdiff_t>(done));
  if (open_.empty()) {
    std::erase_if(
        slaves_, [&topology](const auto& slave) { return topology.slave(slave.first) == nullptr; });
  }
  return settled;
}

std::vector<Failover> Recorder::settle_all(const bond::Topology& topology,
                                           const Situation& situation, BootTime now,
                                           double unix_seconds) {
  std::vector<Failover> settled = settle(topology, situation, now, unix_seconds);
  for (const OpenChange& open : std::exchange(open_, {})) {
    count(describe(open, topology, situation), now, unix_seconds, settled);
  }
  return settled;
}

void Recorder::count(const OpenFailover& open, BootTime now, double unix_seconds,
                     std::vector<Failover>& settled) {
  ++status_.failovers[open.failover.direction][open.failover.cause];
  status_.last_failover_unix_seconds = unix_seconds - base::to_seconds(now - open.at);
  settled.push_back(open.failover);
  if (open.before_since) settled.back().after = open.at - *open.before_since;
}

OpenFailover Recorder::describe(const OpenChange& open, const bond::Topology& topology,
                                const Situation& situation) const {
  OpenFailover described;
  described.at = open.at;
  described.before_since = open.before_since;
  described.failover.from = name_of_slave(open.change.from);
  described.failover.to = name_of_slave(open.change.to);
  described.failover.direction = direction_of(open.change.to);
  described.failover.cause = cause_of(open, topology, situation);
  return described;
}

RecorderMemory Recorder::memory(const bond::Topology& topology, const Situation& situation) const {
  RecorderMemory memory{active_known_, active_, active_since_, adopted_};
  for (const OpenChange& open : open_) {
    memory.open.push_back(describe(open, topology, situation));
  }
  return memory;
}

std::optional<BootTime> Recorder::wake_at() const {
  if (open_.empty()) return std::nullopt;
  return open_.front().at + kCauseDelay;
}

FailoverCause Recorder::cause_of(const OpenChange& open, const bond::Topology& topology,
                                 const Situation& situation) const {
  if (open.resync) return FailoverCause::resync;
  if (open.own == WriteRule::fast_failover) return FailoverCause::fast_failover;
  if (open.own == WriteRule::path_failover) return FailoverCause::path;
  if (open.own) return FailoverCause::watchdog;
  if (situation.lpm_window) return FailoverCause::lpm;
  const FailoverCause cause = cause_without_migration(open, topology);
  // hcnmgr prefers the SR-IOV slave that it has put into the bond.
  const bool by_hcnmgr = cause == FailoverCause::external && situation.hcnmgr_at_work;
  return by_hcnmgr ? FailoverCause::enslaved : cause;
}

FailoverCause Recorder::cause_without_migration(const OpenChange& open,
                                                const bond::Topology& topology) const {
  if (open.change.from) {
    const auto& from = open.change.from_link;
    const bool mii_down = from && from->slave && from->slave->mii_status != bond::MiiStatus::up;
    if (from && !from->admin_up && mii_down) return FailoverCause::admin;
    const bond::SlaveRecord* now_known = topology.slave(*open.change.from);
    const bool left = now_known == nullptr || now_known->bond != open.change.bond;
    // A device that is unplugged is closed first, and its release makes the failover before any
    // tick of miimon.
    const bool closed = from && !from->admin_up;
    if (!mii_down && (left || closed)) return FailoverCause::removed;
    if (open.to_enslaved) return FailoverCause::enslaved;
    if (mii_down) return FailoverCause::link_down;
  }
  if (open.to_enslaved) return FailoverCause::enslaved;
  if (open.to_recovered) return FailoverCause::link_up;
  return FailoverCause::external;
}

FailoverDirection Recorder::direction_of(std::optional<IfIndex> to) const {
  if (!to) return FailoverDirection::to_none;
  const auto slave = slaves_.find(*to);
  if (slave == slaves_.end()) return FailoverDirection::other;
  switch (slave->second.role) {
    case Role::sriov:
      return FailoverDirection::to_sriov;
    case Role::virtual_device:
      return FailoverDirection::to_virtual;
    case Role::unknown:
      return FailoverDirection::other;
  }
  return FailoverDirection::other;
}

std::string Recorder::name_of_slave(std::optional<IfIndex> slave) const {
  if (!slave) return {};
  const auto known = slaves_.find(*slave);
  return known != slaves_.end() ? known->second.name : std::string();
}

}  // namespace hnv::watchdog
