// SPDX-License-Identifier: Apache-2.0
// The sentences about one bond: why, next, by hand.
#include "ctl/outlook.hpp"

#include <gtest/gtest.h>

#include "ctl/verdict.hpp"
#include "tests/unit/ctl/sample_picture.hpp"

namespace hnv::ctl::test {
namespace {

using namespace std::chrono_literals;

// --- why ---------------------------------------------------------------------------------------

TEST(Why, NamesTheLinkThatIsDown) {
  const Picture picture = link_lost_picture();
  EXPECT_EQ(judge_sample(picture).why, "the link of enP16392p1s0 is down: no carrier");
}

TEST(Why, NamesTheOperator) {
  Picture picture = link_lost_picture();
  slave_of(bond_of(picture), kSriov).link.admin_up = false;
  EXPECT_EQ(judge_sample(picture).why, "enP16392p1s0 has been set down by an operator");
}

TEST(Why, NamesTheMiiStatusThatHoldsTheSlaveBack) {
  Picture picture = link_lost_picture();
  slave_of(bond_of(picture), kSriov).link.lower_up = true;
  slave_of(bond_of(picture), kSriov).link.slave->mii_status = bond::MiiStatus::going_back;
  EXPECT_EQ(judge_sample(picture).why,
            "bonding does not use enP16392p1s0 now: its MII status is 'going back'");
}

TEST(Why, NamesThePrimary) {
  Picture picture = stranded_picture();
  EXPECT_EQ(judge_sample(picture).why,
            "the bond has no primary, so the kernel does not go back to enP16392p1s0");
  set_primary(picture, kVirtual);
  EXPECT_EQ(judge_sample(picture).why, "the bond's primary is env3, not enP16392p1s0");
  set_primary(picture, kSriov);
  bond_of(picture).link.bond->primary_reselect = bond::PrimaryReselect::failure;
  EXPECT_EQ(judge_sample(picture).why,
            "primary_reselect is failure, so the kernel may not go back to enP16392p1s0 by itself");
  bond_of(picture).link.bond->primary_reselect = bond::PrimaryReselect::always;
  EXPECT_EQ(judge_sample(picture).why,
            "enP16392p1s0 is primary and healthy; someone made another slave active");
}

TEST(Why, NamesHowTheAbsentSlaveIsRecognised) {
  Picture picture = sample_picture();
  take_sriov_away(picture);
  set_state(picture, WatchState::on_virtual, OffReason::absent);
  const std::string absent =
      "the SR-IOV slave (driver mlx5_core) is not in the bond: unplugged, or taken out for a "
      "migration";
  EXPECT_EQ(judge_sample(picture).why, absent);
  set_state(picture, WatchState::lpm, OffReason::lpm);
  EXPECT_EQ(judge_sample(picture).why, "a migration (LPM) is under way; " + absent);
}

TEST(Why, NamesThePairOfTheAbsentSlave) {
  Picture picture = sample_picture();
  picture.config.bonds.clear();
  take_sriov_away(picture);
  set_state(picture, WatchState::on_virtual, OffReason::absent);
  EXPECT_NE(judge_sample(picture).why.find("the SR-IOV slave (hcn-id 191554c8) is not in"),
            std::string::npos);
}

TEST(Why, TellsWhatOnlyTheWatchdogKnows) {
  Picture picture = stranded_picture();
  set_primary(picture, kSriov);
  set_state(picture, WatchState::suppressed, OffReason::suppressed);
  watched_of(picture).penalty = Penalty{2600, picture.now};
  EXPECT_EQ(judge_sample(picture).why,
            "enP16392p1s0 has lost its link too often lately, and damping keeps the traffic off "
            "it; its penalty is 2600: 1000 for each loss, halved every 5 minutes");
  set_state(picture, WatchState::path_dead, OffReason::path_dead);
  EXPECT_EQ(judge_sample(picture).why, "the path behind enP16392p1s0 does not answer");
}

// --- next --------------------------------------------------------------------------------------

TEST(Next, CountsDownToTheWatchdogsNextAct) {
  Picture picture = stranded_picture();
  EXPECT_EQ(judge_sample(picture).next,
            "hold_down: the watchdog moves the traffic to enP16392p1s0 in 7 s, if its link holds");
  set_state(picture, WatchState::settling, OffReason::settling, 14500ms);
  EXPECT_EQ(judge_sample(picture).next,
            "settling: slaves came, left or changed names a moment ago; the watchdog makes "
            "enP16392p1s0 primary in 15 s");
  set_state(picture, WatchState::settling, OffReason::settling, -1s);
  EXPECT_NE(judge_sample(picture).next.find("primary now"), std::string::npos);
}

TEST(Next, PromisesNothingThatTheModeForbids) {
  Picture picture = stranded_picture();
  picture.published.status->mode = Mode::observe;
  EXPECT_EQ(judge_sample(picture).next,
            "hold_down: the watchdog decides in 7 s, and mode observe lets it write nothing");
  set_state(picture, WatchState::observing, OffReason::observe);
  EXPECT_EQ(judge_sample(picture).next,
            "observing: the watchdog would make enP16392p1s0 primary, and mode observe forbids it");
  picture.published.status->mode = Mode::repair;
  set_primary(picture, kVirtual);
  set_state(picture, WatchState::observing, OffReason::external);
  EXPECT_EQ(judge_sample(picture).next,
            "observing: the watchdog leaves what someone else chose: mode repair; mode enforce "
            "would not");
}

TEST(Next, RepairWritesAMissingPrimaryOnly) {
  Picture picture = stranded_picture();
  picture.published.status->mode = Mode::repair;
  EXPECT_NE(judge_sample(picture).next.find("moves the traffic"), std::string::npos);
  set_primary(picture, kVirtual);
  EXPECT_EQ(judge_sample(picture).next.find("moves the traffic"), std::string::npos);
}

TEST(Next, SaysWhetherTheKernelReturnsByItself) {
  Picture picture = link_lost_picture();
  EXPECT_EQ(judge_sample(picture).next,
            "on_virtual: the kernel goes back to it when its link is back");
  remove_watchdog(picture);
  EXPECT_EQ(judge_sample(picture).next, "the kernel goes back to it when its link is back");
  set_primary(picture, "");
  EXPECT_EQ(judge_sample(picture).next,
            "the traffic stays where it is also when the link is back: hnv-watchdog is not "
            "running");
}

TEST(Next, SaysWhenDampingEndsAndThatTheKernelGoesBack) {
  Picture picture = damped_picture();
  EXPECT_EQ(judge_sample(picture).next,
            "suppressed: damping ends in 9 min 34 s at the latest; then the watchdog puts "
            "primary_reselect back to always, and the kernel goes back by itself");
  picture.published.status->mode = Mode::repair;  // which damps as well
  EXPECT_EQ(judge_sample(picture).by_hand, "");
  set_carrier(slave_of(bond_of(picture), kSriov), false);
  watched_of(picture).off_reason = OffReason::link_down;
  EXPECT_TRUE(judge_sample(picture).next.ends_with("goes back by itself when its link is back"));
  EXPECT_EQ(judge_sample(picture).why, "the link of enP16392p1s0 is down: no carrier");
}

TEST(Next, SaysWhatTheNextLossDoesWhileDampingHolds) {
  Picture picture = damped_picture();
  set_active(picture, kSriov);
  watched_of(picture).off_reason.reset();
  EXPECT_EQ(judge_sample(picture).next,
            "suppressed: when enP16392p1s0 loses its link again, the traffic stays off it; damping "
            "ends in 9 min 34 s at the latest; then the watchdog puts primary_reselect back to "
            "always, and the kernel goes back by itself");
}

TEST(Next, AsksWhoTakesTheTrafficAwayWhenTheBudgetIsSpent) {
  Picture picture = stranded_picture();
  set_primary(picture, kSriov);
  set_state(picture, WatchState::observing, OffReason::observe, 23min);
  watched_of(picture).budget_spent = true;
  const Verdict verdict = judge_sample(picture);
  EXPECT_EQ(verdict.why, "enP16392p1s0 is primary and healthy; someone made another slave active");
  EXPECT_EQ(verdict.next,
            "observing: the watchdog has brought the traffic back as often as it may in an hour, "
            "and does so again in 23 min; find who takes it away: hnvctl events has the "
            "cause of each time");
  EXPECT_EQ(verdict.by_hand, "ip link set dev bond191554c8 type bond primary enP16392p1s0");
}

TEST(Next, SaysWhyWritesFail) {
  Picture picture = stranded_picture();
  set_state(picture, WatchState::backing_off, OffReason::restore_failed, 12s);
  watched_of(picture).restore_failures[RestoreFailure::permission] = 2;
  EXPECT_EQ(judge_sample(picture).next,
            "backing_off: the watchdog's last write failed (so far: permission); the next try is "
            "in 12 s; without CAP_NET_ADMIN none succeeds");
}

TEST(Next, AsksToCorrectAProfileThatOverwritesThePrimary) {
  Picture picture = stranded_picture();
  set_state(picture, WatchState::backing_off, OffReason::primary_unset, 200s);
  watched_of(picture).primary_losses = 3;
  EXPECT_EQ(judge_sample(picture).next,
            "backing_off: the primary that the watchdog set was lost 3 times: a stored profile "
            "overwrites it, correct that; the next try is in 3 min 20 s");
}

TEST(Next, EveryStateButSteadyHasASentence) {
  Picture picture = stranded_picture();
  for (const auto state : base::all_values<WatchState>()) {
    set_state(picture, state, OffReason::primary_unset, 7s);
    const std::string next = judge_sample(picture).next;
    if (state == WatchState::steady) {
      EXPECT_EQ(next, "");
    } else {
      EXPECT_EQ(next.rfind(std::string(base::name_of(state)) + ": ", 0), 0U) << next;
    }
  }
}

TEST(Next, DoesNotRepeatWhatTheWatchdogSaidAboutAnotherPicture) {
  Picture picture = stranded_picture();
  watched_of(picture).active_device = kSriov;
  const Verdict verdict = judge_sample(picture);
  EXPECT_EQ(verdict.next, "what the watchdog does about it is not known yet");
  EXPECT_EQ(verdict.watched, nullptr);
  EXPECT_EQ(verdict.unmoved_for, std::nullopt);
}

TEST(Next, TakesABondMadeAnewForAnotherOne) {
  Picture picture = stranded_picture();
  watched_of(picture).index = bond::IfIndex{99};
  EXPECT_EQ(judge_sample(picture).counts, nullptr);
}

TEST(Next, ADeadWatchdogPromisesNothing) {
  Picture picture = stranded_picture();
  picture.published.alive = false;
  const Verdict verdict = judge_sample(picture);
  EXPECT_EQ(verdict.next, "the traffic stays where it is: hnv-watchdog is not running");
  EXPECT_EQ(verdict.unmoved_for, std::nullopt);
  EXPECT_NE(verdict.counts, nullptr);
}

TEST(Next, SaysSoWhenTheLockCannotBeAsked) {
  Picture picture = stranded_picture();
  remove_watchdog(picture);
  picture.published.error = base::Error{base::ErrorCode::permission, "open lock", "/l", "EACCES"};
  EXPECT_EQ(judge_sample(picture).next,
            "the traffic stays where it is: it is not known whether hnv-watchdog runs");
}

// --- by hand -----------------------------------------------------------------------------------

constexpr const char* kSetPrimary = "ip link set dev bond191554c8 type bond primary enP16392p1s0";

TEST(ByHand, IsNotOfferedWhileTheWatchdogActs) {
  EXPECT_EQ(judge_sample(stranded_picture()).by_hand, "");
}

TEST(ByHand, SetsThePrimaryWhenNobodyElseDoes) {
  Picture picture = stranded_picture();
  picture.published.status->mode = Mode::observe;
  EXPECT_EQ(judge_sample(picture).by_hand, kSetPrimary);
  remove_watchdog(picture);
  EXPECT_EQ(judge_sample(picture).by_hand, kSetPrimary);
}

TEST(ByHand, SelectsNoDeadPort) {
  Picture picture = link_lost_picture();
  set_primary(picture, "");
  remove_watchdog(picture);
  SlaveReport& sriov = slave_of(bond_of(picture), kSriov);
  sriov.link.slave->mii_status = bond::MiiStatus::up;  // between two ticks of miimon
  EXPECT_EQ(judge_sample(picture).by_hand, "");
  sriov.link.slave->mii_status = bond::MiiStatus::down;
  EXPECT_EQ(judge_sample(picture).by_hand, kSetPrimary);
}

TEST(ByHand, PutsBackWhatDampingHasLeftBehind) {
  constexpr const char* kPutBack = "ip link set dev bond191554c8 type bond primary_reselect always";
  Picture picture = damped_picture();
  EXPECT_EQ(judge_sample(picture).by_hand, "") << "the watchdog does";
  picture.published.alive = false;
  EXPECT_EQ(judge_sample(picture).by_hand, kPutBack);
  set_active(picture, kSriov);
  EXPECT_EQ(judge_sample(picture).by_hand, kPutBack) << "the next loss would strand the traffic";
  bond_of(picture).link.bond->primary_reselect = bond::PrimaryReselect::always;
  EXPECT_EQ(judge_sample(picture).by_hand, "");
}

TEST(ByHand, IsNotOfferedWhenTheKernelReturnsByItself) {
  Picture picture = link_lost_picture();
  remove_watchdog(picture);
  EXPECT_EQ(judge_sample(picture).by_hand, "");
}

TEST(ByHand, UndoesAnOperatorsDecisionAlsoBesideTheWatchdog) {
  Picture picture = link_lost_picture();
  slave_of(bond_of(picture), kSriov).link.admin_up = false;
  set_state(picture, WatchState::on_virtual, OffReason::admin);
  EXPECT_EQ(judge_sample(picture).by_hand, "ip link set dev enP16392p1s0 up");
}

TEST(ByHand, PutsNoNameIntoACommandThatAShellWouldTakeApart) {
  Picture picture = stranded_picture();
  remove_watchdog(picture);
  slave_of(bond_of(picture), kSriov).link.name = "a;reboot";
  EXPECT_EQ(judge_sample(picture).by_hand, "");
}

}  // namespace
}  // namespace hnv::ctl::test
