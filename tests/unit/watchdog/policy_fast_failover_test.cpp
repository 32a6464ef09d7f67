// SPDX-License-Identifier: Apache-2.0
// A lost carrier that no tick of miimon has seen yet.
#include "tests/unit/watchdog/policy_fixture.hpp"

namespace hnv::watchdog {

namespace {

using namespace std::chrono_literals;

std::optional<FastSkip> skipped(const Decision& decision) {
  if (decision.fast_skipped.size() != 1) return std::nullopt;
  return decision.fast_skipped.front();
}

class PolicyFastFailover : public PolicyTest {
 protected:
  PolicyFastFailover() {
    config.fast_failover = true;
    view.primary = kSriov;
    know_the_bond();
    look();
  }

  // Linkwatch tells of it; MII status is what the last tick left.
  void lose_carrier() {
    sriov().lower_up = false;
    ++sriov().losses;
  }
  void regain_carrier() { sriov().lower_up = true; }
  // Moved by us: what the kernel shows then.
  void show_moved() {
    view.active = kVirtual;
    sriov().is_active = false;
    virtual_slave().is_active = true;
  }
  void show_returned() {
    view.active = kSriov;
    sriov().is_active = true;
    virtual_slave().is_active = false;
  }
  void fail_over() {
    lose_carrier();
    ASSERT_EQ(rule_of(look()), WriteRule::fast_failover);
    answer(WriteAccepted{});
    show_moved();
    ASSERT_TRUE(is_confirmed(look()));
  }
  // A whole glitch and our return from it.
  void glitch() {
    fail_over();
    regain_carrier();
    look();
    ASSERT_EQ(rule_of(look_after(config.fast_failover_hold)), WriteRule::reassert);
    answer(WriteAccepted{});
    show_returned();
    ASSERT_TRUE(is_confirmed(look()));
  }
};

TEST_F(PolicyFastFailover, MovesTheTrafficAtTheLostCarrier) {
  lose_carrier();
  const Decision decision = look();
  ASSERT_TRUE(decision.write);
  EXPECT_EQ(*decision.write, (Write{kBond, kVirtual, WriteRule::fast_failover}));
}

TEST_F(PolicyFastFailover, IsOptIn) {
  config.fast_failover = false;
  lose_carrier();
  const Decision decision = look();
  EXPECT_FALSE(decision.write);
  EXPECT_TRUE(decision.fast_skipped.empty());
}

TEST_F(PolicyFastFailover, ObserveNeverMoves) {
  config.mode = Mode::observe;
  lose_carrier();
  EXPECT_FALSE(look().write);
}

TEST_F(PolicyFastFailover, NeedsMiimonWithoutDowndelay) {
  view.plain_miimon = false;
  lose_carrier();
  EXPECT_FALSE(look().write);
}

TEST_F(PolicyFastFailover, LeavesToTheKernelWhatItHasSeen) {
  lose_link(sriov());
  EXPECT_FALSE(look().write);
}

TEST_F(PolicyFastFailover, NeedsTheSlavesOwnWordThatItIsActive) {
  sriov().is_active = false;  // the bond's message is older
  lose_carrier();
  EXPECT_FALSE(look().write);
}

TEST_F(PolicyFastFailover, NeedsAHealthyBackup) {
  virtual_slave().lower_up = false;
  lose_carrier();
  const Decision decision = look();
  EXPECT_FALSE(decision.write);
  EXPECT_EQ(skipped(decision), FastSkip::no_backup);
}

TEST_F(PolicyFastFailover, LeavesTheChoiceAmongSeveralToTheKernel) {
  view.slaves.push_back(slave_view(bond::IfIndex{9}, Role::virtual_device));
  lose_carrier();
  EXPECT_EQ(skipped(look()), FastSkip::several_backups);
}

TEST_F(PolicyFastFailover, WorksForAnAdminDownToo) {
  sriov().admin_up = false;
  lose_carrier();
  EXPECT_EQ(rule_of(look()), WriteRule::fast_failover);
}

TEST_F(PolicyFastFailover, IsHeldBackByWhateverHoldsWritesBack) {
  view.situation.lpm_window = true;
  lose_carrier();
  const Decision decision = look();
  EXPECT_FALSE(decision.write);
  EXPECT_EQ(skipped(decision), FastSkip::held_back);
}

TEST_F(PolicyFastFailover, IsHeldBackWhileSettling) {
  ++view.membership_generation;
  look();
  lose_carrier();
  EXPECT_EQ(skipped(look_after(1s)), FastSkip::held_back);
}

TEST_F(PolicyFastFailover, OneRequestForALossAndNoRetry) {
  lose_carrier();
  look();
  const Decision refused = answer(WriteRefused{RestoreFailure::timeout});
  EXPECT_EQ(skipped(refused), FastSkip::rejected);
  EXPECT_FALSE(refused.outcome);
  EXPECT_FALSE(state.retry_at);
  for (int looks = 0; looks < 10; ++looks) EXPECT_FALSE(look_after(10ms).write);
}

TEST_F(PolicyFastFailover, OutdatedIsNoRetryEither) {
  lose_carrier();
  look();
  EXPECT_EQ(skipped(answer(WriteOutdated{})), FastSkip::outdated);
  EXPECT_FALSE(look_after(10ms).write);
}

TEST_F(PolicyFastFailover, DelayRidesOutAGlitch) {
  config.fast_failover_delay = 10ms;
  lose_carrier();
  const Decision decision = look();
  EXPECT_FALSE(decision.write);
  EXPECT_EQ(decision.wake_at, now + 10ms);
  regain_carrier();
  EXPECT_FALSE(look_after(5ms).write);
  EXPECT_FALSE(look_after(10ms).write);
}

TEST_F(PolicyFastFailover, MovesWhenTheDelayIsOver) {
  config.fast_failover_delay = 10ms;
  lose_carrier();
  look();
  EXPECT_EQ(rule_of(look_after(10ms)), WriteRule::fast_failover);
}

// Setting primary while the carrier is off and MII status still up would select the dead port: the
// livelock.
TEST_F(PolicyFastFailover, WritesNothingUntilTheKernelHasSeenTheLoss) {
  fail_over();
  for (int looks = 0; looks < 20; ++looks) EXPECT_FALSE(look_after(5ms).write);
  sriov().mii = bond::MiiStatus::down;
  EXPECT_FALSE(look_after(5ms).write);  // primary is latched already
}

TEST_F(PolicyFastFailover, OwesTheReturnFromAGlitch) {
  fail_over();
  regain_carrier();
  look();
  EXPECT_FALSE(look_after(config.fast_failover_hold - 1ms).write);
  EXPECT_EQ(rule_of(look_after(1ms)), WriteRule::reassert);
}

TEST_F(PolicyFastFailover, RepairReturnsWhatWeMoved) {
  config.mode = Mode::repair;
  fail_over();
  regain_carrier();
  look();
  EXPECT_EQ(rule_of(look_after(config.fast_failover_hold)), WriteRule::reassert);
}

TEST_F(PolicyFastFailover, FlapTrainCostsOneMoveAndOneReturn) {
  fail_over();
  for (int glitches = 0; glitches < 10; ++glitches) {
    regain_carrier();
    EXPECT_FALSE(look_after(50ms).write);
    lose_carrier();
    EXPECT_FALSE(look_after(50ms).write);
  }
  regain_carrier();
  look();
  EXPECT_EQ(rule_of(look_after(config.fast_failover_hold)), WriteRule::reassert);
}

TEST_F(PolicyFastFailover, LossOfTheReturnIsSeenAsTheKernelsOwn) {
  fail_over();
  sriov().mii = bond::MiiStatus::down;
  look();
  sriov().mii = bond::MiiStatus::up;
  regain_carrier();
  show_returned();
  look();
  EXPECT_FALSE(state.fast.owed);
}

TEST_F(PolicyFastFailover, AtMostOneASecond) {
  fail_over();
  show_returned();
  regain_carrier();
  look_after(10ms);
  lose_carrier();
  EXPECT_EQ(skipped(look_after(10ms)), FastSkip::rate_limited);
}

TEST_F(PolicyFastFailover, FiveAMinuteThenNoneUntilItIsQuiet) {
  for (int moves = 0; moves < 5; ++moves) {
    fail_over();
    regain_carrier();
    show_returned();
    look_after(5s);
  }
  lose_carrier();
  EXPECT_EQ(skipped(look_after(1s)), FastSkip::rate_limited);
  regain_carrier();
  look_after(50s);
  lose_carrier();  // not a quiet minute yet
  EXPECT_EQ(skipped(look_after(1s)), FastSkip::rate_limited);
  regain_carrier();
  look_after(61s);
  lose_carrier();
  EXPECT_EQ(rule_of(look()), WriteRule::fast_failover);
}

TEST_F(PolicyFastFailover, ReturnsAreSpacedLikeOtherMoves) {
  glitch();
  fail_over();
  regain_carrier();
  look();
  EXPECT_FALSE(look_after(config.fast_failover_hold).write);
  EXPECT_EQ(rule_of(look_after(config.move_spacing)), WriteRule::reassert);
}

// Found by a process that does not know of the move: from the view, after the hold-down.
TEST_F(PolicyFastFailover, ReturnIsOwedAfterACrashToo) {
  fail_over();
  regain_carrier();
  state = PolicyState{};
  look();
  EXPECT_EQ(rule_of(look_after(config.settle)), WriteRule::reassert);
}

TEST_F(PolicyFastFailover, LossIsOneForDamping) {
  fail_over();
  sriov().mii = bond::MiiStatus::down;
  look();
  EXPECT_NEAR(state.damping.penalty.value, 1000, 0.01);
}

}  // namespace

}  // namespace hnv::watchdog
