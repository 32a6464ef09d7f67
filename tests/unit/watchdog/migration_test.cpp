// SPDX-License-Identifier: Apache-2.0
// What is a migration and what is not, step by step.
#include "watchdog/migration.hpp"

#include <gtest/gtest.h>

#include "tests/support/fake_surroundings.hpp"

namespace hnv::watchdog {

namespace {

using namespace std::chrono_literals;
using bond::IfIndex;

constexpr IfIndex kFirst{3};
constexpr IfIndex kSecond{9};

struct MigrationTest : testing::Test {
  MigrationConfig config;
  MigrationState state;
  test::FakeSurroundings surroundings;
  std::vector<HnvBond> bonds{HnvBond{kFirst, true, true}};
  bool fresh = true;
  TimePoint now{1h};
  // Of all steps so far.
  std::vector<ClosedWindow> closed;
  std::vector<CountedMigration> counted;
  std::vector<LpmOutcome> overdue;
  unsigned opened = 0;
  unsigned stuck = 0;
  MigrationDecision last;

  void SetUp() override {
    surroundings.move_to("IBM,02source");
    look();
  }

  MigrationDecision look() {
    last = step(config, state, MigrationView{surroundings.take(), fresh, bonds}, now);
    state = last.state;
    if (last.closed) closed.push_back(*last.closed);
    if (last.counted) counted.push_back(*last.counted);
    if (last.overdue) overdue.push_back(*last.overdue);
    opened += last.opened ? 1 : 0;
    stuck += last.stuck ? 1 : 0;
    return last;
  }
  // Time passes; the step is taken whenever it asked for.
  void pass(Duration time) {
    const TimePoint end = now + time;
    while (last.wake_at && *last.wake_at <= end) {
      now = *last.wake_at;
      look();
    }
    now = end;
    look();
  }
  void run(HcnCommand command, Duration time) {
    surroundings.begin(command, now);
    look();
    pass(time);
    surroundings.end(command);
    look();
  }
  void leave(std::size_t bond = 0) {
    bonds[bond].sriov_enslaved = bonds[bond].sriov_active = false;
    look();
  }
  void join(std::size_t bond = 0) {
    bonds[bond].sriov_enslaved = true;
    look();
  }
  void carry(std::size_t bond = 0) {
    bonds[bond].sriov_active = true;
    look();
  }
  [[nodiscard]] bool window() const { return last.situation.lpm_window; }
  [[nodiscard]] bool paused(PauseReason reason) const { return last.situation.pauses[reason]; }
};

TEST_F(MigrationTest, QuietPartitionHoldsNothingBack) {
  pass(24h);
  EXPECT_EQ(last.situation, Situation{});
  EXPECT_EQ(last.wake_at, std::nullopt);
}

TEST_F(MigrationTest, LiveMigrationIsCountedOnce) {
  run(HcnCommand::hcnqrydev, 1s);
  EXPECT_TRUE(window());
  surroundings.begin(HcnCommand::hcnrmdev, now);
  look();
  leave();
  surroundings.end(HcnCommand::hcnrmdev);
  pass(20s);
  surroundings.move_to("IBM,02destination");
  look();
  EXPECT_TRUE(paused(PauseReason::identity));
  pass(10s);
  surroundings.begin(HcnCommand::hcncfgdrc, now);
  look();
  join();
  pass(3s);
  surroundings.end(HcnCommand::hcncfgdrc);
  look();
  EXPECT_TRUE(window());
  pass(config.settle - 1ms);
  EXPECT_TRUE(window()) << "not settled";
  pass(1ms);
  EXPECT_FALSE(window());
  ASSERT_EQ(closed.size(), 1U);
  EXPECT_EQ(closed[0].outcome, LpmOutcome::migrated);
  EXPECT_TRUE(counted.empty()) << "the traffic is not back yet";
  carry();
  ASSERT_EQ(counted.size(), 1U);
  EXPECT_EQ(counted[0].kind, LpmKind::live);
  EXPECT_EQ(counted[0].result, LpmResult::restored);
  pass(24h);
  EXPECT_EQ(opened, 1U);
  EXPECT_EQ(counted.size(), 1U);
}

TEST_F(MigrationTest, ArrivalWithoutTrafficIsNotRestored) {
  run(HcnCommand::hcnrmdev, 1s);
  leave();
  surroundings.move_to("IBM,02destination");
  look();
  join();
  pass(config.restore_timeout);
  ASSERT_EQ(counted.size(), 1U);
  EXPECT_EQ(counted[0].result, LpmResult::not_restored);
  carry();
  EXPECT_EQ(counted.size(), 1U);
}

TEST_F(MigrationTest, WindowWaitsForTheIdleHcnmgr) {
  run(HcnCommand::hcnrmdev, 1s);
  leave();
  surroundings.begin(HcnCommand::hcncfgdrc, now);
  join();
  pass(10min);
  EXPECT_TRUE(window()) << "it may detach the slave again";
  surroundings.end(HcnCommand::hcncfgdrc);
  look();
  pass(config.settle);
  EXPECT_FALSE(window());
}

TEST_F(MigrationTest, ReturnToTheSourceIsNoMigration) {
  run(HcnCommand::hcnqrydev, 1s);
  run(HcnCommand::hcnrmdev, 1s);
  leave();
  pass(5min);
  EXPECT_TRUE(window());
  run(HcnCommand::hcncfgdrc, 2s);
  join();
  carry();
  pass(config.settle);
  ASSERT_EQ(closed.size(), 1U);
  EXPECT_EQ(closed[0].outcome, LpmOutcome::returned);
  EXPECT_TRUE(counted.empty());
}

TEST_F(MigrationTest, DepartureAloneIsOnlySuspected) {
  leave();
  EXPECT_FALSE(window());
  EXPECT_EQ(last.situation.suspected_until, now + config.query_quiet);
  pass(config.query_quiet);
  EXPECT_EQ(last.situation.suspected_until, std::nullopt);
  pass(24h);
  EXPECT_EQ(opened, 0U);
  EXPECT_TRUE(overdue.empty()) << "an adapter that fails is no migration";
}

TEST_F(MigrationTest, DepartureUnderTheDlparLockOpensAWindow) {
  surroundings.take_dlpar_lock();
  look();
  EXPECT_FALSE(window()) << "processors and memory come and go like that";
  EXPECT_TRUE(paused(PauseReason::dlpar));
  leave();
  EXPECT_TRUE(window());
  surroundings.drop_dlpar_lock();
  look();
  EXPECT_FALSE(paused(PauseReason::dlpar));
  EXPECT_TRUE(window());
}

TEST_F(MigrationTest, LockThatIsSeenAMomentAfterTheDepartureCounts) {
  leave();
  pass(2s);
  surroundings.take_dlpar_lock();
  look();
  EXPECT_TRUE(window());
  EXPECT_EQ(state.window->since, now - 2s) << "it began when the slave left";
}

TEST_F(MigrationTest, LockLongAfterTheDepartureIsAnotherMatter) {
  leave();
  pass(1min);
  surroundings.take_dlpar_lock();
  look();
  EXPECT_FALSE(window());
}

TEST_F(MigrationTest, BootScanIsNoMigration) {
  surroundings.begin(HcnCommand::hcnmgr, now, true);
  look();
  EXPECT_TRUE(paused(PauseReason::hcn_init));
  EXPECT_FALSE(paused(PauseReason::hcnmgr));
  for (int round = 0; round < 2; ++round) {
    leave();
    EXPECT_EQ(last.situation.suspected_until, std::nullopt);
    pass(1s);
    join();
    pass(1s);
  }
  surroundings.end(HcnCommand::hcnmgr);
  look();
  pass(24h);
  EXPECT_EQ(opened, 0U);
}

TEST_F(MigrationTest, CommandThatIsOverAtOnceHoldsWritesBackForAWhile) {
  surroundings.flash(HcnCommand::hcncfgdrc);
  look();
  EXPECT_FALSE(last.situation.is_paused()) << "it runs no more";
  EXPECT_EQ(last.situation.settled_at, now + config.settle);
  EXPECT_TRUE(last.situation.hcnmgr_at_work);
  pass(config.settle);
  EXPECT_EQ(last.situation.settled_at, std::nullopt);
  EXPECT_EQ(opened, 0U);
}

TEST_F(MigrationTest, QueryThatIsOverAtOnceOpensAWindow) {
  surroundings.flash(HcnCommand::hcnqrydev);
  look();
  EXPECT_TRUE(window());
}

TEST_F(MigrationTest, QueryWithoutDepartureClosesAfterSomeQuiet) {
  run(HcnCommand::hcnqrydev, 1s);
  pass(config.query_quiet - 1ms);
  EXPECT_TRUE(window());
  pass(1ms);
  EXPECT_FALSE(window());
  ASSERT_EQ(closed.size(), 1U);
  EXPECT_EQ(closed[0].outcome, LpmOutcome::returned);
  EXPECT_TRUE(counted.empty());
}

TEST_F(MigrationTest, HookOpensAWindowAndItsPostClosesIt) {
  surroundings.hook(HookPhase::check, now);
  look();
  EXPECT_TRUE(window());
  EXPECT_TRUE(paused(PauseReason::hook));
  pass(20min);
  EXPECT_TRUE(window());
  surroundings.hook(HookPhase::post, now);
  look();
  EXPECT_FALSE(window());
  EXPECT_FALSE(paused(PauseReason::hook));
  EXPECT_EQ(last.situation.settled_at, now + config.settle);
}

TEST_F(MigrationTest, HookThatNeverSaysPostTimesOut) {
  surroundings.hook(HookPhase::pre, now);
  look();
  pass(config.hook_timeout - 1ms);
  EXPECT_TRUE(window());
  pass(1ms);
  EXPECT_FALSE(window());
  EXPECT_FALSE(paused(PauseReason::hook));
}

TEST_F(MigrationTest, PostOfAnEarlierMigrationEndsNothing) {
  surroundings.hook(HookPhase::post, now);
  look();
  EXPECT_FALSE(window());
  pass(1s);
  run(HcnCommand::hcnqrydev, 1s);
  pass(1min);
  EXPECT_TRUE(window());
}

TEST_F(MigrationTest, HookIsOverWhenTheSlaveIsBack) {
  surroundings.hook(HookPhase::pre, now);
  look();
  leave();
  surroundings.move_to("IBM,02destination");
  look();
  pass(5s);
  join();
  pass(config.settle);
  EXPECT_FALSE(window());
  EXPECT_FALSE(paused(PauseReason::hook)) << "its post was lost";
}

TEST_F(MigrationTest, SlaveThatDoesNotComeBackTimesOut) {
  run(HcnCommand::hcnrmdev, 1s);
  leave();
  pass(config.absent_timeout - 1ms);
  EXPECT_TRUE(window());
  EXPECT_TRUE(overdue.empty());
  pass(1ms);
  EXPECT_EQ(overdue, std::vector{LpmOutcome::timed_out});
  ASSERT_EQ(closed.size(), 1U);
  EXPECT_EQ(closed[0].outcome, LpmOutcome::timed_out);
  EXPECT_TRUE(counted.empty());
}

TEST_F(MigrationTest, WindowStaysOpenWhileThereIsEvidence) {
  run(HcnCommand::hcnrmdev, 1s);
  leave();
  surroundings.begin(HcnCommand::hcncfgdrc, now);
  look();
  pass(2h);
  EXPECT_TRUE(window());
  EXPECT_EQ(overdue.size(), 1U) << "said once";
  surroundings.end(HcnCommand::hcncfgdrc);
  look();
  EXPECT_FALSE(window());
}

TEST_F(MigrationTest, SlaveThatDoesNotArriveIsNotRestored) {
  run(HcnCommand::hcnrmdev, 1s);
  leave();
  pass(1min);
  surroundings.move_to("IBM,02destination");
  look();
  pass(config.restore_timeout);
  EXPECT_EQ(overdue, std::vector{LpmOutcome::not_restored});
  ASSERT_EQ(closed.size(), 1U);
  EXPECT_EQ(closed[0].outcome, LpmOutcome::not_restored);
  ASSERT_EQ(counted.size(), 1U);
  EXPECT_EQ(counted[0].result, LpmResult::not_restored);
}

TEST_F(MigrationTest, AllThatLeftAreWaitedFor) {
  bonds.push_back(HnvBond{kSecond, true, true});
  look();
  run(HcnCommand::hcnrmdev, 1s);
  leave(0);
  run(HcnCommand::hcnrmdev, 1s);
  leave(1);
  surroundings.move_to("IBM,02destination");
  look();
  join(0);
  carry(0);
  pass(5min);
  EXPECT_TRUE(window());
  join(1);
  carry(1);
  pass(config.settle);
  EXPECT_FALSE(window());
  ASSERT_EQ(counted.size(), 1U);
  EXPECT_EQ(counted[0].result, LpmResult::restored);
}

TEST_F(MigrationTest, SlaveThatWasAwayForLongIsNotWaitedFor) {
  bonds.push_back(HnvBond{kSecond, true, true});
  look();
  leave(1);
  pass(72h);
  run(HcnCommand::hcnrmdev, 1s);
  leave(0);
  surroundings.move_to("IBM,02destination");
  look();
  join(0);
  carry(0);
  pass(config.settle);
  EXPECT_FALSE(window()) << "the first bond must not wait for a broken adapter";
}

TEST_F(MigrationTest, BondThatIsRemovedIsNotWaitedFor) {
  run(HcnCommand::hcnrmdev, 1s);
  leave();
  run(HcnCommand::hcnrmhcn, 1s);
  bonds.clear();
  look();
  pass(config.settle);
  EXPECT_FALSE(window());
}

// The next one begins before the first has settled: it has its own quiet to wait for.
TEST_F(MigrationTest, NextMigrationIsAnotherWindow) {
  run(HcnCommand::hcnrmdev, 1s);
  leave();
  surroundings.move_to("IBM,02destination");
  look();
  join();
  carry();
  pass(1s);
  surroundings.hook(HookPhase::check, now);
  look();
  ASSERT_EQ(closed.size(), 1U);
  EXPECT_EQ(closed[0].outcome, LpmOutcome::migrated);
  EXPECT_EQ(opened, 2U);
  pass(10min);
  EXPECT_TRUE(window()) << "its hook has not said post";
  EXPECT_TRUE(paused(PauseReason::hook));
}

TEST_F(MigrationTest, NothingIsConcludedFromAPictureThatIsNotFresh) {
  run(HcnCommand::hcnrmdev, 1s);
  fresh = false;
  leave();
  pass(1h);
  EXPECT_TRUE(window());
  EXPECT_TRUE(closed.empty());
  fresh = true;
  look();
  EXPECT_TRUE(window()) << "only now it is known that the slave has left";
}

TEST_F(MigrationTest, MigrationThatNobodySawIsFoundAtStart) {
  state = start_on(FrameKey{"IBM,02destination", "IBM,9080-HEX"},
                   Moved{FrameKey{"IBM,02source", "IBM,9080-HEX"}, LpmKind::live}, now);
  surroundings.move_to("IBM,02destination");
  look();
  EXPECT_TRUE(window());
  pass(config.settle);
  EXPECT_FALSE(window());
  ASSERT_EQ(counted.size(), 1U);
  EXPECT_EQ(counted[0].kind, LpmKind::live);
  EXPECT_EQ(counted[0].result, LpmResult::restored);
}

TEST_F(MigrationTest, InactiveMigrationWaitsForTheBondsToBeMade) {
  state =
      start_on(FrameKey{"IBM,02destination", "IBM,9080-HEX"},
               Moved{FrameKey{"IBM,02source", "IBM,9080-HEX"}, LpmKind::inactive_or_restart}, now);
  surroundings.move_to("IBM,02destination");
  surroundings.expect_pairs(2);
  bonds.clear();
  look();
  pass(2min);
  EXPECT_TRUE(window());
  bonds = {HnvBond{kFirst, true, true}, HnvBond{kSecond, true, true}};
  look();
  pass(config.settle);
  EXPECT_FALSE(window());
  ASSERT_EQ(counted.size(), 1U);
  EXPECT_EQ(counted[0].kind, LpmKind::inactive_or_restart);
  EXPECT_EQ(counted[0].result, LpmResult::restored);
}

TEST_F(MigrationTest, PartitionWithoutHnvIsMigratedAllTheSame) {
  bonds.clear();
  look();
  surroundings.move_to("IBM,02destination");
  look();
  pass(config.settle);
  ASSERT_EQ(counted.size(), 1U);
  EXPECT_EQ(counted[0].result, LpmResult::restored);
}

TEST_F(MigrationTest, IdentityThatCannotBeReadIsNoOtherMachine) {
  auto seen = surroundings.take();
  seen.frame.reset();
  last = step(config, state, MigrationView{seen, true, bonds}, now);
  EXPECT_FALSE(last.opened);
  EXPECT_EQ(last.state.frame, state.frame);
}

TEST_F(MigrationTest, BlindnessHoldsEverythingBack) {
  surroundings.blind(true);
  look();
  EXPECT_TRUE(paused(PauseReason::blind));
  surroundings.blind(false);
  look();
  EXPECT_FALSE(last.situation.is_paused());
}

TEST_F(MigrationTest, RunThatDoesNotEndIsReportedOnce) {
  surroundings.begin(HcnCommand::hcncfgdrc, now);
  look();
  pass(config.stuck_after - 1ms);
  EXPECT_EQ(stuck, 0U);
  pass(1h);
  EXPECT_EQ(stuck, 1U);
  EXPECT_TRUE(paused(PauseReason::hcnmgr)) << "and still waited for";
  surroundings.end(HcnCommand::hcncfgdrc);
  look();
  EXPECT_FALSE(state.stuck);
}

TEST_F(MigrationTest, LockThatIsNotDroppedIsReported) {
  surroundings.take_dlpar_lock();
  look();
  pass(config.stuck_after);
  EXPECT_EQ(stuck, 1U);
}

TEST_F(MigrationTest, AsksToBeWokenOnlyForLater) {
  run(HcnCommand::hcnqrydev, 1s);
  for (int round = 0; round < 100 && last.wake_at; ++round) {
    ASSERT_GT(*last.wake_at, now);
    now = *last.wake_at;
    look();
  }
  EXPECT_EQ(last.wake_at, std::nullopt);
}

}  // namespace

}  // namespace hnv::watchdog
