// SPDX-License-Identifier: Apache-2.0
// When a write waits: settle, hold-down, spacing of moves.
#include "tests/unit/watchdog/policy_fixture.hpp"

namespace hnv::watchdog {

namespace {

using bond::MiiStatus;
using namespace std::chrono_literals;

class PolicyTiming : public PolicyTest {
 protected:
  // A write goes out, is accepted and takes effect.
  void let_it_move() {
    ASSERT_TRUE(look().write);
    answer(WriteAccepted{});
    show_success();
    ASSERT_TRUE(is_confirmed(look()));
  }
};

TEST_F(PolicyTiming, SettlesAfterStart) {
  const Decision first = look();
  EXPECT_EQ(first.write, std::nullopt);
  EXPECT_EQ(first.wake_at, now + config.settle);
  EXPECT_EQ(rule_of(look_after(config.settle - 1ms)), std::nullopt);
  EXPECT_EQ(rule_of(look_after(1ms)), WriteRule::keep);
}

TEST_F(PolicyTiming, SettlesAfterAChangeOfMembershipOrNames) {
  know_the_bond();
  ++view.membership_generation;
  EXPECT_EQ(look().wake_at, now + config.settle);
  EXPECT_EQ(rule_of(look_after(config.settle - 1ms)), std::nullopt);
  EXPECT_EQ(rule_of(look_after(1ms)), WriteRule::keep);
}

TEST_F(PolicyTiming, EveryChangeOfMembershipStartsSettlingAnew) {
  know_the_bond();
  for (int change = 0; change < 3; ++change) {
    ++view.membership_generation;
    EXPECT_EQ(rule_of(look_after(config.settle - 1s)), std::nullopt);
  }
  EXPECT_EQ(rule_of(look_after(config.settle)), WriteRule::keep);
}

TEST_F(PolicyTiming, LatchWaitsForSettleToo) {
  know_the_bond();
  take_traffic();
  lose_link(sriov());
  ++view.membership_generation;
  EXPECT_EQ(rule_of(look()), std::nullopt);
  EXPECT_EQ(rule_of(look_after(config.settle)), WriteRule::latch);
}

TEST_F(PolicyTiming, BringingBackWaitsForHoldDown) {
  take_traffic();
  lose_link(sriov());
  view.primary = kVirtual;
  config.mode = Mode::observe;
  know_the_bond();
  config.mode = Mode::enforce;
  regain_link(sriov());
  EXPECT_EQ(look().wake_at, now + config.hold_down);
  EXPECT_EQ(rule_of(look_after(config.hold_down - 1ms)), std::nullopt);
  EXPECT_EQ(rule_of(look_after(1ms)), WriteRule::bring_back);
}

TEST_F(PolicyTiming, ReassertingWaitsForHoldDown) {
  take_traffic();
  view.primary = kSriov;
  lose_link(sriov());
  know_the_bond();
  regain_link(sriov());
  EXPECT_EQ(look().wake_at, now + config.hold_down);
  EXPECT_EQ(rule_of(look_after(config.hold_down)), WriteRule::reassert);
}

TEST_F(PolicyTiming, KeepingAndLatchingWaitForNoHoldDown) {
  know_the_bond();
  lose_link(sriov());
  look();
  regain_link(sriov());
  EXPECT_EQ(rule_of(look_after(1ms)), WriteRule::keep);
}

TEST_F(PolicyTiming, HoldDownAndSettleRunInParallel) {
  config.hold_down = 10s;
  config.settle = 15s;
  take_traffic();
  look();
  EXPECT_EQ(rule_of(look_after(15s)), WriteRule::bring_back);
}

TEST_F(PolicyTiming, TheLaterOfHoldDownAndSettleDecides) {
  config.hold_down = 20s;
  config.settle = 15s;
  take_traffic();
  EXPECT_EQ(look().wake_at, now + 20s);
  EXPECT_EQ(rule_of(look_after(15s)), std::nullopt);
  EXPECT_EQ(rule_of(look_after(5s)), WriteRule::bring_back);
}

TEST_F(PolicyTiming, LossStartsHoldDownAnew) {
  know_the_bond();
  take_traffic();
  view.primary = kSriov;
  for (int flap = 0; flap < 3; ++flap) {
    lose_link(sriov());
    look_after(1s);
    regain_link(sriov());
    look_after(1s);
    EXPECT_EQ(rule_of(look_after(config.hold_down - 1s)), std::nullopt);
  }
  EXPECT_EQ(rule_of(look_after(1s)), WriteRule::reassert);
}

TEST_F(PolicyTiming, LossBetweenTwoViewsStartsHoldDownAnew) {
  take_traffic();
  view.primary = kSriov;
  lose_link(sriov());
  know_the_bond();
  regain_link(sriov());
  look();
  ++sriov().losses;  // down and up again inside one batch of messages
  const Decision decision = look_after(config.hold_down - 1s);
  EXPECT_EQ(decision.wake_at, now + config.hold_down);
  EXPECT_EQ(rule_of(look_after(config.hold_down - 1s)), std::nullopt);
  EXPECT_EQ(rule_of(look_after(1s)), WriteRule::reassert);
}

TEST_F(PolicyTiming, EachPartOfHealthCounts) {
  take_traffic();
  view.primary = kSriov;
  know_the_bond();
  const auto unhealthy = [this](auto change) {
    const SlaveView before = sriov();
    change(sriov());
    look_after(1s);
    sriov() = before;
    const Decision decision = look_after(1s);
    return decision.wake_at == now + config.hold_down;
  };
  EXPECT_TRUE(unhealthy([](SlaveView& slave) { slave.admin_up = false; }));
  EXPECT_TRUE(unhealthy([](SlaveView& slave) { slave.lower_up = false; }));
  EXPECT_TRUE(unhealthy([](SlaveView& slave) { slave.mii = MiiStatus::down; }));
  EXPECT_TRUE(unhealthy([](SlaveView& slave) { slave.mii = MiiStatus::going_down; }));
  EXPECT_TRUE(unhealthy([](SlaveView& slave) { slave.mii = MiiStatus::going_back; }));
}

// Whoever took the traffic from a healthy slave gets the hold-down to finish what they do.
TEST_F(PolicyTiming, TrafficMovedByHandIsLeftThereForTheHoldDown) {
  view.primary = kSriov;
  know_the_bond();
  for (int time = 0; time < 2; ++time) {
    take_traffic();
    const Decision decision = look();
    EXPECT_EQ(decision.wake_at, now + config.hold_down);
    EXPECT_EQ(decision.assessment->state, WatchState::hold_down);
    EXPECT_EQ(rule_of(look_after(config.hold_down - 1ms)), std::nullopt);
    view.active = kSriov;
    look_after(0ms);
  }
  take_traffic();
  look();
  EXPECT_EQ(rule_of(look_after(config.hold_down)), WriteRule::reassert);
}

TEST_F(PolicyTiming, AnotherDeviceAsSriovSlaveStartsHoldDownAnew) {
  config.settle = 0s;
  take_traffic();
  view.primary = kSriov;
  know_the_bond();
  sriov().index = bond::IfIndex{9};
  ++view.membership_generation;
  EXPECT_EQ(look().wake_at, now + config.hold_down);
  EXPECT_EQ(rule_of(look_after(config.hold_down)), WriteRule::bring_back);
}

TEST_F(PolicyTiming, SriovSlaveThatWasAwayStartsHoldDownAnew) {
  config.settle = 0s;
  take_traffic();
  view.primary = kSriov;
  know_the_bond();
  const SlaveView away = sriov();
  view.slaves.erase(view.slaves.begin());
  look();
  view.slaves.insert(view.slaves.begin(), away);
  EXPECT_EQ(look().wake_at, now + config.hold_down);
}

TEST_F(PolicyTiming, DoesNotWaitForHoldDownWhenNoOtherSlaveIsHealthy) {
  know_the_bond();
  take_traffic();
  view.primary = kSriov;
  lose_link(sriov());
  look();
  lose_link(virtual_slave());
  regain_link(sriov());
  EXPECT_EQ(rule_of(look_after(1ms)), WriteRule::reassert);
}

TEST_F(PolicyTiming, SettlesEvenWhenNoOtherSlaveIsHealthy) {
  know_the_bond();
  take_traffic();
  lose_link(virtual_slave());
  ++view.membership_generation;
  EXPECT_EQ(rule_of(look()), std::nullopt);
  EXPECT_EQ(rule_of(look_after(config.settle)), WriteRule::bring_back);
}

TEST_F(PolicyTiming, MovesAreSpaced) {
  know_the_bond();
  strand();
  let_it_move();
  const TimePoint moved = now;
  now += 20s;
  take_traffic();
  EXPECT_EQ(look().wake_at, moved + config.move_spacing);
  now = moved + config.move_spacing - 1ms;
  EXPECT_EQ(rule_of(look()), std::nullopt);
  now = moved + config.move_spacing;
  EXPECT_EQ(rule_of(look()), WriteRule::reassert);
}

TEST_F(PolicyTiming, WritesThatMoveNothingAreNotSpaced) {
  know_the_bond();
  strand();
  let_it_move();
  view.primary = kVirtual;
  EXPECT_EQ(rule_of(look_after(1s)), WriteRule::keep);
}

TEST_F(PolicyTiming, WritesThatMoveNothingSpaceNoMoves) {
  know_the_bond();
  let_it_move();  // primary alone: the slave was active
  take_traffic();
  look();
  EXPECT_EQ(rule_of(look_after(config.hold_down)), WriteRule::reassert);
}

TEST_F(PolicyTiming, MovesAreNotSpacedWhenNoOtherSlaveIsHealthy) {
  know_the_bond();
  strand();
  let_it_move();
  take_traffic();
  lose_link(virtual_slave());
  EXPECT_EQ(rule_of(look_after(1s)), WriteRule::reassert);
}

TEST_F(PolicyTiming, ReassertsOncePerLoss) {
  know_the_bond();
  view.primary = kSriov;
  strand();
  ASSERT_EQ(rule_of(look()), WriteRule::reassert);
  answer(WriteAccepted{});
  // Not in force: someone wrote active_slave again right away.
  look_after(config.verify_after);
  ++view.refreshes;
  ASSERT_EQ(failure_in(look()), RestoreFailure::overridden);
  EXPECT_EQ(rule_of(look_after(24h)), std::nullopt);
  lose_link(sriov());
  look();
  regain_link(sriov());
  look();
  EXPECT_EQ(rule_of(look_after(24h)), WriteRule::reassert);
}

TEST_F(PolicyTiming, ReassertsAfterABringBackThatWasOverridden) {
  know_the_bond();
  strand();
  ASSERT_EQ(rule_of(look()), WriteRule::bring_back);
  answer(WriteAccepted{});
  view.primary = kSriov;  // and the traffic was taken away again before anyone looked
  look_after(config.verify_after);
  ++view.refreshes;
  ASSERT_EQ(failure_in(look()), RestoreFailure::overridden);
  EXPECT_EQ(rule_of(look_after(1h)), WriteRule::reassert);
}

TEST_F(PolicyTiming, ReassertsAgainAfterTheSlaveWasActive) {
  know_the_bond();
  view.primary = kSriov;
  strand();
  let_it_move();
  take_traffic();
  look();
  EXPECT_EQ(rule_of(look_after(24h)), WriteRule::reassert);
}

// The clock of the view is its own: nothing happens because of the time alone.
TEST_F(PolicyTiming, AsksToBeWokenOnlyWhileSomethingWaits) {
  view.primary = kSriov;
  EXPECT_EQ(look().wake_at, std::nullopt);
  EXPECT_EQ(look_after(24h).wake_at, std::nullopt);
}

}  // namespace

}  // namespace hnv::watchdog
