// SPDX-License-Identifier: Apache-2.0
// One bond of two slaves under the policy: tests change the view, let time pass and look.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <utility>

#include "watchdog/policy.hpp"

namespace hnv::watchdog {

inline constexpr bond::IfIndex kBond{3};
inline constexpr bond::IfIndex kSriov{5};
inline constexpr bond::IfIndex kVirtual{7};

inline SlaveView slave_view(bond::IfIndex index, Role role) {
  SlaveView slave;
  slave.index = index;
  slave.role = role;
  slave.admin_up = true;
  slave.lower_up = true;
  slave.mii = bond::MiiStatus::up;
  return slave;
}

// As hcnmgr leaves it: both links up, the SR-IOV slave active, no primary.
inline BondView fresh_view() {
  BondView view;
  view.bond = kBond;
  view.fresh = true;
  view.active_backup = true;
  view.monitored = view.plain_miimon = true;
  view.primary_reselect = bond::PrimaryReselect::always;
  view.active = kSriov;
  view.slaves = {slave_view(kSriov, Role::sriov), slave_view(kVirtual, Role::virtual_device)};
  view.membership_generation = 2;
  view.slaves.front().is_active = true;
  return view;
}

class PolicyTest : public ::testing::Test {
 protected:
  PolicyConfig config;
  BondView view = fresh_view();
  PolicyState state;
  TimePoint now{std::chrono::hours(1)};

  SlaveView& sriov() { return view.slaves[0]; }
  SlaveView& virtual_slave() { return view.slaves[1]; }

  Decision look() {
    Decision decision = step(config, state, view, now);
    state = decision.state;
    view.answer.reset();
    return decision;
  }
  Decision look_after(Duration time) {
    now += time;
    return look();
  }
  Decision answer(WriteAnswer answer) {
    view.answer = answer;
    return look();
  }
  // Known for so long that no settle and no hold-down is left.
  void know_the_bond() {
    look();
    now += std::chrono::hours(1);
  }

  void lose_link(SlaveView& slave) {
    slave.lower_up = false;
    slave.mii = bond::MiiStatus::down;
    ++slave.losses;
  }
  static void regain_link(SlaveView& slave) {
    slave.lower_up = true;
    slave.mii = bond::MiiStatus::up;
  }
  // The traffic goes over the virtual slave from now on; the SR-IOV slave is as it was.
  void take_traffic() { view.active = kVirtual; }
  // It has done so for long.
  void strand() {
    take_traffic();
    const Mode mode = std::exchange(config.mode, Mode::observe);
    look();
    config.mode = mode;
    now += std::chrono::hours(1);
  }
  // What the kernel shows after a write that worked.
  void show_success() { view.active = view.primary = kSriov; }
};

inline std::optional<WriteRule> rule_of(const Decision& decision) {
  return decision.write ? std::optional(decision.write->rule) : std::nullopt;
}

inline std::optional<RestoreFailure> failure_in(const Decision& decision) {
  if (!decision.outcome) return std::nullopt;
  const auto* failed = std::get_if<WriteFailed>(&*decision.outcome);
  return failed != nullptr ? std::optional(failed->failure) : std::nullopt;
}

inline bool is_confirmed(const Decision& decision) {
  return decision.outcome && std::holds_alternative<WriteConfirmed>(*decision.outcome);
}

}  // namespace hnv::watchdog
