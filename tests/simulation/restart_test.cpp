// SPDX-License-Identifier: Apache-2.0
// The watchdog is killed or stopped, and started again within one boot.
#include "tests/simulation/story.hpp"
#include "tests/support/hnv_partition.hpp"

namespace hnv::test {

namespace {

struct Restart : Story {
  std::uint64_t count(FailoverDirection direction, FailoverCause cause) {
    return simulation().status(bond()).failovers[direction][cause];
  }
  std::uint64_t total() {
    std::uint64_t sum = 0;
    for (const auto direction : base::all_values<FailoverDirection>()) {
      sum += simulation().failovers(bond(), direction);
    }
    return sum;
  }
  // A failover is counted and published.
  void lose_once() {
    settle();
    pull();
    run_for(2s);
  }
};

TEST_F(Restart, CountersGoOn) {
  lose_once();
  ASSERT_EQ(count(FailoverDirection::to_virtual, FailoverCause::link_down), 1U);
  simulation().restart_watchdog();
  run_for(1s);
  EXPECT_EQ(total(), 1U);
  plug();
  run_for(2s);
  EXPECT_EQ(count(FailoverDirection::to_sriov, FailoverCause::link_up), 1U);
  EXPECT_EQ(total(), 2U);
}

TEST_F(Restart, TimeThatNobodyWatchedBelongsToTheReasonThatRan) {
  lose_once();
  simulation().run_unwatched(1h);
  simulation().restart_watchdog();
  plug();
  run_for(1min);
  const auto& off = simulation().status(bond()).off_sriov;
  EXPECT_GE(off[OffReason::link_down], 1h);
  EXPECT_LT(off[OffReason::link_down], 1h + 5s);
}

TEST_F(Restart, ChangeThatNobodyWatchedIsOneResync) {
  lose_once();
  simulation().run_unwatched(1s);
  plug();
  simulation().run_unwatched(1s);
  simulation().restart_watchdog();
  run_for(1min);
  EXPECT_EQ(count(FailoverDirection::to_sriov, FailoverCause::resync), 1U);
  EXPECT_EQ(total(), 2U);
}

TEST_F(Restart, ChangesThatNobodyWatchedAndCancelOutAreNone) {
  settle();
  pull();
  simulation().run_unwatched(1s);
  plug();
  simulation().run_unwatched(1s);
  simulation().restart_watchdog();
  run_for(1min);
  EXPECT_EQ(total(), 0U);
}

// Published with its cause while more could still have been told about it.
TEST_F(Restart, OpenChangeKeepsItsCause) {
  settle();
  kernel().release(sriov());
  run_for(0s);
  run_for(220ms);
  ASSERT_EQ(total(), 0U) << "it is still open";
  ASSERT_EQ(simulation().published().memory.bonds.at(0).recorder.open.size(), 1U);
  simulation().restart_watchdog();
  run_for(1s);
  EXPECT_EQ(count(FailoverDirection::to_virtual, FailoverCause::removed), 1U);
  EXPECT_EQ(total(), 1U);
}

TEST_F(Restart, StopCountsWhatIsOpen) {
  settle();
  kernel().release(sriov());
  run_for(0s);
  ASSERT_EQ(total(), 0U) << "it is still open";
  simulation().stop_and_start_watchdog();
  EXPECT_EQ(simulation().published().status.bonds.at(0).failovers[FailoverDirection::to_virtual]
                                                                 [FailoverCause::removed],
            1U);
  run_for(1s);
  EXPECT_EQ(total(), 1U);
}

TEST_F(Restart, WhatWasNotPublishedIsLostAndNothingElse) {
  lose_once();
  plug();
  run_for(150ms);  // seen, and not published
  simulation().restart_watchdog();
  run_for(1min);
  EXPECT_EQ(simulation().failovers(bond(), FailoverDirection::to_sriov), 1U);
  EXPECT_EQ(total(), 2U);
}

// Another device, whose slaves and history are its own.
IfIndex make_anew(Simulation& simulation, IfIndex bond) {
  const std::string name = simulation.kernel.link(bond)->name;
  simulation.kernel.remove_bond(bond);
  return simulation.kernel.add_bond({.name = name});
}

TEST_F(Restart, BondMadeAnewCountsOn) {
  lose_once();
  const IfIndex again = make_anew(simulation(), bond());
  run_for(1min);
  ASSERT_FALSE(simulation().knows(bond()));
  ASSERT_TRUE(simulation().knows(again));
  EXPECT_EQ(simulation().failovers(again, FailoverDirection::to_virtual), 1U);
  EXPECT_GE(simulation().status(again).off_sriov[OffReason::link_down], 1s);
  EXPECT_TRUE(simulation().published().status.gone_bonds.empty());
}

TEST_F(Restart, BondMadeAnewWhileNobodyWatchedCountsOn) {
  lose_once();
  const IfIndex again = make_anew(simulation(), bond());
  simulation().restart_watchdog();
  run_for(1min);
  EXPECT_EQ(simulation().failovers(again, FailoverDirection::to_virtual), 1U);
  EXPECT_EQ(simulation().published().status.bonds.size(), 1U);
}

// The next move of ours waits for a minute after the last one, whoever made that.
TEST_F(Restart, SpacingSurvives) {
  strand();
  run_for(20s);
  ASSERT_EQ(writes(), 1U);
  const BootTime moved = simulation().writes().back().at;
  kernel().write_active_slave(bond(), virtual_slave());
  run_for(1s);
  simulation().restart_watchdog();
  run_for(2min);
  ASSERT_GE(writes(), 2U);
  EXPECT_GE(simulation().writes()[1].at - moved, 60s);
}

TEST_F(Restart, BackOffSurvives) {
  simulation().actuator.refuse(base::ErrorCode::permission);
  strand();
  run_for(6min);
  const auto before = simulation().published().memory.bonds.at(0).policy;
  ASSERT_GE(before.failures, 4U);
  const std::uint64_t attempts = simulation().status(bond()).restore_attempts;
  for (int crash = 0; crash < 10; ++crash) {
    simulation().restart_watchdog();
    run_for(1s);
  }
  EXPECT_EQ(simulation().published().memory.bonds.at(0).policy.failures, before.failures);
  EXPECT_EQ(simulation().published().memory.bonds.at(0).policy.retry_at, before.retry_at);
  EXPECT_EQ(simulation().status(bond()).restore_attempts, attempts);
}

TEST_F(Restart, HoldDownGoesOnForASlaveThatWasNotLost) {
  settle();
  run_for(1min);
  const auto since = simulation().published().memory.bonds.at(0).policy.healthy_since;
  ASSERT_TRUE(since.has_value());
  simulation().restart_watchdog();
  run_for(1s);
  EXPECT_EQ(simulation().published().memory.bonds.at(0).policy.healthy_since, since);
}

TEST_F(Restart, HoldDownBeginsAnewAfterALossThatNobodyWatched) {
  settle();
  run_for(1min);
  pull();
  simulation().run_unwatched(1s);
  plug();
  simulation().run_unwatched(1s);
  const BootTime restarted = kernel().now();
  simulation().restart_watchdog();
  run_for(1s);
  EXPECT_GE(simulation().published().memory.bonds.at(0).policy.healthy_since, restarted);
}

}  // namespace

struct RestartInAMigration : testing::Test {
  HnvPartition partition;
  Simulation& simulation() { return partition.simulation(); }
};

TEST_F(RestartInAMigration, WindowStaysOpen) {
  partition.run_for(1min);
  partition.surroundings().hook(HookPhase::pre, partition.kernel().now());
  partition.run_for(1s);
  const auto since = simulation().lpm().window_since;
  ASSERT_TRUE(since.has_value());
  simulation().restart_watchdog();
  partition.kernel().write_primary(partition.bond(), "");
  partition.run_for(10min);
  EXPECT_EQ(simulation().lpm().window_since, since);
  EXPECT_TRUE(simulation().writes().empty()) << "nothing is written in a window";
}

TEST_F(RestartInAMigration, SuspicionStays) {
  partition.run_for(1min);
  partition.unplug();
  partition.run_for(1s);
  const auto departed = simulation().migration().bonds.at(partition.bond()).departed;
  ASSERT_TRUE(departed.has_value());
  simulation().restart_watchdog();
  partition.run_for(1s);
  EXPECT_EQ(simulation().migration().bonds.at(partition.bond()).departed, departed);
}

// The kept identity is still of the machine before, because the window is open.
TEST_F(RestartInAMigration, MigrationIsCountedOnce) {
  partition.run_for(1min);
  partition.move_to_another_machine();
  partition.run_for(10s);
  ASSERT_TRUE(simulation().lpm().window_since.has_value());
  simulation().restart_watchdog(
      watchdog::Moved{FrameKey{"IBM,02machine0", "IBM,9080-HEX"}, LpmKind::live});
  partition.run_for(10min);
  EXPECT_EQ(simulation().lpm().migrations[LpmKind::live][LpmResult::restored], 1U);
  EXPECT_EQ(simulation().lpm().windows[LpmOutcome::migrated], 1U);
  simulation().restart_watchdog();
  partition.run_for(10min);
  EXPECT_EQ(simulation().lpm().migrations[LpmKind::live][LpmResult::restored], 1U);
}

}  // namespace hnv::test
