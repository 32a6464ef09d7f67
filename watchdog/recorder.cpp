// SPDX-License-Identifier: Apache-2.0
#include "watchdog/recorder.hpp"

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

void Recorder::note_slave(IfIndex slave, const std::string& name, Role role) {
  KnownSlave& known = slaves_[slave];
  known.name = name;
  known.role = role;
}

void Recorder::note_change(const bond::Change& change, bool resync,
                           const std::optional<SetPrimary>& pending, BootTime now) {
  if (change.slave) {
    KnownSlave& slave = slaves_[*change.slave];
    if (change.kind == bond::Change::Kind::added) slave.joined = now;
    if (change.recovered) slave.recovered = now;
  }
  const auto before_since = active_since_;
  if (!active_since_ || change.active_slave) active_since_ = now;
  if (!change.active_slave) return;
  OpenChange open;
  open.before_since = before_since;
  open.change = *change.active_slave;
  open.at = now;
  open.resync = resync;
  if (const auto to = open.change.to) {
    const KnownSlave& slave = slaves_[*to];
    open.own = pending && pending->slave == *to && moves_traffic(pending->rule);
    open.to_enslaved = just_before(slave.joined, now);
    open.to_recovered = just_before(slave.recovered, now);
  }
  open_.push_back(std::move(open));
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

void Recorder::note_outcome(const WriteOutcome& outcome) {
  if (const auto* confirmed = std::get_if<WriteConfirmed>(&outcome)) {
    status_.restore_duration.observe(base::to_seconds(confirmed->took));
  } else {
    ++status_.restore_failures[std::get<WriteFailed>(outcome).failure];
  }
}

void Recorder::note_devices(std::string sriov, std::string active) {
  status_.sriov_device = std::move(sriov);
  status_.active_device = std::move(active);
}

std::vector<Failover> Recorder::settle(const bond::Topology& topology, const Situation& situation,
                                       BootTime now, double unix_seconds) {
  std::vector<Failover> settled;
  std::size_t done = 0;
  for (; done < open_.size() && now >= open_[done].at + kCauseDelay; ++done) {
    const OpenChange& open = open_[done];
    Failover failover;
    failover.from = name_of_slave(open.change.from);
    failover.to = name_of_slave(open.change.to);
    failover.direction = direction_of(open.change.to);
    failover.cause = cause_of(open, topology, situation);
    if (open.before_since) failover.after = open.at - *open.before_since;
    ++status_.failovers[failover.direction][failover.cause];
    status_.last_failover_unix_seconds = unix_seconds - base::to_seconds(now - open.at);
    settled.push_back(std::move(failover));
  }
  open_.erase(open_.begin(), open_.begin() + static_cast<std::ptrdiff_t>(done));
  if (open_.empty()) {
    std::erase_if(
        slaves_, [&topology](const auto& slave) { return topology.slave(slave.first) == nullptr; });
  }
  return settled;
}

std::optional<BootTime> Recorder::wake_at() const {
  if (open_.empty()) return std::nullopt;
  return open_.front().at + kCauseDelay;
}

FailoverCause Recorder::cause_of(const OpenChange& open, const bond::Topology& topology,
                                 const Situation& situation) const {
  if (open.resync) return FailoverCause::resync;
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
