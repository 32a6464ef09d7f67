// SPDX-License-Identifier: Apache-2.0
// What the verdict on a path holds back, and what it moves where that is asked for.
#include "tests/unit/watchdog/policy_fixture.hpp"

namespace hnv::watchdog {

namespace {

using namespace std::chrono_literals;

constexpr auto kAll = {PathVerdict::healthy,    PathVerdict::virtual_dead,
                       PathVerdict::sriov_dead, PathVerdict::target_dead,
                       PathVerdict::both_dead,  PathVerdict::target_filtered,
                       PathVerdict::isolated,   PathVerdict::not_judged};

class PolicyPath : public PolicyTest {
 protected:
  PolicyPath() {
    config.act_on_path = true;
    view.primary = kSriov;
    know_the_bond();
    look();
  }

  void judge(PathVerdict verdict, std::uint32_t answers = 0) {
    view.path = PathHealth{verdict, "", answers, now + 3s};
  }
  void show_moved() {
    view.active = kVirtual;
    sriov().is_active = false;
    virtual_slave().is_active = true;
  }
  void move_away() {
    judge(PathVerdict::sriov_dead);
    ASSERT_EQ(rule_of(look()), WriteRule::path_failover);
    answer(WriteAccepted{});
    show_moved();
    ASSERT_TRUE(is_confirmed(look()));
  }
  void bring_back() {
    answer(WriteAccepted{});
    view.active = kSriov;
    sriov().is_active = true;
    virtual_slave().is_active = false;
    ASSERT_TRUE(is_confirmed(look()));
  }
};

TEST_F(PolicyPath, MovesTheTrafficOffADeadPathWhereThatIsAskedFor) {
  judge(PathVerdict::sriov_dead);
  const Decision decision = look();
  ASSERT_TRUE(decision.write);
  EXPECT_EQ(*decision.write, (Write{kBond, kVirtual, WriteRule::path_failover}));
}

TEST_F(PolicyPath, MovingIsOptIn) {
  config.act_on_path = false;
  judge(PathVerdict::sriov_dead);
  const Decision decision = look();
  EXPECT_FALSE(decision.write);
  EXPECT_EQ(decision.assessment, (Assessment{WatchState::path_dead, std::nullopt}))
      << "it is said all the same";
}

TEST_F(PolicyPath, ObserveNeverMovesOffAPath) {
  config.mode = Mode::observe;
  judge(PathVerdict::sriov_dead);
  EXPECT_FALSE(look().write);
}

TEST_F(PolicyPath, MovesForNoOtherVerdict) {
  for (const PathVerdict verdict : kAll) {
    if (verdict == PathVerdict::sriov_dead) continue;
    judge(verdict);
    EXPECT_FALSE(look().write) << base::name_of(verdict);
  }
}

TEST_F(PolicyPath, MovesOnlyToTheOneHealthySlave) {
  judge(PathVerdict::sriov_dead);
  BondView alone = view;
  alone.slaves[1].lower_up = false;
  EXPECT_FALSE(step(config, state, alone, now).write);
  BondView three = view;
  three.slaves.push_back(slave_view(bond::IfIndex{9}, Role::virtual_device));
  EXPECT_FALSE(step(config, state, three, now).write);
}

TEST_F(PolicyPath, MoveIsHeldBackByWhateverHoldsWritesBack) {
  judge(PathVerdict::sriov_dead);
  BondView paused = view;
  paused.situation.pauses[PauseReason::operator_request] = true;
  EXPECT_FALSE(step(config, state, paused, now).write);
  BondView migrating = view;
  migrating.situation.lpm_window = true;
  EXPECT_FALSE(step(config, state, migrating, now).write);
  BondView suspected = view;
  suspected.situation.suspected_until = now + 1s;
  const Decision decision = step(config, state, suspected, now);
  EXPECT_FALSE(decision.write);
  EXPECT_EQ(decision.wake_at, now + 1s);
  PolicyState flapping = state;
  flapping.damping.suppressed_since = now;
  flapping.damping.penalty.value = 3000;
  flapping.damping.penalty.since = now;
  config.damping = true;
  view.primary_reselect = bond::PrimaryReselect::failure;
  EXPECT_FALSE(step(config, flapping, view, now).write);
}

TEST_F(PolicyPath, OldVerdictMovesNothingAndHoldsNothing) {
  judge(PathVerdict::sriov_dead);
  now += 3s;
  EXPECT_FALSE(look().write);
}

TEST_F(PolicyPath, MovesAreFiveMinutesApart) {
  move_away();
  now += 2min;
  judge(PathVerdict::healthy, kAnswersBeforeReturn);
  ASSERT_EQ(rule_of(look()), WriteRule::reassert);
  bring_back();
  judge(PathVerdict::sriov_dead);
  const Decision decision = look();
  EXPECT_FALSE(decision.write) << "the path is told of, and the traffic left";
  EXPECT_EQ(decision.wake_at, now + 3s);
  now += 5min;
  judge(PathVerdict::sriov_dead);
  EXPECT_EQ(rule_of(look()), WriteRule::path_failover);
}

TEST_F(PolicyPath, NothingIsBroughtBackToADeadPath) {
  view.primary.reset();
  strand();
  for (const PathVerdict verdict : {PathVerdict::sriov_dead, PathVerdict::both_dead}) {
    judge(verdict);
    const Decision decision = look();
    EXPECT_FALSE(decision.write) << base::name_of(verdict);
    EXPECT_EQ(decision.assessment, (Assessment{WatchState::path_dead, OffReason::path_dead}));
    EXPECT_EQ(decision.wake_at, now + 3s) << "when the verdict is too old";
  }
}

TEST_F(PolicyPath, ReturnsWhereTheOtherSlaveIsNoChoice) {
  view.primary.reset();
  strand();
  lose_link(virtual_slave());
  judge(PathVerdict::sriov_dead);
  EXPECT_EQ(rule_of(look()), WriteRule::bring_back);
}

TEST_F(PolicyPath, DeadProberHoldsNothingBack) {
  view.primary.reset();
  strand();
  judge(PathVerdict::sriov_dead);
  ASSERT_FALSE(look().write);
  EXPECT_EQ(rule_of(look_after(3s)), WriteRule::bring_back);
}

TEST_F(PolicyPath, OtherVerdictsHoldNothingBack) {
  view.primary.reset();
  strand();
  for (const PathVerdict verdict : kAll) {
    if (tells_of_dead_path(verdict, Role::sriov)) continue;
    BondView judged = view;
    judged.path = PathHealth{verdict, "", 0, now + 3s};
    EXPECT_EQ(rule_of(step(config, state, judged, now)), WriteRule::bring_back)
        << base::name_of(verdict);
  }
}

// The prober pauses after a failover, and its last word may be too old before it has the next one.
TEST_F(PolicyPath, ReturnWaitsForAVerdictAfterTheMove) {
  config.hold_down = 1s;
  config.path_silence = silence_after_failover(1s);
  take_traffic();
  look();
  EXPECT_FALSE(look_after(config.path_silence - 1ms).write);
  EXPECT_EQ(rule_of(look_after(1ms)), WriteRule::reassert);
  EXPECT_EQ(silence_after_failover(200ms), 2400ms);
  EXPECT_EQ(silence_after_failover(2s), 0s) << "the last word still holds";
}

TEST_F(PolicyPath, PrimaryIsKeptAndLatchedAllTheSame) {
  judge(PathVerdict::sriov_dead);
  config.act_on_path = false;
  view.primary.reset();
  EXPECT_EQ(rule_of(look()), WriteRule::keep);
}

TEST_F(PolicyPath, ReturnsAfterTenAnswersAndAMinute) {
  move_away();
  now += 30s;
  judge(PathVerdict::healthy, kAnswersBeforeReturn);
  Decision decision = look();
  EXPECT_FALSE(decision.write) << "too soon";
  EXPECT_EQ(decision.assessment, (Assessment{WatchState::path_dead, OffReason::path_dead}));
  now += 30s;
  judge(PathVerdict::healthy, kAnswersBeforeReturn - 1);
  decision = look();
  EXPECT_FALSE(decision.write) << "one answer is missing";
  EXPECT_EQ(decision.assessment, (Assessment{WatchState::path_dead, OffReason::path_dead}));
  judge(PathVerdict::healthy, kAnswersBeforeReturn);
  EXPECT_EQ(rule_of(look()), WriteRule::reassert);
}

TEST_F(PolicyPath, RepairReturnsWhatAPathMoved) {
  config.mode = Mode::repair;
  move_away();
  now += 60s;
  judge(PathVerdict::healthy, kAnswersBeforeReturn);
  EXPECT_EQ(rule_of(look()), WriteRule::reassert);
}

TEST_F(PolicyPath, WithoutAProberTheReturnIsOwedAllTheSame) {
  move_away();
  const Decision early = look_after(59s);
  EXPECT_FALSE(early.write);
  EXPECT_EQ(rule_of(look_after(1s)), WriteRule::reassert);
}

TEST_F(PolicyPath, LossThatTheKernelSawItselfEndsTheDebt) {
  move_away();
  lose_link(sriov());
  view.path = {};  // a link that is down is not judged
  look();
  regain_link(sriov());
  view.active = kSriov;
  EXPECT_EQ(look().assessment->state, WatchState::steady);
  EXPECT_FALSE(state.path.owed);
}

TEST_F(PolicyPath, MoveInVainOwesNothingAndIsNotRepeatedSooner) {
  judge(PathVerdict::sriov_dead);
  ASSERT_TRUE(look().write);
  EXPECT_EQ(failure_in(answer(WriteRefused{RestoreFailure::permission})),
            RestoreFailure::permission);
  EXPECT_FALSE(state.path.owed);
  now += kPathMovesApart - 1s;
  judge(PathVerdict::sriov_dead);
  EXPECT_FALSE(look().write);
  now += 1s;
  judge(PathVerdict::sriov_dead);
  EXPECT_EQ(rule_of(look()), WriteRule::path_failover);
}

TEST_F(PolicyPath, NoFastFailoverOntoADeadPath) {
  config.fast_failover = true;
  for (const PathVerdict verdict : {PathVerdict::virtual_dead, PathVerdict::both_dead}) {
    BondView lost = view;
    lost.path = PathHealth{verdict, "", 0, now + 3s};
    lost.slaves[0].lower_up = false;
    ++lost.slaves[0].losses;
    const Decision decision = step(config, state, lost, now);
    EXPECT_FALSE(decision.write) << base::name_of(verdict);
    EXPECT_EQ(decision.fast_skipped, std::vector{FastSkip::path_dead});
    lost.path.valid_until = now;
    EXPECT_EQ(rule_of(step(config, state, lost, now)), WriteRule::fast_failover)
        << "an old verdict";
  }
}

}  // namespace

}  // namespace hnv::watchdog
