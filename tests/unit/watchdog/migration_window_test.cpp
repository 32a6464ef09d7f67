// SPDX-License-Identifier: Apache-2.0
// When a window is open: what opens it, what it waits for, what closes it.
#include "tests/unit/watchdog/migration_fixture.hpp"

namespace hnv::watchdog {

namespace {

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

}  // namespace

}  // namespace hnv::watchdog
