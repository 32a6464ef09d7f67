// SPDX-License-Identifier: Apache-2.0
#include "tests/exhaustive/joint_state.hpp"

#include <algorithm>
#include <utility>

namespace hnv::test {

namespace {

using bond::IfIndex;
using bond::MiiStatus;
using bond::PrimaryReselect;
using watchdog::BondView;
using watchdog::Duration;
using watchdog::PolicyState;
using watchdog::TimePoint;
using watchdog::Write;
using watchdog::WrittenOption;

// Every state is told at the same time of day: what counts is how long ago something was.
const TimePoint kNow{std::chrono::hours(1000)};
constexpr IfIndex kBond{3};

constexpr IfIndex index_of(Port port) {
  return port == Port::sriov ? IfIndex{5} : IfIndex{7};
}

std::optional<IfIndex> index_of(std::optional<Port> port) {
  return port ? std::optional(index_of(*port)) : std::nullopt;
}

Port port_of(IfIndex index) {
  return index == index_of(Port::sriov) ? Port::sriov : Port::virtual_device;
}

// Calls `change` with every time of the state.
template <class Change>
void each_time(PolicyState& state, Change change) {
  const auto optional = [&change](std::optional<TimePoint>& time) {
    if (time) change(*time);
  };
  change(state.membership_since);
  for (auto* time : {&state.healthy_since, &state.inactive_since, &state.retry_at,
                     &state.last_write, &state.last_move, &state.damping.suppressed_since,
                     &state.fast.carrier_lost, &state.fast.last_loss}) {
    optional(*time);
  }
  if (state.pending) {
    change(state.pending->decided);
    optional(state.pending->accepted);
    optional(state.pending->read_back);
  }
  change(state.damping.penalty.since);
  for (TimePoint& moved : state.moves) change(moved);
  for (TimePoint& moved : state.fast.moves) change(moved);
}

void write_to(BondModel& bond, const Write& write) {
  switch (watchdog::option_of(write.rule)) {
    case WrittenOption::primary:
      return bond.set_primary(port_of(write.slave));
    case WrittenOption::active_slave:
      (void)bond.set_active(port_of(write.slave));
      return;
    case WrittenOption::primary_reselect:
      return bond.set_reselect(*write.reselect);
  }
}

void act(BondModel& bond, Move move) {
  switch (move) {
    case Move::tick:
    case Move::wait:
      return bond.tick();
    case Move::pull:
    case Move::plug:
      return bond.set_carrier(Port::sriov, move == Move::plug);
    case Move::admin_down:
    case Move::admin_up:
      if (bond.at(Port::sriov).enslaved) bond.set_admin(Port::sriov, move == Move::admin_up);
      return;
    case Move::pull_virtual:
    case Move::plug_virtual:
      return bond.set_carrier(Port::virtual_device, move == Move::plug_virtual);
    case Move::leave:
    case Move::leave_virtual: {
      const Port port = move == Move::leave ? Port::sriov : Port::virtual_device;
      if (bond.at(port).enslaved) bond.release(port);
      return;
    }
    case Move::join:
    case Move::join_virtual: {
      const Port port = move == Move::join ? Port::sriov : Port::virtual_device;
      if (!bond.at(port).enslaved) bond.enslave(port);
      return;
    }
    case Move::prefer_virtual:
      return bond.set_primary(Port::virtual_device);
    case Move::clear_primary:
      return bond.set_primary(std::nullopt);
    case Move::take_active:
      (void)bond.set_active(Port::virtual_device);
      return;
    case Move::reselect_failure:
      return bond.set_reselect(PrimaryReselect::failure);
    case Move::reselect_always:
      return bond.set_reselect(PrimaryReselect::always);
    default:
      return;
  }
}

}  // namespace

JointState Game::after(const JointState& before, Move move, std::vector<MadeWrite>& writes) const {
  JointState state = before;
  act(state.bond, move);
  TimePoint now = kNow;
  switch (move) {
    case Move::window_opens:
    case Move::window_closes:
      state.window = move == Move::window_opens;
      break;
    case Move::lose_messages:
    case Move::find_them:
      state.fresh = move == Move::find_them;
      break;
    case Move::restart:
      state.policy = PolicyState{};
      break;
    case Move::wait:
      now += unit_;
      look(state, now, writes);
      break;
    case Move::look:
      look(state, now, writes);
      break;
    default:
      break;
  }
  const Duration passed = now - kNow;
  each_time(state.policy, [passed](TimePoint& time) { time -= passed; });
  forget_the_past(state.policy);
  if (!config_.damping) {
    for (ModelSlave& slave : state.bond.slaves) slave.losses = slave.losses > 0 ? 1 : 0;
  }
  return state;
}

BondView Game::view_of(const JointState& state) const {
  const BondModel& bond = state.bond;
  BondView view;
  view.bond = kBond;
  view.fresh = state.fresh;
  view.active_backup = view.monitored = view.plain_miimon = true;
  view.sriov_absent = !bond.at(Port::sriov).enslaved;
  view.active = index_of(bond.active);
  view.primary = index_of(bond.shown_primary());
  view.primary_reselect = bond.reselect;
  view.membership_generation =
      state.policy.membership_generation.value_or(0) + (bond.membership_changed ? 1 : 0);
  view.saved_is_kept = state.kept;
  view.situation.lpm_window = state.window;
  for (const Port port : {Port::sriov, Port::virtual_device}) {
    const ModelSlave& slave = bond.at(port);
    if (!slave.enslaved) continue;
    watchdog::SlaveView seen;
    seen.index = index_of(port);
    seen.role = port == Port::sriov ? Role::sriov : Role::virtual_device;
    seen.admin_up = slave.admin_up;
    seen.lower_up = slave.has_link();
    seen.is_active = bond.active == port;
    seen.mii = slave.mii_up ? MiiStatus::up : MiiStatus::down;
    seen.losses = (port == Port::sriov ? state.policy.losses : 0) + slave.losses;
    view.slaves.push_back(seen);
  }
  return view;
}

// As BondKeeper::look: decide, write, and decide on what the kernel shows then.
void Game::look(JointState& state, TimePoint now, std::vector<MadeWrite>& writes) const {
  constexpr int kMostRounds = 4;
  for (int rounds = 0; rounds < kMostRounds; ++rounds) {
    BondView view = view_of(state);
    watchdog::Decision decision = step(config_, state.policy, view, now);
    if (decision.write) {
      writes.push_back(MadeWrite{*decision.write, state.bond, state.window});
      write_to(state.bond, *decision.write);
      view.answer = watchdog::WriteAccepted{};
      decision = step(config_, decision.state, view, now);
    }
    state.policy = decision.state;
    if (state.fresh) {
      state.bond.membership_changed = false;
      for (ModelSlave& slave : state.bond.slaves) slave.losses = 0;
    }
    state.kept = decision.keep_saved || (state.kept && state.policy.damping.saved);
    if (!decision.keep_saved && !state.policy.pending) break;
  }
}

void Game::forget_the_past(PolicyState& state) const {
  // No wait is longer than a unit, but for damping's.
  const TimePoint long_ago = kNow - unit_;
  const auto suppressed_since = state.damping.suppressed_since;
  const Penalty penalty{state.damping.penalty.at(kNow), kNow};
  each_time(state, [long_ago](TimePoint& time) { time = std::max(time, long_ago); });
  state.damping.suppressed_since = suppressed_since;
  state.damping.penalty = penalty;
  if (state.retry_at && *state.retry_at <= kNow) state.retry_at.reset();
  state.membership_generation =
      state.membership_generation ? std::optional<std::uint64_t>(0) : std::nullopt;
  state.losses = 0;
  state.moves.clear();  // the budget has tests of its own
  if (!config_.damping) state.damping = {};
  state.primary_losses = std::min(state.primary_losses, config_.losses_before_slow_rate);
}

std::string Game::key(const JointState& state) const {
  std::string key;
  const auto add = [&key](auto value) { key.push_back(static_cast<char>(value)); };
  const auto add_port = [&add](std::optional<Port> port) {
    add(port ? 1 + static_cast<int>(*port) : 0);
  };
  const BondModel& bond = state.bond;
  for (const ModelSlave& slave : bond.slaves) {
    add(slave.enslaved | slave.admin_up << 1 | slave.carrier << 2 | slave.mii_up << 3);
    add(slave.losses);
  }
  add_port(bond.active);
  add_port(bond.primary);
  add(bond.sriov_joined_first | bond.force_primary << 1 | bond.membership_changed << 2 |
      state.window << 3 | state.fresh << 4 | state.kept << 5);
  add(bond.reselect);

  PolicyState policy = state.policy;
  each_time(policy, [&](TimePoint& time) {
    const auto seconds = (kNow - time) / std::chrono::seconds(1);
    add(seconds);
    add(seconds / 256);
  });
  for (const auto& time : {policy.healthy_since, policy.inactive_since, policy.retry_at,
                           policy.last_write, policy.last_move, policy.damping.suppressed_since,
                           policy.fast.carrier_lost, policy.fast.last_loss}) {
    add(time.has_value());
  }
  add(policy.membership_generation.has_value());
  add(policy.sriov.has_value());
  add(policy.confirmed.has_value());
  add(policy.primary_losses);
  add(policy.failures);
  add(policy.reasserted | policy.fast.decided << 1 | policy.fast.exhausted << 2 |
      policy.fast.owed << 3 | policy.damping.in_force << 4 | policy.damping.gave_way << 5);
  add(policy.damping.saved ? 1 + static_cast<int>(*policy.damping.saved) : 0);
  add(policy.damping.penalty.value / Penalty::kCeiling * 255);
  if (policy.pending) add(policy.pending->write.rule);
  return key;
}

}  // namespace hnv::test
