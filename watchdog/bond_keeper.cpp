// SPDX-License-Identifier: Apache-2.0
#include "watchdog/bond_keeper.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "watchdog/pause_entry.hpp"

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
  kept_ = state_.damping.saved;
  adopted_counts_ = memory.kernel;
  recorder_.adopt(status, memory.recorder, memory.policy.primary_losses);
}

BondMemory BondKeeper::memory(const bond::Topology& topology, const Situation& situation) const {
  BondMemory memory;
  memory.name = recorder_.status().name;
  memory.index = bond_;
  memory.policy = state_;
  memory.policy.pending.reset();
  memory.policy.fast.carrier_lost.reset();
  memory.policy.fast.decided = false;
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

void BondKeeper::note(const bond::LinkNews& news, BootTime now) {
  const auto pending = state_.pending ? std::optional(state_.pending->write) : std::nullopt;
  recorder_.note_news(news, pending, now);
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
void BondKeeper::describe(const bond::Topology& topology, const PolicyConfig& policy,
                          Round& round) {
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
  std::string finding = finding_of(*link->bond, policy);
  if (finding != recorder_.status().finding) {
    round.log.push_back(
        {LogLevel::info, Event::finding, {{"bond", link->name}, {"finding", finding}}});
    recorder_.note_finding(std::move(finding));
  }
  describe_mac_conflict(topology, round);
}

std::string BondKeeper::finding_of(const bond::BondInfo& bond, const PolicyConfig& policy) const {
  if (bond.mode && bond.mode != bond::BondMode::active_backup) {
    return "mode is " + std::string(base::name_of(*bond.mode)) + ", not active-backup";
  }
  if (!bond::is_monitored(bond)) return "no link monitoring: miimon and arp_interval are 0";
  if (roles_.finding.empty() && policy.fast_failover && !is_plain_miimon(bond)) {
    return "no fast failover: it needs miimon, without arp_interval and downdelay";
  }
  return roles_.finding;
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

void BondKeeper::describe_path(const PathHealth& path, Round& round) {
  if (path.verdict == told_verdict_) return;
  const bool dead = tells_of_dead_path(path.verdict);
  std::vector<LogField> fields{{"bond", recorder_.status().name},
                               {"verdict", std::string(base::name_of(path.verdict))},
                               {"was", std::string(base::name_of(told_verdict_))}};
  if (!path.doubt.empty()) fields.push_back({"doubt", path.doubt});
  round.log.push_back(
      {dead ? LogLevel::warn : LogLevel::info, Event::path_verdict, std::move(fields)});
  told_verdict_ = path.verdict;
}

void BondKeeper::describe_pauses(const Situation& situation, const Pauses& pauses, BootTime now,
                                 Round& round) {
  // Lost messages are told of by the overrun itself.
  Pauses told = recorder_.status().paused;
  told[PauseReason::resync] = pauses[PauseReason::resync];
  // A pause may get another end or reason while it lasts. The first ones after a start were told of
  // by the watchdog before.
  const bool other_words = pauses[PauseReason::operator_request] && !told_pauses_.empty() &&
                           situation.operator_pauses != told_pauses_;
  if (pauses != told || other_words) {
    round.log.push_back(
        pause_entry(recorder_.status().name, pauses, situation.operator_pauses, now));
  }
  told_pauses_ = situation.operator_pauses;
  recorder_.note_pauses(pauses);
}

BondView BondKeeper::view_of(const bond::Topology& topology, const RoleAssignment& roles,
                             const Picture& picture, const BondContext& context,
                             BootTime now) const {
  BondView view = make_view(topology, bond_, roles, picture.fresh, picture.refreshes);
  view.situation = context.situation;
  view.path = path_health(context.paths, context.boot_id,
                          probed_bond(topology, bond_, recorder_.status().name, roles), now);
  view.saved_is_kept = kept_ == state_.damping.saved && kept_ == view.primary_reselect;
  return view;
}

BondKeeper::Round BondKeeper::look(const Picture& picture, const BondContext& context,
                                   BootTime now) {
  Round round;
  describe(*picture.topology, context.policy, round);
  Pauses pauses = context.situation.pauses;
  pauses[PauseReason::resync] = picture.resync;
  describe_pauses(context.situation, pauses, now, round);
  tell_failovers(recorder_.settle(*picture.topology, context.situation, now, base::unix_time()),
                 round);
  compare_losses(picture);
  BondView view = view_of(*picture.topology, roles_, picture, context, now);
  describe_path(view.path, round);
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
WriteAnswer BondKeeper::attempt(const Write& write, const PolicyState& before,
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
  const BondView view = view_of(seen, roles, picture, context, now);
  if (step(context.policy, before, view, now).write != write) return WriteOutdated{};
  const auto depth = write.rule == WriteRule::fast_failover ? Lookout::Depth::all_but_processes
                                                            : Lookout::Depth::all;
  if (hnv_ && !context.lookout.is_quiet(now, depth)) {
    round.look_around = true;
    return WriteOutdated{};
  }

  round.wrote = true;
  recorder_.note_attempt(write.rule);
  round.log.push_back({LogLevel::info, Event::write, fields_of(write)});
  auto written = context.actuator.write(write);
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

BondKeeper::Round BondKeeper::release(Actuator& actuator) {
  Round round;
  if (!state_.damping.in_force || !state_.sriov) return round;
  const Write write{bond_, *state_.sriov, WriteRule::release, state_.damping.saved};
  std::vector<LogField> fields = fields_of(write);
  fields.push_back({"hint", std::string("at a stop for good; the traffic may move")});
  round.log.push_back({LogLevel::warn, Event::write, std::move(fields)});
  if (auto written = actuator.write(write); !written) {
    round.log.push_back(
        {LogLevel::error,
         Event::restore_failed,
         {{"bond", recorder_.status().name}, {"err", written.error().to_string()}}});
    return round;
  }
  state_.damping.saved.reset();
  state_.damping.in_force = false;
  recorder_.note_damping(state_.damping);
  return round;
}

// The option that is written, and its new value.
std::vector<LogField> BondKeeper::fields_of(const Write& write) const {
  const WrittenOption option = option_of(write.rule);
  std::string value = option == WrittenOption::primary_reselect
                          ? std::string(base::name_of(*write.reselect))
                          : slave_name(write.slave);
  return {{"bond", recorder_.status().name},
          {base::name_of(option), std::move(value)},
          {"rule", std::string(base::name_of(write.rule))}};
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
  round.keep = round.keep || decision.keep_saved;
  recorder_.note_primary_losses(state_.primary_losses);
  recorder_.note_waiting(decision.wake_at);
  for (const FastSkip reason : decision.fast_skipped) recorder_.note_fast_skipped(reason);
  if (decision.outcome) tell_outcome(*decision.outcome, round);
  if (decision.withheld && decision.withheld != withheld_) {
    round.log.push_back({LogLevel::info, Event::write_withheld, fields_of(*decision.withheld)});
  }
  withheld_ = decision.withheld;
  if (!decision.assessment) return;
  tell_damping(round);
  if (decision.budget_spent && !recorder_.status().budget_spent) {
    round.log.push_back(
        {LogLevel::warn,
         Event::budget_spent,
         {{"bond", name},
          {"hint", std::string("something takes the traffic away again and again; find it")}}});
  }
  recorder_.note_budget(decision.budget_spent);
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

void BondKeeper::tell_outcome(const WriteOutcome& outcome, Round& round) {
  recorder_.note_outcome(outcome);
  if (const auto* confirmed = std::get_if<WriteConfirmed>(&outcome)) {
    std::vector<LogField> fields = fields_of(confirmed->write);
    fields.push_back({"duration_ms", rounded_milliseconds(confirmed->took)});
    round.log.push_back({LogLevel::info, Event::restored, std::move(fields)});
  } else if (const auto& failed = std::get<WriteFailed>(outcome);
             failed.failure == RestoreFailure::cleared ||
             failed.failure == RestoreFailure::overridden) {
    round.log.push_back({LogLevel::warn,
                         Event::restore_failed,
                         {{"bond", recorder_.status().name},
                          {"reason", std::string(base::name_of(failed.failure))},
                          {"err", std::string("accepted by the kernel and not in force")}}});
  }
}

void BondKeeper::tell_damping(Round& round) {
  const bool suppressed = state_.damping.suppressed_since.has_value();
  if (suppressed != recorder_.status().suppressed) {
    round.log.push_back({suppressed ? LogLevel::warn : LogLevel::info,
                         Event::damping,
                         {{"bond", recorder_.status().name},
                          {"suppressed", std::string(suppressed ? "yes" : "no")},
                          {"penalty", std::round(state_.damping.penalty.value)}}});
  }
  recorder_.note_damping(state_.damping);
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
