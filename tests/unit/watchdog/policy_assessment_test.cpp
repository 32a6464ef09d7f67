// SPDX-License-Identifier: Apache-2.0
// What is said about a bond: the state of the watchdog, and why the SR-IOV slave does not carry
// the traffic.
#include "tests/unit/watchdog/policy_fixture.hpp"

namespace hnv::watchdog {

namespace {

using bond::MiiStatus;
using namespace std::chrono_literals;

class PolicyAssessment : public PolicyTest {
 protected:
  static Assessment said(WatchState state, std::optional<OffReason> reason) {
    return Assessment{state, reason};
  }
};

TEST_F(PolicyAssessment, SteadyWhenActiveAndPrimary) {
  view.primary = kSriov;
  EXPECT_EQ(look().assessment, said(WatchState::steady, std::nullopt));
}

TEST_F(PolicyAssessment, OnVirtualWhileTheLinkIsDown) {
  know_the_bond();
  strand();
  view.primary = kSriov;
  lose_link(sriov());
  EXPECT_EQ(look().assessment, said(WatchState::on_virtual, OffReason::link_down));
}

TEST_F(PolicyAssessment, OnVirtualWhileAnOperatorHasTheLinkDown) {
  know_the_bond();
  strand();
  view.primary = kSriov;
  sriov().admin_up = false;
  lose_link(sriov());
  EXPECT_EQ(look().assessment, said(WatchState::on_virtual, OffReason::admin));
}

TEST_F(PolicyAssessment, OnVirtualWhileTheSriovSlaveIsAway) {
  take_traffic();
  view.slaves.erase(view.slaves.begin());
  view.sriov_absent = true;
  EXPECT_EQ(look().assessment, said(WatchState::on_virtual, OffReason::absent));
}

TEST_F(PolicyAssessment, UnmanagedWhenTheSriovSlaveIsUnknown) {
  sriov().role = virtual_slave().role = Role::unknown;
  EXPECT_EQ(look().assessment, said(WatchState::unmanaged, OffReason::unknown));
}

TEST_F(PolicyAssessment, UnmanagedInOtherModesAndWithoutMonitoring) {
  view.active_backup = false;
  EXPECT_EQ(look().assessment->state, WatchState::unmanaged);
  view.active_backup = true;
  view.monitored = false;
  EXPECT_EQ(look().assessment->state, WatchState::unmanaged);
}

TEST_F(PolicyAssessment, AbsenceIsNoExcuseForABondThatIsNotManaged) {
  view.slaves.erase(view.slaves.begin());
  view.sriov_absent = true;
  view.monitored = false;
  EXPECT_EQ(look().assessment->state, WatchState::unmanaged);
  view.monitored = true;
  view.active_backup = false;
  EXPECT_EQ(look().assessment->state, WatchState::unmanaged);
}

TEST_F(PolicyAssessment, Settling) {
  EXPECT_EQ(look().assessment, said(WatchState::settling, std::nullopt));
  take_traffic();
  EXPECT_EQ(look().assessment, said(WatchState::settling, OffReason::settling));
  lose_link(sriov());
  EXPECT_EQ(look().assessment, said(WatchState::settling, OffReason::link_down));
}

TEST_F(PolicyAssessment, HoldDown) {
  take_traffic();
  view.primary = kSriov;
  lose_link(sriov());
  know_the_bond();
  regain_link(sriov());
  EXPECT_EQ(look().assessment, said(WatchState::hold_down, OffReason::hold_down));
}

TEST_F(PolicyAssessment, HoldDownBetweenTwoMoves) {
  know_the_bond();
  strand();
  look();
  answer(WriteAccepted{});
  show_success();
  look();
  take_traffic();
  EXPECT_EQ(look_after(20s).assessment, said(WatchState::hold_down, OffReason::hold_down));
}

TEST_F(PolicyAssessment, RestoringUntilTheWriteIsConfirmed) {
  know_the_bond();
  strand();
  EXPECT_EQ(look().assessment, said(WatchState::restoring, OffReason::primary_unset));
  EXPECT_EQ(answer(WriteAccepted{}).assessment,
            said(WatchState::restoring, OffReason::primary_unset));
  show_success();
  EXPECT_EQ(look().assessment, said(WatchState::steady, std::nullopt));
}

TEST_F(PolicyAssessment, RestoringALatchKeepsTheReasonOfTheLoss) {
  know_the_bond();
  strand();
  lose_link(sriov());
  EXPECT_EQ(look().assessment, said(WatchState::restoring, OffReason::link_down));
}

TEST_F(PolicyAssessment, BackingOffAfterAFailure) {
  know_the_bond();
  strand();
  look();
  EXPECT_EQ(answer(WriteRefused{RestoreFailure::permission}).assessment,
            said(WatchState::backing_off, OffReason::restore_failed));
}

TEST_F(PolicyAssessment, BackingOffFromAProfileThatOverwritesPrimary) {
  know_the_bond();
  strand();
  state.primary_losses = config.losses_before_slow_rate;
  state.last_write = now;
  EXPECT_EQ(look().assessment, said(WatchState::backing_off, OffReason::primary_unset));
}

TEST_F(PolicyAssessment, ObservingWhatItMustNotWrite) {
  config.mode = Mode::observe;
  know_the_bond();
  EXPECT_EQ(look().assessment, said(WatchState::observing, std::nullopt));
  strand();
  EXPECT_EQ(look().assessment, said(WatchState::observing, OffReason::observe));
}

TEST_F(PolicyAssessment, ExternalChoiceThatRepairRespects) {
  config.mode = Mode::repair;
  know_the_bond();
  strand();
  view.primary = kVirtual;
  EXPECT_EQ(look().assessment, said(WatchState::observing, OffReason::external));
}

TEST_F(PolicyAssessment, ExternalWhenTheTrafficWasTakenAwayAgain) {
  know_the_bond();
  take_traffic();
  view.primary = kSriov;
  state.reasserted = true;
  EXPECT_EQ(look().assessment, said(WatchState::on_virtual, OffReason::external));
}

TEST_F(PolicyAssessment, NothingNewIsSaidWhileTheViewIsNotFresh) {
  view.fresh = false;
  EXPECT_EQ(look().assessment, std::nullopt);
}

TEST_F(PolicyAssessment, NoReasonWhileTheSriovSlaveIsActive) {
  know_the_bond();
  for (const auto mii : base::all_values<MiiStatus>()) {
    sriov().mii = mii;
    state.pending.reset();
    EXPECT_EQ(look().assessment->off_reason, std::nullopt) << base::name_of(mii);
  }
}

}  // namespace

}  // namespace hnv::watchdog
