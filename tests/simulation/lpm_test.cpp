// SPDX-License-Identifier: Apache-2.0
// Migrations: never disturbed, and the traffic back on the SR-IOV slave afterwards.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/hnv_partition.hpp"

namespace hnv::test {

namespace {

using namespace std::chrono_literals;

class Lpm : public ::testing::Test {
 protected:
  void SetUp() override { partition.run_for(1min); }

  HnvPartition partition{2};
  const HcnmgrHabits old_hcnmgr{.sets_primary = false};

  FakeKernel& kernel() { return partition.kernel(); }
  Simulation& simulation() { return partition.simulation(); }
  FakeSurroundings& surroundings() { return partition.surroundings(); }
  std::size_t writes() { return simulation().writes().size(); }
  const BondStatus& status(std::size_t pair = 0) {
    return simulation().status(partition.bond(pair));
  }
  // The seed's problem, on one bond.
  void strand(std::size_t pair = 0) {
    kernel().write_primary(partition.bond(pair), "");
    kernel().write_active_slave(partition.bond(pair), partition.virtual_slave(pair));
  }
  std::uint64_t count(FailoverCause cause, std::size_t pair = 0) {
    std::uint64_t sum = 0;
    for (const auto direction : base::all_values<FailoverDirection>()) {
      sum += status(pair).failovers[direction][cause];
    }
    return sum;
  }
};

TEST_F(Lpm, LiveMigrationIsNotDisturbedAndEndsOnTheSriovSlave) {
  const std::size_t before = writes();
  partition.migrate({.hcnmgr = old_hcnmgr});
  EXPECT_EQ(writes(), before);
  EXPECT_EQ(status().state, WatchState::lpm);
  partition.run_for(2min);
  EXPECT_TRUE(partition.is_whole(0));
  EXPECT_TRUE(partition.is_whole(1));
  EXPECT_EQ(simulation().lpm().windows[LpmOutcome::migrated], 1U);
  EXPECT_EQ(simulation().lpm().migrations[LpmKind::live][LpmResult::restored], 1U);
  EXPECT_EQ(count(FailoverCause::external), 0U);
  EXPECT_GE(count(FailoverCause::lpm), 1U);
  EXPECT_GT(status().off_sriov[OffReason::lpm], 10s);
  EXPECT_EQ(status().off_sriov[OffReason::absent], 0s) << "the migration was announced";
}

TEST_F(Lpm, HcnmgrThatRestoresByItselfNeedsNoWrite) {
  const std::size_t before = writes();
  partition.migrate({});
  partition.run_for(1h);
  EXPECT_EQ(writes(), before);
  EXPECT_TRUE(partition.is_whole(0));
  EXPECT_EQ(simulation().lpm().migrations[LpmKind::live][LpmResult::restored], 1U);
}

TEST_F(Lpm, WritesAsSoonAsHcnmgrHasBeenIdleForLongEnough) {
  partition.unplug();
  partition.run_for(1h);
  partition.plug(true);
  partition.configure(old_hcnmgr);
  kernel().write_active_slave(partition.bond(), partition.virtual_slave());
  const BootTime idle = kernel().now();
  const std::size_t before = writes();
  partition.run_for(1h);
  ASSERT_EQ(writes(), before + 1);
  EXPECT_GE(simulation().writes().back().at, idle + 30s - 10ms);
  EXPECT_LE(simulation().writes().back().at, idle + 30s + 10ms);
}

TEST_F(Lpm, DepartureAloneHoldsTheOtherBondBackForAWhile) {
  partition.unplug(0);
  partition.run_for(1s);
  strand(1);
  const std::size_t before = writes();
  partition.run_for(118s);
  EXPECT_EQ(writes(), before);
  EXPECT_EQ(status(0).off_reason, OffReason::absent);
  EXPECT_EQ(status(0).state, WatchState::on_virtual);
  partition.run_for(2s);
  EXPECT_EQ(writes(), before + 1);
  EXPECT_TRUE(partition.is_whole(1));
  EXPECT_FALSE(simulation().lpm().window_since.has_value());
  EXPECT_EQ(count(FailoverCause::removed, 0), 1U);
}

TEST_F(Lpm, SlaveThatComesAfterTheWindowIsRestored) {
  partition.migrate({.comes_back = false});
  partition.run_for(16min);
  EXPECT_EQ(simulation().lpm().windows[LpmOutcome::not_restored], 1U);
  EXPECT_EQ(simulation().lpm().migrations[LpmKind::live][LpmResult::not_restored], 1U);
  partition.run_for(24h);
  partition.plug(true);
  partition.configure(old_hcnmgr);
  partition.run_for(2min);
  EXPECT_TRUE(partition.is_whole());
  EXPECT_EQ(simulation().lpm().migrations[LpmKind::live][LpmResult::restored], 0U);
}

TEST_F(Lpm, FailedMigrationReturns) {
  partition.migrate({.moves = false, .renames = false});
  partition.run_for(2min);
  EXPECT_EQ(simulation().lpm().windows[LpmOutcome::returned], 1U);
  EXPECT_EQ(simulation().lpm().migrations[LpmKind::live][LpmResult::restored], 0U);
  EXPECT_TRUE(partition.is_whole());
}

TEST_F(Lpm, BootScanIsNoMigrationAndNoFailoverOfSomebodyElse) {
  const std::size_t before = writes();
  partition.scan_at_boot({.seen = true});
  EXPECT_EQ(writes(), before);
  partition.run_for(1h);
  EXPECT_EQ(simulation().lpm().windows[LpmOutcome::returned], 0U);
  EXPECT_EQ(simulation().lpm().windows[LpmOutcome::timed_out], 0U);
  EXPECT_EQ(count(FailoverCause::external), 0U);
  EXPECT_EQ(count(FailoverCause::lpm), 0U);
  EXPECT_TRUE(partition.is_whole(0));
  EXPECT_TRUE(partition.is_whole(1));
}

// The watchdog is told of nothing until it looks: the last look before the write meets hcnmgr.
TEST_F(Lpm, HcnmgrThatBeginsBeforeTheWriteStopsIt) {
  strand();
  const std::size_t before = writes();
  partition.run_for(9s);
  surroundings().keep_quiet(true);
  surroundings().begin(HcnCommand::hcncfgdrc, kernel().now());
  partition.run_for(2s);
  EXPECT_EQ(writes(), before);
  EXPECT_EQ(status().state, WatchState::paused);
  EXPECT_TRUE(status().paused[PauseReason::hcnmgr]);
  surroundings().keep_quiet(false);
  surroundings().end(HcnCommand::hcncfgdrc);
  partition.run_for(1min);
  EXPECT_TRUE(partition.is_whole());
}

TEST_F(Lpm, OperatorPausesOneBondAndNotTheOther) {
  surroundings().pause("bond191554c8");
  strand(0);
  strand(1);
  partition.run_for(1h);
  EXPECT_FALSE(partition.is_whole(0));
  EXPECT_EQ(status(0).state, WatchState::paused);
  EXPECT_TRUE(status(0).paused[PauseReason::operator_request]);
  EXPECT_TRUE(partition.is_whole(1));
  surroundings().resume("bond191554c8");
  partition.run_for(1s);
  EXPECT_TRUE(partition.is_whole(0));
  surroundings().pause("all");
  strand(1);
  partition.run_for(1h);
  EXPECT_FALSE(partition.is_whole(1));
}

// As after a restart of NetworkManager: the profile names a primary, and the kernel has none.
TEST_F(Lpm, PrimaryThatHcnmgrLeavesEmptyIsSet) {
  kernel().write_primary(partition.bond(), "");
  partition.run_for(1ms);
  partition.scan_at_boot({.sets_primary = false});
  kernel().write_primary(partition.bond(), "");
  partition.run_for(2min);
  EXPECT_TRUE(partition.is_whole());
}

TEST_F(Lpm, MigrationWhileTheWatchdogWasAwayIsFoundAtItsStart) {
  partition.move_to_another_machine();
  simulation().restart_watchdog(
      watchdog::Moved{FrameKey{"IBM,02machine0", "IBM,9080-HEX"}, LpmKind::live});
  partition.run_for(2min);
  EXPECT_EQ(simulation().lpm().migrations[LpmKind::live][LpmResult::restored], 1U);
}

TEST_F(Lpm, BondThatTheConfigurationIgnoresIsLeftAlone) {
  Config config;
  BondConfig ignored;
  ignored.name = "bond191554c8";
  ignored.ignore = true;
  config.bonds.push_back(ignored);
  simulation().configure(config);
  strand(0);
  strand(1);
  partition.run_for(1h);
  EXPECT_FALSE(partition.is_whole(0));
  EXPECT_TRUE(partition.is_whole(1));
}

}  // namespace

}  // namespace hnv::test
