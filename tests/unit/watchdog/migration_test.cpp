// SPDX-License-Identifier: Apache-2.0
// What is a migration and how it ended.
#include "tests/unit/watchdog/migration_fixture.hpp"

namespace hnv::watchdog {

namespace {

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
