// SPDX-License-Identifier: Apache-2.0
#include "watchdog/bond_keeper.hpp"

#include <algorithm>
#include <utility>

namespace hnv::watchdog {

namespace {

using base::BootTime;
using base::LogField;
using base::LogLevel;
using bond::IfIndex;

RestoreFailure failure_of(const base::Error& error) {
  switch (error.code) {
    case base::ErrorCode::permission:
      return RestoreFailure::permission;
    case base::ErrorCode::wrong_mode:
      return RestoreFailure::mode;
    case base::ErrorCode::not_found:
    case base::ErrorCode::unsupported:
      return RestoreFailure::no_bond;
    default:
      return RestoreFailure::timeout;
  }
}

std::string text_of(std::optional<OffReason> reason) {
  return reason ? std::string(base::name_of(*reason)) : "none";
}

// To the microsecond, so that a log line has no noise of binary fractions.
double rounded_milliseconds(Duration duration) {
  constexpr double kPerMillisecond = 1000;
  const auto whole = std::chrono::round<std::chrono::microseconds>(duration);
  return static_cast<double>(whole.count()) / kPerMillisecond;
}

double rounded_seconds(Duration duration) {
  constexpr double kPerSecond = 1000;
  return rounded_milliseconds(std::chrono::round<std::chrono::milliseconds>(duration)) / kPerSecond;
}

std::string or_none(const std::string& device) {
  return device.empty() ? "none" : device;
}

}  // namespace

BondKeeper::BondKeeper(IfIndex bond, std::string name)
    : bond_(bond), recorder_(bond, std::move(name)) {}

void BondKeeper::adopt(const BondStatus& status, const BondMemory& memory) {
  state_ = memory.policy;
  adopted_counts_ = memory.kernel;
  recorder_.adopt(status, memory.recorder, memory.policy.primary_losses);
}

BondMemory BondKeeper::memory(const bond::Topology& topology, const Situation& situation) const {
  BondMemory memory;
  memory.name = recorder_.status().name;
  memory.index = bond_;
  memory.policy = state_;
  memory.policy.pending.reset();
  memory.policy.membership_generation.reset();
  memory.policy.membership_since = BootTime{};
  memory.policy.losses = 0;
  memory.recorder = recorder_.memory(topology, situation);
  // A loss that no complete picture has shown to the policy yet is in the present counts already.
  const bond::SlaveRecord* sriov = state_.sriov ? topology.slave(*state_.sriov) : nullptr;
  if (!adopted_counts_ && sriov != nullptr && sriov->losses != state_.losses) {
    memory.policy.sriov.reset();
  }
  // Until they are compared nothing newer is known to belong to the policy's state.
  memory.kernel = adopted_counts_ ? *adopted_counts_ : kernel_counts_of(topology, bond_);
  return memory;
}

// The first complete picture begins with SlaveRecord::losses 0, as an adopted state does.
void BondKeeper::compare_losses(const Picture& picture) {
  if (!picture.fresh || !adopted_counts_) return;
  const KernelCounts before = *std::exchange(adopted_counts_, std::nullopt);
  if (!state_.sriov) return;
  const KernelCounts after = kernel_counts_of(*picture.topology, bond_);
  // Another slave's health is another's.
  if (shows_loss(before, after, *state_.sriov)) state_.sriov.reset();
}

void BondKeeper::note(const bond::Change& change, bool resync, BootTime now) {
  const auto pending = state_.pending ? std::optional(state_.pending->write) : std::nullopt;
  recorder_.note_change(change, resync, pending, now);
}

RoleAssignment BondKeeper::roles_in(const bond::Topology& topology, const BondConfig* config,
                                    DeviceFactsCache& facts, BootTime now) const {
  std::vector<SlaveDevice> devices;
  for (const bond::SlaveRecord* slave : topology.slaves_of(bond_)) {
    devices.push_back(SlaveDevice{&slave->link, &facts.facts_of(slave->link, now)});
  }
  // The record's name is that of the last round, and a rename changes what the bond is.
  const bond::Link* link = topology.bond(bond_);
  return assign_roles(link != nullptr ? link->name : recorder_.status().name, config, devices);
}

void BondKeeper::survey(const bond::Topology& topology, const BondConfig* config,
                        DeviceFactsCache& facts, BootTime now) {
  roles_ = roles_in(topology, config, facts, now);
  hnv_.reset();
  const bond::Link* link = topology.bond(bond_);
  if (link == nullptr || !roles_.hcn_id) return;
  const auto slaves = topology.slaves_of(bond_);
  const auto sriov = roles_.sriov_index();
  hnv_ = HnvBond{bond_, sriov.has_value(),
                 sriov && link->bond->active_slave == slaves[*sriov]->link.index};
}

// What the records say about the bond itself.
void BondKeeper::describe(const bond::Topology& topology, Round& round) {
  const bond::Link* link = topology.bond(bond_);
  if (link == nullptr) return;
  recorder_.rename(link->name);
  std::string sriov;
  std::string active;
  slave_names_.clear();
  const auto slaves = topology.slaves_of(bond_);
  for (std::size_t index = 0; index < slaves.size(); ++index) {
    const bond::Link& slave = slaves[index]->link;
    slave_names_[slave.index] = slave.name;
    recorder_.note_slave(slave.index, slave.name, roles_.roles[index]);
    if (roles_.roles[index] == Role::sriov) sriov = slave.name;
    if (link->bond->active_slave == slave.index) active = slave.name;
  }
  recorder_.note_devices(std::move(sriov), std::move(active));
  std::string finding = roles_.finding;
  if (link->bond->mode && link->bond->mode != bond::BondMode::active_backup) {
    finding = "mode is " + std::string(base::name_of(*link->bond->mode)) + ", not active-backup";
  } else if (!bond::is_monitored(*link->bond)) {
    finding = "no link monitoring: miimon and arp_interval are 0";
  }
  if (finding != recorder_.status().finding) {
    round.log.push_back(
        {LogLevel::info, Event::finding, {{"bond", link->name}, {"finding", finding}}});
    recorder_.note_finding(std::move(finding));
  }
  describe_mac_conflict(topology, round);
}

void BondKeeper::describe_mac_conflict(const bond::Topology& topology, Round& round) {
  const bond::Link& link = *topology.bond(bond_);
  std::string conflict;
  for (const bond::SlaveRecord* slave : topology.slaves_of(bond_)) {
    if (bond::has_mac_conflict(link, slave->link)) conflict = slave->link.name;
  }
  if (conflict == recorder_.status().mac_conflict) return;
  std::vector<LogField> fields{{"bond", link.name}, {"slave", or_none(conflict)}};
  if (!conflict.empty()) {
    fields.push_back({"hint", std::string("two slaves have the bond's address; a new activation of "
                                          "the bond gives them their own again")});
  }
  round.log.push_back(
      {conflict.empty() ? LogLevel::info : LogLevel::warn, Event::mac_conflict, std::move(fields)});
  recorder_.note_mac_conflict(std::move(conflict));
}

void BondKeeper::describe_pauses(const Pauses& pauses, Round& round) {
  // Lost messages are told of by the overrun itself.
  Pauses told = recorder_.status().paused;
  told[PauseReason::resync] = pauses[PauseReason::resync];
  if (pauses != told) {
    std::string reasons;
    for (const auto reason : base::all_values<PauseReason>()) {
      if (!pauses[reason]) continue;
      if (!reasons.empty()) reasons.append(",");
      reasons.append(base::name_of(reason));
    }
    round.log.push_back({LogLevel::info,
                         Event::paused,
                         {{"bond", recorder_.status().name}, {"reasons", or_none(reasons)}}});
  }
  recorder_.note_pauses(pauses);
}

BondView BondKeeper::view_of(const bond::Topology& topology, const RoleAssignment& roles,
                             const Picture& picture, const Situation& situation) const {
  BondView view = make_view(topology, bond_, roles, picture.fresh, picture.refreshes);
  view.situation = situation;
  return view;
}

BondKeeper::Round BondKeeper::look(const Picture& picture, const BondContext& context,
                                   BootTime now) {
  Round round;
  describe(*picture.topology, round);
  Pauses pauses = context.situation.pauses;
  pauses[PauseReason::resync] = picture.resync;
  describe_pauses(pauses, round);
  tell_failovers(recorder_.settle(*picture.topology, context.situation, now, base::unix_time()),
                 round);
  compare_losses(picture);
  BondView view = view_of(*picture.topology, roles_, picture, context.situation);
  const PolicyState before = state_;
  Decision decision = step(context.policy, before, view, now);
  take(decision, now, round);
  if (decision.write) {
    view.answer = attempt(*decision.write, before, picture, context, now, round);
    decision = step(context.policy, state_, view, now);
    take(decision, now, round);
  }
  return round;
}

// The picture that led to the decision may be a moment old. The bond is read once more and the
// decision taken again on what is seen: only the same decision is carried out, and only while
// nothing else changes the partition's network.
WriteAnswer BondKeeper::attempt(const SetPrimary& write, const PolicyState& before,
                                const Picture& picture, const BondContext& context, BootTime now,
                                Round& round) {
  const std::string& name = recorder_.status().name;
  auto links = context.actuator.read_bond(bond_);
  if (!links) {
    round.log.push_back({LogLevel::warn,
                         Event::restore_failed,
                         {{"bond", name}, {"err", links.error().to_string()}}});
    return WriteRefused{failure_of(links.error())};
  }
  bond::Topology seen = picture.topology->only(bond_);
  seen.begin_dump(std::nullopt);
  for (bond::Link& link : *links) {
    bond::LinkEvent event;
    event.link = std::move(link);
    seen.apply(event);
  }
  seen.end_dump(true);
  const RoleAssignment roles = roles_in(seen, context.config, context.facts, now);
  const BondView view = view_of(seen, roles, picture, context.situation);
  if (step(context.policy, before, view, now).write != write) return WriteOutdated{};
  if (hnv_ && !context.lookout.is_quiet(now)) {
    round.look_around = true;
    return WriteOutdated{};
  }

  round.wrote = true;
  recorder_.note_attempt();
  round.log.push_back({LogLevel::info,
                       Event::write,
                       {{"bond", name},
                        {"primary", slave_name(write.slave)},
                        {"rule", std::string(base::name_of(write.rule))}}});
  auto written = context.actuator.set_primary(bond_, write.slave);
  if (written) return WriteAccepted{};
  const RestoreFailure failure = failure_of(written.error());
  std::vector<LogField> fields{{"bond", name},
                               {"reason", std::string(base::name_of(failure))},
                               {"err", written.error().to_string()}};
  if (failure == RestoreFailure::permission) {
    fields.push_back({"hint", std::string("run with CAP_NET_ADMIN, as the systemd unit does")});
  }
  round.log.push_back({LogLevel::error, Event::restore_failed, std::move(fields)});
  return WriteRefused{failure};
}

BondKeeper::Round BondKeeper::finish(const Picture& picture, const Situation& situation,
                                     BootTime now) {
  Round round;
  tell_failovers(recorder_.settle_all(*picture.topology, situation, now, base::unix_time()), round);
  return round;
}

void BondKeeper::tell_failovers(const std::vector<Failover>& failovers, Round& round) const {
  for (const Failover& failover : failovers) {
    std::vector<LogField> fields{{"bond", recorder_.status().name},
                                 {"from", or_none(failover.from)},
                                 {"to", or_none(failover.to)},
                                 {"direction", std::string(base::name_of(failover.direction))},
                                 {"cause", std::string(base::name_of(failover.cause))}};
    if (failover.after) fields.push_back({"after_s", rounded_seconds(*failover.after)});
    round.log.push_back({LogLevel::info, Event::failover, std::move(fields)});
  }
}

void BondKeeper::take(const Decision& decision, BootTime now, Round& round) {
  const std::string& name = recorder_.status().name;
  state_ = decision.state;
  wake_at_ = decision.wake_at;
  round.read_back = round.read_back || decision.read_back;
  recorder_.note_primary_losses(state_.primary_losses);
  recorder_.note_waiting(decision.wake_at);
  if (decision.outcome) {
    recorder_.note_outcome(*decision.outcome);
    if (const auto* confirmed = std::get_if<WriteConfirmed>(&*decision.outcome)) {
      round.log.push_back({LogLevel::info,
                           Event::restored,
                           {{"bond", name},
                            {"primary", slave_name(confirmed->write.slave)},
                            {"rule", std::string(base::name_of(confirmed->write.rule))},
                            {"duration_ms", rounded_milliseconds(confirmed->took)}}});
    } else if (const auto& failed = std::get<WriteFailed>(*decision.outcome);
               failed.failure == RestoreFailure::cleared ||
               failed.failure == RestoreFailure::overridden) {
      round.log.push_back({LogLevel::warn,
                           Event::restore_failed,
                           {{"bond", name},
                            {"reason", std::string(base::name_of(failed.failure))},
                            {"err", std::string("accepted by the kernel and not in force")}}});
    }
  }
  if (decision.withheld && decision.withheld != withheld_) {
    round.log.push_back({LogLevel::info,
                         Event::write_withheld,
                         {{"bond", name},
                          {"primary", slave_name(decision.withheld->slave)},
                          {"rule", std::string(base::name_of(decision.withheld->rule))}}});
  }
  withheld_ = decision.withheld;
  if (!decision.assessment) return;
  const BondStatus& status = recorder_.status();
  if (decision.assessment->state != status.state ||
      decision.assessment->off_reason != status.off_reason) {
    std::vector<LogField> fields{{"bond", name},
                                 {"from", std::string(base::name_of(status.state))},
                                 {"to", std::string(base::name_of(decision.assessment->state))},
                                 {"off_sriov", text_of(decision.assessment->off_reason)}};
    // A bond that was found just now has no state before.
    if (status.state_since != BootTime{} && decision.assessment->state != status.state) {
      fields.push_back({"after_s", rounded_seconds(now - status.state_since)});
    }
    if (status.off_reason && decision.assessment->off_reason != status.off_reason) {
      fields.push_back({"off_s", rounded_seconds(now - status.off_since)});
    }
    round.log.push_back({LogLevel::info, Event::state, std::move(fields)});
  }
  recorder_.note_assessment(*decision.assessment, now);
}

std::optional<BootTime> BondKeeper::wake_at() const {
  const auto recorder = recorder_.wake_at();
  if (!wake_at_ || !recorder) return wake_at_ ? wake_at_ : recorder;
  return std::min(*wake_at_, *recorder);
}

std::string BondKeeper::slave_name(IfIndex slave) const {
  const auto found = slave_names_.find(slave);
  return found != slave_names_.end() ? found->second : "ifindex " + std::to_string(slave.value);
}

}  // namespace hnv::watchdog
