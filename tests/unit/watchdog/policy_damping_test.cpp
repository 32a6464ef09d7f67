// SPDX-License-Identifier: Apache-2.0
// A link that flaps.
#include "tests/unit/watchdog/policy_fixture.hpp"

namespace hnv::watchdog {

namespace {

using namespace std::chrono_literals;
using bond::PrimaryReselect;

// Steady: the SR-IOV slave is active and primary, damping is acted on.
class PolicyDamping : public PolicyTest {
 protected:
  PolicyDamping() {
    config.damping = true;
    view.saved_is_kept = true;
    view.primary = kSriov;
    know_the_bond();
    look();
  }

  // Lost, seen by a tick, and back by the kernel's own hand.
  Decision flap() {
    lose_link(sriov());
    view.active = kVirtual;
    Decision decision = look_after(1s);
    if (view.primary_reselect == PrimaryReselect::always) {
      regain_link(sriov());
      view.active = kSriov;
      decision = look_after(1s);
    }
    return decision;
  }
  // More than the limit, all between two looks.
  Decision flap_hard() {
    sriov().losses += 3;
    return look();
  }
  // Suppressed, with the option changed.
  void suppress() {
    ASSERT_EQ(rule_of(flap_hard()), WriteRule::suppress);
    answer(WriteAccepted{});
    view.primary_reselect = PrimaryReselect::failure;
    ASSERT_TRUE(is_confirmed(look()));
    ASSERT_TRUE(state.damping.in_force);
  }
  // The time of the release.
  void wait_for_release() { now = released_at(state.damping); }
};

TEST_F(PolicyDamping, EachUnplannedLossOfTheTrafficAddsAThousand) {
  flap();
  EXPECT_NEAR(state.damping.penalty.at(now), 1000, 5);
  flap();
  EXPECT_NEAR(state.damping.penalty.at(now), 2000, 20);
  EXPECT_FALSE(state.damping.suppressed_since);
}

TEST_F(PolicyDamping, PenaltyHalvesInFiveMinutes) {
  flap();
  const double penalty = state.damping.penalty.at(now);
  EXPECT_NEAR(state.damping.penalty.at(now + 300s), penalty / 2, 0.01);
}

TEST_F(PolicyDamping, LossesInsideOneBatchCountOneByOne) {
  sriov().losses += 2;
  look();
  EXPECT_NEAR(state.damping.penalty.value, 2000, 0.01);
}

TEST_F(PolicyDamping, LossWithoutTheTrafficIsNone) {
  take_traffic();
  look();
  lose_link(sriov());
  look();
  EXPECT_EQ(state.damping.penalty.value, 0);
}

TEST_F(PolicyDamping, AdminDownIsNoFlap) {
  sriov().admin_up = false;
  lose_link(sriov());
  look();
  EXPECT_EQ(state.damping.penalty.value, 0);
}

TEST_F(PolicyDamping, LossInAMigrationOrAPauseIsNoFlap) {
  view.situation.lpm_window = true;
  lose_link(sriov());
  look();
  EXPECT_EQ(state.damping.penalty.value, 0);
  view.situation.lpm_window = false;
  regain_link(sriov());
  look();
  view.situation.pauses[PauseReason::hcnmgr] = true;
  lose_link(sriov());
  look();
  EXPECT_EQ(state.damping.penalty.value, 0);
}

TEST_F(PolicyDamping, CountsAndWritesNothingWhereItIsNotAskedFor) {
  config.damping = false;
  for (int flaps = 0; flaps < 3; ++flaps) EXPECT_FALSE(flap().write);
  EXPECT_TRUE(state.damping.suppressed_since);
  EXPECT_FALSE(state.damping.saved);
  EXPECT_EQ(look().assessment->state, WatchState::steady);
}

TEST_F(PolicyDamping, SuppressesByPrimaryReselect) {
  const Decision decision = flap_hard();
  ASSERT_TRUE(decision.write);
  EXPECT_EQ(*decision.write, (Write{kBond, kSriov, WriteRule::suppress, PrimaryReselect::failure}));
  EXPECT_EQ(state.damping.saved, PrimaryReselect::always);
}

TEST_F(PolicyDamping, KeepsWhatItChangesBeforeItChangesIt) {
  view.saved_is_kept = false;
  Decision decision = flap_hard();
  EXPECT_TRUE(decision.keep_saved);
  EXPECT_FALSE(decision.write);
  EXPECT_FALSE(state.pending);
  ASSERT_TRUE(decision.wake_at);  // it is tried again
  EXPECT_LE(*decision.wake_at - now, 10s);
  view.saved_is_kept = true;
  EXPECT_EQ(rule_of(look()), WriteRule::suppress);
}

TEST_F(PolicyDamping, IsConfirmedByTheOption) {
  flap_hard();
  EXPECT_FALSE(is_confirmed(answer(WriteAccepted{})));
  view.primary_reselect = PrimaryReselect::failure;
  EXPECT_TRUE(is_confirmed(look()));
}

TEST_F(PolicyDamping, WritesNothingElseWhileSuppressed) {
  suppress();
  view.primary.reset();
  take_traffic();
  regain_link(sriov());
  for (int looks = 0; looks < 60; ++looks) EXPECT_FALSE(look_after(5s).write);
  const Decision decision = look();
  EXPECT_EQ(decision.assessment->state, WatchState::suppressed);
  EXPECT_EQ(decision.assessment->off_reason, OffReason::suppressed);
}

TEST_F(PolicyDamping, BondThatHasTheOptionAlreadyIsLeftAsItIs) {
  view.primary_reselect = PrimaryReselect::failure;
  EXPECT_FALSE(flap_hard().write);
  EXPECT_FALSE(state.damping.saved);
}

TEST_F(PolicyDamping, ReleaseWaitsForThePenalty) {
  suppress();
  const Decision decision = look();
  ASSERT_TRUE(decision.wake_at);
  EXPECT_EQ(*decision.wake_at, released_at(state.damping));
  EXPECT_FALSE(look_after(*decision.wake_at - now - 1ms).write);
  EXPECT_EQ(rule_of(look_after(1ms)), WriteRule::release);
}

TEST_F(PolicyDamping, ReleaseWritesWhatTheBondHadBefore) {
  view.primary_reselect = PrimaryReselect::better;
  flap_hard();
  answer(WriteAccepted{});
  view.primary_reselect = PrimaryReselect::failure;
  look();
  wait_for_release();
  const Decision decision = look();
  ASSERT_TRUE(decision.write);
  EXPECT_EQ(decision.write->reselect, PrimaryReselect::better);
  answer(WriteAccepted{});
  view.primary_reselect = PrimaryReselect::better;
  look();
  EXPECT_FALSE(state.damping.saved);
  EXPECT_FALSE(look().write);
}

TEST_F(PolicyDamping, ReleaseThatMovesTheTrafficWaitsForHoldDown) {
  suppress();
  take_traffic();
  wait_for_release();
  look();
  lose_link(sriov());
  sriov().mii = bond::MiiStatus::up;  // a glitch
  look_after(1s);
  regain_link(sriov());
  Decision decision = look();
  EXPECT_FALSE(decision.write);
  EXPECT_EQ(decision.assessment->state, WatchState::suppressed);
  decision = look_after(config.hold_down);
  EXPECT_EQ(rule_of(decision), WriteRule::release_and_return);
}

TEST_F(PolicyDamping, ReleaseWaitsForAMigrationToEnd) {
  suppress();
  view.situation.lpm_window = true;
  wait_for_release();
  EXPECT_FALSE(look().write);
  view.situation.lpm_window = false;
  EXPECT_EQ(rule_of(look()), WriteRule::release);
}

TEST_F(PolicyDamping, ReleaseWithoutPrimarySetsThatFirst) {
  suppress();
  view.primary.reset();
  wait_for_release();
  EXPECT_EQ(rule_of(look()), WriteRule::keep);
}

TEST_F(PolicyDamping, NeverLastsLongerThanTwentyMinutes) {
  suppress();
  const TimePoint since = *state.damping.suppressed_since;
  // The only link that is left flaps on.
  view.active = kSriov;
  regain_link(sriov());
  lose_link(virtual_slave());
  while (now + 10s < since + 1200s) {
    ++sriov().losses;
    look_after(10s);
    ASSERT_TRUE(state.damping.suppressed_since);
  }
  now = since + 1200s;
  look();
  EXPECT_FALSE(state.damping.suppressed_since);
}

TEST_F(PolicyDamping, GivesWayToSomeoneElsesSetting) {
  suppress();
  view.primary_reselect = PrimaryReselect::better;
  for (int looks = 0; looks < 10; ++looks) EXPECT_FALSE(look_after(20s).write);
  EXPECT_FALSE(state.damping.saved);
}

TEST_F(PolicyDamping, IsTakenBackWhenItIsNotAskedForAnyMore) {
  suppress();
  config.damping = false;
  EXPECT_EQ(rule_of(look()), WriteRule::release);
}

TEST_F(PolicyDamping, ObserveOnlySaysThatItWouldTakeItBack) {
  suppress();
  config.mode = Mode::observe;
  const Decision decision = look();
  EXPECT_FALSE(decision.write);
  ASSERT_TRUE(decision.withheld);
  EXPECT_EQ(decision.withheld->rule, WriteRule::release);
}

TEST_F(PolicyDamping, CrashBetweenKeepingAndWritingLeavesNothingBehind) {
  view.saved_is_kept = false;
  flap_hard();
  ASSERT_EQ(state.damping.saved, PrimaryReselect::always);
  now = released_at(state.damping);
  look();
  EXPECT_FALSE(state.damping.saved);
  EXPECT_FALSE(look().write);
}

}  // namespace

}  // namespace hnv::watchdog
