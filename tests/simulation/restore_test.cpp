// SPDX-License-Identifier: Apache-2.0
// The problem and its repair.
#include "tests/simulation/story.hpp"

namespace hnv::test {

namespace {

using Restore = Story;

TEST_F(Restore, StrandedBondIsRepairedAfterSettle) {
  strand();
  run_for(14900ms);
  EXPECT_EQ(active(), virtual_slave());
  EXPECT_EQ(state(), WatchState::settling);
  EXPECT_EQ(writes(), 0U);
  run_for(200ms);
  EXPECT_EQ(active(), sriov());
  EXPECT_EQ(primary(), sriov());
  EXPECT_EQ(state(), WatchState::steady);
  EXPECT_EQ(writes(), 1U);
  run_for(1s);
  EXPECT_EQ(simulation().failovers(bond(), FailoverDirection::to_sriov), 1U);
  EXPECT_EQ(simulation().status(bond()).restore_duration.count(), 1U);
}

TEST_F(Restore, FlapIsReturnedByTheKernelOncePrimaryIsSet) {
  settle();
  EXPECT_EQ(writes(), 1U);  // primary, which moved nothing
  pull();
  run_for(1s);
  EXPECT_EQ(active(), virtual_slave());
  EXPECT_EQ(state(), WatchState::on_virtual);
  EXPECT_EQ(off_reason(), OffReason::link_down);
  plug();
  run_for(101ms);
  EXPECT_EQ(active(), sriov());
  EXPECT_EQ(writes(), 1U);
}

TEST_F(Restore, LinkThatIsDownIsLatched) {
  pull();
  settle();
  EXPECT_EQ(active(), virtual_slave());
  EXPECT_EQ(primary(), sriov());
  EXPECT_EQ(writes(), 1U);
  plug();
  run_for(101ms);
  EXPECT_EQ(active(), sriov());
  EXPECT_EQ(writes(), 1U);
}

TEST_F(Restore, ObserveOnlySaysWhatItWouldDo) {
  simulation().set_mode(Mode::observe);
  strand();
  run_for(1h);
  EXPECT_EQ(active(), virtual_slave());
  EXPECT_EQ(state(), WatchState::observing);
  EXPECT_EQ(off_reason(), OffReason::observe);
  EXPECT_EQ(writes(), 0U);
  simulation().set_mode(Mode::enforce);
  run_for(1s);
  EXPECT_EQ(active(), sriov());
}

TEST_F(Restore, FlappingLinkStartsHoldDownAnewEachTime) {
  kernel().write_primary_reselect(bond(), bond::PrimaryReselect::failure);
  settle();
  for (int flap = 0; flap < 5; ++flap) {
    pull();
    run_for(2s);
    plug();
    run_for(8s);
    EXPECT_EQ(active(), virtual_slave());
  }
  EXPECT_EQ(state(), WatchState::hold_down);
  run_for(3s);
  EXPECT_EQ(active(), sriov());
}

TEST_F(Restore, FlapInsideOneBatchStartsHoldDownAnew) {
  kernel().write_primary_reselect(bond(), bond::PrimaryReselect::failure);
  settle();
  pull();
  run_for(1s);
  plug();
  run_for(8s);
  pull();
  simulation().run_unwatched(500ms);
  plug();
  simulation().run_unwatched(500ms);
  run_for(5s);
  EXPECT_EQ(active(), virtual_slave());
  run_for(6s);
  EXPECT_EQ(active(), sriov());
}

TEST_F(Restore, OverrunStopsDecisionsUntilTheDump) {
  strand();
  settle();
  pull();
  simulation().run_unwatched(500ms);
  plug();
  simulation().run_unwatched(500ms);
  simulation().overrun();
  run_for(1s);
  EXPECT_EQ(active(), sriov());
  EXPECT_EQ(state(), WatchState::steady);
  EXPECT_EQ(simulation().monitor().overruns(), 1U);
  EXPECT_EQ(writes(), 1U);
}

TEST_F(Restore, LossHiddenByAnOverrunStartsHoldDownAnew) {
  kernel().write_primary_reselect(bond(), bond::PrimaryReselect::failure);
  settle();
  pull();
  run_for(1s);
  plug();
  run_for(8s);
  pull();
  simulation().run_unwatched(500ms);
  plug();
  simulation().run_unwatched(500ms);
  simulation().overrun();
  run_for(5s);
  EXPECT_EQ(active(), virtual_slave());
  run_for(6s);
  EXPECT_EQ(active(), sriov());
}

TEST_F(Restore, FirstSlaveAfterAnOutageIsTakenAtOnce) {
  settle();
  kernel().set_plugged(virtual_slave(), false);
  pull();
  run_for(1s);
  EXPECT_EQ(active(), std::nullopt);
  kernel().set_plugged(virtual_slave(), true);
  run_for(1s);
  EXPECT_EQ(active(), virtual_slave());
  plug();
  run_for(101ms);
  EXPECT_EQ(active(), sriov());
  EXPECT_EQ(simulation().failovers(bond(), FailoverDirection::to_none), 1U);
}

TEST_F(Restore, OperatorsAdminDownIsLatchedAndNotForced) {
  run_for(1s);
  kernel().set_admin(sriov(), false);
  run_for(1h);
  EXPECT_EQ(active(), virtual_slave());
  EXPECT_EQ(primary(), sriov());
  EXPECT_EQ(off_reason(), OffReason::admin);
  EXPECT_EQ(writes(), 1U);
  kernel().set_admin(sriov(), true);
  run_for(101ms);
  EXPECT_EQ(active(), sriov());
}

TEST_F(Restore, BondThatIsDownIsVerifiedByReadingBack) {
  kernel().set_admin(bond(), false);
  run_for(15100ms);
  EXPECT_EQ(primary(), sriov());
  EXPECT_EQ(state(), WatchState::restoring);  // no message has told it
  run_for(2s);
  EXPECT_EQ(simulation().status(bond()).restore_duration.count(), 1U);
  EXPECT_EQ(writes(), 1U);
}

TEST_F(Restore, RestartSettlesAnew) {
  strand();
  run_for(10s);
  simulation().restart_watchdog();
  run_for(14s);
  EXPECT_EQ(writes(), 0U);
  run_for(2s);
  EXPECT_EQ(active(), sriov());
  EXPECT_EQ(writes(), 1U);
}

TEST_F(Restore, QuietBondIsLeftAlone) {
  settle();
  const std::size_t before = writes();
  run_for(2h);
  EXPECT_EQ(writes(), before);
}

class SlowRestore : public Story {
 protected:
  SlowRestore() : Story(options()) {}
  static FakeBondOptions options() {
    FakeBondOptions options;
    options.miimon = 1s;
    options.updelay = 5s;
    return options;
  }
};

TEST_F(SlowRestore, WritesNothingBetweenCarrierLossAndItsTick) {
  run_for(500ms);  // half-way between two ticks
  strand();
  settle();
  ASSERT_EQ(active(), sriov());
  kernel().write_active_slave(bond(), virtual_slave());
  run_for(9700ms);
  pull();  // the hold-down ends before the next tick
  run_for(400ms);
  EXPECT_EQ(kernel().link(sriov())->slave->mii_status, bond::MiiStatus::up);
  EXPECT_EQ(active(), virtual_slave());
  EXPECT_EQ(writes(), 1U);
}

TEST_F(SlowRestore, UpdelayIsNotCutShort) {
  kernel().write_primary_reselect(bond(), bond::PrimaryReselect::failure);
  run_for(5s);
  pull();
  run_for(15s);
  plug();
  run_for(3s);
  ASSERT_EQ(kernel().link(sriov())->slave->mii_status, bond::MiiStatus::going_back);
  EXPECT_EQ(active(), virtual_slave());
  run_for(4s);
  EXPECT_EQ(active(), sriov());
}

}  // namespace

}  // namespace hnv::test
