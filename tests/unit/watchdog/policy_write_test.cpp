// SPDX-License-Identifier: Apache-2.0
// What becomes of a write: one at a time, verified, and backed off when it fails.
#include "tests/unit/watchdog/policy_fixture.hpp"

namespace hnv::watchdog {

namespace {

using namespace std::chrono_literals;

class PolicyWrite : public PolicyTest {
 protected:
  void SetUp() override { know_the_bond(); }

  // A moving write that the kernel has acknowledged.
  void write_and_accept() {
    strand();
    ASSERT_TRUE(look().write);
    answer(WriteAccepted{});
  }
  Decision fail_once(RestoreFailure failure = RestoreFailure::permission) {
    EXPECT_TRUE(look().write);
    return answer(WriteRefused{failure});
  }
};

TEST_F(PolicyWrite, OnlyOneWriteIsOutstanding) {
  strand();
  ASSERT_TRUE(look().write);
  EXPECT_EQ(look().write, std::nullopt);
  answer(WriteAccepted{});
  EXPECT_EQ(look_after(config.verify_after - 1ms).write, std::nullopt);
  EXPECT_TRUE(state.pending);
}

TEST_F(PolicyWrite, WithoutAnAnswerItTimesOut) {
  strand();
  ASSERT_TRUE(look().write);
  EXPECT_EQ(look().wake_at, now + config.verify_after);
  EXPECT_EQ(failure_in(look_after(config.verify_after - 1ms)), std::nullopt);
  EXPECT_EQ(failure_in(look_after(1ms)), RestoreFailure::timeout);
}

TEST_F(PolicyWrite, AnswerWithoutAWriteIsIgnored) {
  view.primary = kSriov;
  look();
  const PolicyState before = state;
  answer(WriteAccepted{});
  EXPECT_EQ(state, before);
}

TEST_F(PolicyWrite, AcknowledgementProvesNothing) {
  strand();
  ASSERT_TRUE(look().write);
  const Decision decision = answer(WriteAccepted{});
  EXPECT_FALSE(decision.outcome);
  EXPECT_EQ(decision.wake_at, now + config.verify_after);
}

TEST_F(PolicyWrite, ViewConfirmsAMovingWrite) {
  strand();
  const TimePoint decided = now;
  ASSERT_TRUE(look().write);
  now += 2ms;
  answer(WriteAccepted{});
  now += 3ms;
  show_success();
  const Decision decision = look();
  ASSERT_TRUE(is_confirmed(decision));
  const auto& confirmed = std::get<WriteConfirmed>(*decision.outcome);
  EXPECT_EQ(confirmed.took, now - decided);
  EXPECT_EQ(confirmed.write, (Write{kBond, kSriov, WriteRule::bring_back}));
  EXPECT_FALSE(state.pending);
  EXPECT_EQ(decision.wake_at, std::nullopt);
}

TEST_F(PolicyWrite, PrimaryAloneDoesNotConfirmAMovingWrite) {
  write_and_accept();
  view.primary = kSriov;
  EXPECT_FALSE(look_after(1ms).outcome);
}

TEST_F(PolicyWrite, PrimaryAloneConfirmsALatch) {
  strand();
  lose_link(sriov());
  ASSERT_EQ(rule_of(look()), WriteRule::latch);
  answer(WriteAccepted{});
  view.primary = kSriov;
  EXPECT_TRUE(is_confirmed(look()));
}

TEST_F(PolicyWrite, ConfirmationMayComeWithTheAnswer) {
  strand();
  ASSERT_TRUE(look().write);
  show_success();
  EXPECT_TRUE(is_confirmed(answer(WriteAccepted{})));
}

TEST_F(PolicyWrite, ConfirmationNeedsTheAnswer) {
  strand();
  ASSERT_TRUE(look().write);
  show_success();
  EXPECT_FALSE(look().outcome);
}

TEST_F(PolicyWrite, NothingIsJudgedWhileTheViewIsNotFresh) {
  write_and_accept();
  view.fresh = false;
  const Decision stale = look_after(1h);
  EXPECT_FALSE(stale.outcome);
  EXPECT_FALSE(stale.read_back);
  show_success();
  view.fresh = true;
  EXPECT_TRUE(is_confirmed(look()));
}

TEST_F(PolicyWrite, AnswerIsTakenWhileTheViewIsNotFresh) {
  strand();
  ASSERT_TRUE(look().write);
  view.fresh = false;
  answer(WriteAccepted{});
  view.fresh = true;
  show_success();
  EXPECT_TRUE(is_confirmed(look()));
}

// A message that was on its way when the write was made shows the state before it.
TEST_F(PolicyWrite, ContradictingMessageDoesNotFailIt) {
  write_and_accept();
  view.primary = kVirtual;
  EXPECT_FALSE(look_after(1ms).outcome);
  show_success();
  EXPECT_TRUE(is_confirmed(look_after(1ms)));
}

TEST_F(PolicyWrite, ReadsBackWhenNoMessageConfirms) {
  write_and_accept();
  EXPECT_FALSE(look_after(config.verify_after - 1ms).read_back);
  const Decision asked = look_after(1ms);
  EXPECT_TRUE(asked.read_back);
  EXPECT_EQ(asked.wake_at, now + config.verify_after);
  EXPECT_FALSE(look_after(1ms).read_back);  // once
}

TEST_F(PolicyWrite, ReadBackConfirms) {
  write_and_accept();
  ASSERT_TRUE(look_after(config.verify_after).read_back);
  show_success();
  ++view.refreshes;
  EXPECT_TRUE(is_confirmed(look_after(1ms)));
}

TEST_F(PolicyWrite, ReadBackWithoutPrimaryIsCleared) {
  write_and_accept();
  ASSERT_TRUE(look_after(config.verify_after).read_back);
  ++view.refreshes;
  EXPECT_EQ(failure_in(look_after(1ms)), RestoreFailure::cleared);
}

TEST_F(PolicyWrite, ReadBackWithAnotherPrimaryIsOverridden) {
  write_and_accept();
  ASSERT_TRUE(look_after(config.verify_after).read_back);
  view.primary = kVirtual;
  ++view.refreshes;
  EXPECT_EQ(failure_in(look_after(1ms)), RestoreFailure::overridden);
}

TEST_F(PolicyWrite, ReadBackWithAnotherActiveSlaveIsOverridden) {
  write_and_accept();
  ASSERT_TRUE(look_after(config.verify_after).read_back);
  view.primary = kSriov;
  ++view.refreshes;
  EXPECT_EQ(failure_in(look_after(1ms)), RestoreFailure::overridden);
}

TEST_F(PolicyWrite, ReadBackFromBeforeTheQuestionProvesNothing) {
  write_and_accept();
  ++view.refreshes;  // asked for by someone else, earlier
  look_after(1ms);
  ASSERT_TRUE(look_after(config.verify_after).read_back);
  EXPECT_FALSE(look_after(1ms).outcome);
}

TEST_F(PolicyWrite, ReadBackThatNeverComesTimesOut) {
  write_and_accept();
  ASSERT_TRUE(look_after(config.verify_after).read_back);
  EXPECT_FALSE(look_after(config.verify_after - 1ms).outcome);
  EXPECT_EQ(failure_in(look_after(1ms)), RestoreFailure::timeout);
}

TEST_F(PolicyWrite, SlaveThatLeftAfterTheAnswerIsCleared) {
  write_and_accept();
  view.slaves.erase(view.slaves.begin());
  view.sriov_absent = true;
  EXPECT_EQ(failure_in(look()), RestoreFailure::cleared);
}

TEST_F(PolicyWrite, SlaveThatLeftBeforeTheAnswerIsForgotten) {
  strand();
  ASSERT_TRUE(look().write);
  view.slaves.erase(view.slaves.begin());
  view.sriov_absent = true;
  EXPECT_FALSE(look().outcome);
  EXPECT_FALSE(state.pending);
}

TEST_F(PolicyWrite, SlaveReplacedAfterTheAnswerIsCleared) {
  write_and_accept();
  sriov().index = bond::IfIndex{9};
  show_success();
  EXPECT_EQ(failure_in(look()), RestoreFailure::cleared);
}

TEST_F(PolicyWrite, OutdatedDecisionIsTakenAgainAMomentLater) {
  strand();
  ASSERT_TRUE(look().write);
  const Decision decision = answer(WriteOutdated{});
  EXPECT_FALSE(decision.outcome);
  EXPECT_FALSE(state.pending);
  EXPECT_EQ(decision.write, std::nullopt);
  EXPECT_EQ(decision.wake_at, now + config.verify_after);
  EXPECT_TRUE(look_after(config.verify_after).write);
}

TEST_F(PolicyWrite, OutdatedDecisionIsNoFailureAndNoMove) {
  strand();
  ASSERT_TRUE(look().write);
  answer(WriteOutdated{});
  EXPECT_EQ(state.failures, 0U);
  EXPECT_EQ(state.last_move, std::nullopt);
  EXPECT_EQ(state.last_write, std::nullopt);
}

TEST_F(PolicyWrite, RefusalIsReportedAsItIs) {
  for (const auto failure : base::all_values<RestoreFailure>()) {
    strand();
    EXPECT_EQ(failure_in(fail_once(failure)), failure);
    now += 1h;
  }
}

TEST_F(PolicyWrite, RefusedWriteIsNoMove) {
  strand();
  fail_once();
  EXPECT_EQ(state.last_move, std::nullopt);
}

TEST_F(PolicyWrite, BackoffDoublesUpToItsLimit) {
  strand();
  Duration expected = config.first_backoff;
  for (int failure = 0; failure < 10; ++failure) {
    const Decision decision = fail_once();
    ASSERT_TRUE(decision.wake_at);
    const Duration wait = *decision.wake_at - now;
    EXPECT_GE(wait, expected * 9 / 10) << failure;
    EXPECT_LE(wait, expected * 11 / 10) << failure;
    EXPECT_EQ(look_after(wait - 1ms).write, std::nullopt);
    now += 1ms;
    expected = std::min(expected * 2, config.longest_backoff);
  }
}

TEST_F(PolicyWrite, BackoffIsTheSameForTheSameFailure) {
  strand();
  const PolicyState before = state;
  const auto first = fail_once().wake_at;
  state = before;
  EXPECT_EQ(fail_once().wake_at, first);
}

TEST_F(PolicyWrite, BackoffDiffersBetweenPartitionsAndBonds) {
  strand();
  const PolicyState before = state;
  const auto first = fail_once().wake_at;
  int others = 0;
  for (std::uint32_t seed = 1; seed <= 10; ++seed) {
    config.jitter_seed = seed;
    state = before;
    if (fail_once().wake_at != first) ++others;
  }
  config.jitter_seed = 0;
  for (std::uint32_t bond = 100; bond < 110; ++bond) {
    view.bond = bond::IfIndex{bond};
    state = before;
    if (fail_once().wake_at != first) ++others;
  }
  EXPECT_GT(others, 15);
}

TEST_F(PolicyWrite, SuccessEndsTheBackoff) {
  strand();
  now = fail_once().wake_at.value();
  now = fail_once().wake_at.value();
  ASSERT_TRUE(look().write);
  answer(WriteAccepted{});
  show_success();
  ASSERT_TRUE(is_confirmed(look()));
  EXPECT_EQ(state.failures, 0U);
  EXPECT_EQ(state.retry_at, std::nullopt);
}

TEST_F(PolicyWrite, LatchThatWorkedEndsTheBackoff) {
  strand();
  lose_link(sriov());
  now = fail_once().wake_at.value();
  ASSERT_EQ(rule_of(look()), WriteRule::latch);
  answer(WriteAccepted{});
  view.primary = kSriov;
  ASSERT_TRUE(is_confirmed(look()));
  EXPECT_EQ(state.failures, 0U);
  EXPECT_EQ(state.retry_at, std::nullopt);
}

TEST_F(PolicyWrite, SomeoneElsesRepairEndsTheBackoff) {
  strand();
  fail_once();
  show_success();
  look();
  view.primary.reset();
  EXPECT_EQ(rule_of(look()), WriteRule::keep);
}

TEST_F(PolicyWrite, CarrierLossDoesNotEndTheBackoff) {
  fail_once();  // the SR-IOV slave is active, primary cannot be set
  const TimePoint retry = state.retry_at.value();
  sriov().lower_up = false;
  look();
  sriov().lower_up = true;
  EXPECT_EQ(look().write, std::nullopt);
  EXPECT_EQ(state.retry_at, retry);
}

TEST_F(PolicyWrite, BackoffHoldsLatchesToo) {
  strand();
  lose_link(sriov());
  const TimePoint retry = fail_once().wake_at.value();
  now = retry - 1ms;
  EXPECT_EQ(look().write, std::nullopt);
  now = retry;
  EXPECT_EQ(rule_of(look()), WriteRule::latch);
}

}  // namespace

}  // namespace hnv::watchdog
