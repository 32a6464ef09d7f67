// SPDX-License-Identifier: Apache-2.0
#include "ctl/verdict.hpp"

#include <gtest/gtest.h>

#include "base/exit_code.hpp"
#include "ctl/exit_code.hpp"
#include "tests/unit/ctl/sample_picture.hpp"

namespace hnv::ctl::test {
namespace {

using namespace std::chrono_literals;

Verdict judge_sample(const Picture& picture) {
  return judge(picture, {kBond}).at(0);
}

std::vector<FindingKind> kinds(const Verdict& verdict) {
  std::vector<FindingKind> kinds;
  for (const Finding& finding : verdict.findings) kinds.push_back(finding.kind);
  return kinds;
}

Picture stranded() {
  Picture picture = sample_picture();
  set_active(picture, kVirtual);
  set_primary(picture, "");
  set_state(picture, WatchState::hold_down, OffReason::hold_down, 7s);
  return picture;
}

Picture link_lost() {
  Picture picture = sample_picture();
  set_active(picture, kVirtual);
  set_carrier(slave_of(bond_of(picture), kSriov), false);
  set_state(picture, WatchState::on_virtual, OffReason::link_down);
  return picture;
}

// --- standing and exit code -------------------------------------------------------------------

TEST(Verdict, AHealthyBondIsGoodAndSilent) {
  const Picture picture = sample_picture();
  const Verdict verdict = judge_sample(picture);
  EXPECT_EQ(verdict.standing, Standing::on_sriov);
  EXPECT_EQ(verdict.why, "");
  EXPECT_EQ(verdict.next, "");
  EXPECT_EQ(verdict.by_hand, "");
  EXPECT_TRUE(verdict.findings.empty());
  EXPECT_EQ(exit_code(judge(picture, {})), base::kExitOk);
}

TEST(Verdict, AStrandedBondIsWorthItsOwnExitCode) {
  const Picture picture = stranded();
  EXPECT_EQ(judge_sample(picture).standing, Standing::off_sriov);
  EXPECT_EQ(exit_code(judge(picture, {})), 3);
}

TEST(Verdict, ABondWithoutActiveSlaveIsDown) {
  Picture picture = sample_picture();
  set_active(picture, "");
  EXPECT_EQ(judge_sample(picture).standing, Standing::down);
  EXPECT_EQ(exit_code(judge(picture, {})), kExitOffSriov);
}

TEST(Verdict, ABondThatIsSetDownIsDownWhateverIsActive) {
  Picture picture = sample_picture();
  bond_of(picture).link.admin_up = false;
  const Verdict verdict = judge_sample(picture);
  EXPECT_EQ(verdict.standing, Standing::down);
  EXPECT_EQ(verdict.why, "the bond itself has been set down by an operator");
  EXPECT_EQ(verdict.by_hand, "ip link set dev bond191554c8 up");
}

TEST(Verdict, AnotherModeHasNoSlaveThatCarriesTheTraffic) {
  Picture picture = sample_picture();
  bond_of(picture).link.bond->mode = bond::BondMode::balance_rr;
  set_active(picture, "");
  EXPECT_EQ(judge_sample(picture).standing, Standing::wrong_mode);
  EXPECT_EQ(exit_code(judge(picture, {})), kExitOffSriov);
}

TEST(Verdict, UnknownRolesAreNotGood) {
  Picture picture = sample_picture();
  bond_of(picture).finding = "2 slaves match driver mlx5_core: enP16392p1s0, env3";
  const Verdict verdict = judge_sample(picture);
  EXPECT_EQ(verdict.standing, Standing::roles_unknown);
  EXPECT_EQ(verdict.why, "2 slaves match driver mlx5_core: enP16392p1s0, env3");
  EXPECT_EQ(exit_code(judge(picture, {})), kExitOffSriov);
}

TEST(Verdict, AConfiguredBondThatIsNotThereIsMissing) {
  Picture picture = sample_picture();
  picture.config.bonds.push_back(BondConfig{"bond5", ByBus{"pci"}, 2});
  const auto verdicts = judge(picture, {});
  ASSERT_EQ(verdicts.size(), 2U);
  EXPECT_EQ(verdicts[0].bond, "bond5");
  EXPECT_EQ(verdicts[0].standing, Standing::missing);
  EXPECT_EQ(exit_code(verdicts), kExitOffSriov);
}

TEST(Verdict, ABondThatNobodyManagesIsNobodysFault) {
  Picture picture = sample_picture();
  picture.config.bonds.clear();
  bond_of(picture).managed = false;
  remove_watchdog(picture);
  EXPECT_EQ(judge_sample(picture).standing, Standing::unmanaged);
  EXPECT_EQ(exit_code(judge(picture, {})), base::kExitOk);
}

TEST(Verdict, NoBondsAreGood) {
  EXPECT_EQ(exit_code(judge(Picture{}, {})), base::kExitOk);
}

TEST(Verdict, OnlyTheBondsAskedForCount) {
  Picture picture = stranded();
  picture.bonds.push_back(sample_bond(7));
  picture.config.bonds.push_back(BondConfig{"bond7", ByDriver{"mlx5_core"}, 2});
  EXPECT_EQ(exit_code(judge(picture, {"bond7"})), base::kExitOk);
  EXPECT_EQ(exit_code(judge(picture, {"bond7", kBond})), kExitOffSriov);
}

TEST(Verdict, TheWorstComesFirst) {
  Picture picture = sample_picture();
  for (const unsigned number : {2U, 3U, 4U, 5U}) {
    picture.bonds.push_back(sample_bond(number));
    const std::string name = "bond" + std::to_string(number);
    picture.config.bonds.push_back(BondConfig{name, ByDriver{"mlx5_core"}, 2});
  }
  bond_of(picture, "bond2").managed = false;
  bond_of(picture, "bond3").link.bond->miimon = 0ms;
  bond_of(picture, "bond4").slaves[0].active = false;
  bond_of(picture, "bond4").slaves[1].active = true;
  for (SlaveReport& slave : bond_of(picture, "bond5").slaves) slave.active = false;
  std::vector<std::string> order;
  for (const Verdict& verdict : judge(picture, {})) order.push_back(verdict.bond);
  EXPECT_EQ(order, (std::vector<std::string>{"bond5", "bond4", "bond3", kBond, "bond2"}));
}

TEST(UnknownBond, ListsThoseThatExist) {
  Picture picture = sample_picture();
  picture.bonds.push_back(sample_bond(7));
  EXPECT_EQ(unknown_bond(picture, {kBond, "bond7"}), std::nullopt);
  EXPECT_EQ(unknown_bond(picture, {kBond, "bnod7"}),
            "no bond 'bnod7'; there are: bond191554c8, bond7");
  EXPECT_EQ(unknown_bond(Picture{}, {"bond0"}), "no bond 'bond0'; there are no bonds");
}

TEST(UnknownBond, KnowsAConfiguredBondThatIsNotThere) {
  Picture picture = sample_picture();
  picture.bonds.clear();
  EXPECT_EQ(unknown_bond(picture, {kBond}), std::nullopt);
}

// --- why ---------------------------------------------------------------------------------------

TEST(Why, NamesTheLinkThatIsDown) {
  const Picture picture = link_lost();
  EXPECT_EQ(judge_sample(picture).why, "the link of enP16392p1s0 is down: no carrier");
}

TEST(Why, NamesTheOperator) {
  Picture picture = link_lost();
  slave_of(bond_of(picture), kSriov).link.admin_up = false;
  EXPECT_EQ(judge_sample(picture).why, "enP16392p1s0 has been set down by an operator");
}

TEST(Why, NamesTheMiiStatusThatHoldsTheSlaveBack) {
  Picture picture = link_lost();
  slave_of(bond_of(picture), kSriov).link.lower_up = true;
  slave_of(bond_of(picture), kSriov).link.slave->mii_status = bond::MiiStatus::going_back;
  EXPECT_EQ(judge_sample(picture).why,
            "bonding does not use enP16392p1s0 now: its MII status is 'going back'");
}

TEST(Why, NamesThePrimary) {
  Picture picture = stranded();
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

TEST(Why, TellsWhatOnlyTheWatchdogKnows) {
  Picture picture = stranded();
  set_primary(picture, kSriov);
  set_state(picture, WatchState::suppressed, OffReason::suppressed);
  EXPECT_NE(judge_sample(picture).why.find("damping"), std::string::npos);
  set_state(picture, WatchState::path_dead, OffReason::path_dead);
  EXPECT_EQ(judge_sample(picture).why, "the path behind enP16392p1s0 does not answer");
}

// --- next --------------------------------------------------------------------------------------

TEST(Next, CountsDownToTheWatchdogsNextAct) {
  Picture picture = stranded();
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
  Picture picture = stranded();
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
  Picture picture = stranded();
  picture.published.status->mode = Mode::repair;
  EXPECT_NE(judge_sample(picture).next.find("moves the traffic"), std::string::npos);
  set_primary(picture, kVirtual);
  EXPECT_EQ(judge_sample(picture).next.find("moves the traffic"), std::string::npos);
}

TEST(Next, SaysWhetherTheKernelReturnsByItself) {
  Picture picture = link_lost();
  EXPECT_EQ(judge_sample(picture).next,
            "on_virtual: the kernel goes back to it when its link is back");
  remove_watchdog(picture);
  EXPECT_EQ(judge_sample(picture).next, "the kernel goes back to it when its link is back");
  set_primary(picture, "");
  EXPECT_EQ(judge_sample(picture).next,
            "the traffic stays where it is also when the link is back: hnv-watchdog is not "
            "running");
}

TEST(Next, SaysWhyWritesFail) {
  Picture picture = stranded();
  set_state(picture, WatchState::backing_off, OffReason::restore_failed, 12s);
  watched_of(picture).restore_failures[RestoreFailure::permission] = 2;
  EXPECT_EQ(judge_sample(picture).next,
            "backing_off: the watchdog's last write failed (so far: permission); the next try is "
            "in 12 s; without CAP_NET_ADMIN none succeeds");
}

TEST(Next, AsksToCorrectAProfileThatOverwritesThePrimary) {
  Picture picture = stranded();
  set_state(picture, WatchState::backing_off, OffReason::primary_unset, 200s);
  watched_of(picture).primary_losses = 3;
  EXPECT_EQ(judge_sample(picture).next,
            "backing_off: the primary that the watchdog set was lost 3 times: a stored profile "
            "overwrites it, correct that; the next try is in 3 min 20 s");
}

TEST(Next, EveryStateButSteadyHasASentence) {
  Picture picture = stranded();
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
  Picture picture = stranded();
  watched_of(picture).active_device = kSriov;
  const Verdict verdict = judge_sample(picture);
  EXPECT_EQ(verdict.next, "what the watchdog does about it is not known yet");
  EXPECT_EQ(verdict.watched, nullptr);
  EXPECT_EQ(verdict.unmoved_for, std::nullopt);
}

TEST(Next, TakesABondMadeAnewForAnotherOne) {
  Picture picture = stranded();
  watched_of(picture).index = bond::IfIndex{99};
  EXPECT_EQ(judge_sample(picture).counts, nullptr);
}

TEST(Next, ADeadWatchdogPromisesNothing) {
  Picture picture = stranded();
  picture.published.alive = false;
  const Verdict verdict = judge_sample(picture);
  EXPECT_EQ(verdict.next, "the traffic stays where it is: hnv-watchdog is not running");
  EXPECT_EQ(verdict.unmoved_for, std::nullopt);
  EXPECT_NE(verdict.counts, nullptr);
}

TEST(Next, SaysSoWhenTheLockCannotBeAsked) {
  Picture picture = stranded();
  remove_watchdog(picture);
  picture.published.error = base::Error{base::ErrorCode::permission, "open lock", "/l", "EACCES"};
  EXPECT_EQ(judge_sample(picture).next,
            "the traffic stays where it is: it is not known whether hnv-watchdog runs");
}

// --- by hand -----------------------------------------------------------------------------------

constexpr const char* kSetPrimary = "ip link set dev bond191554c8 type bond primary enP16392p1s0";

TEST(ByHand, IsNotOfferedWhileTheWatchdogActs) {
  EXPECT_EQ(judge_sample(stranded()).by_hand, "");
}

TEST(ByHand, SetsThePrimaryWhenNobodyElseDoes) {
  Picture picture = stranded();
  picture.published.status->mode = Mode::observe;
  EXPECT_EQ(judge_sample(picture).by_hand, kSetPrimary);
  remove_watchdog(picture);
  EXPECT_EQ(judge_sample(picture).by_hand, kSetPrimary);
}

TEST(ByHand, SelectsNoDeadPort) {
  Picture picture = link_lost();
  set_primary(picture, "");
  remove_watchdog(picture);
  SlaveReport& sriov = slave_of(bond_of(picture), kSriov);
  sriov.link.slave->mii_status = bond::MiiStatus::up;  // between two ticks of miimon
  EXPECT_EQ(judge_sample(picture).by_hand, "");
  sriov.link.slave->mii_status = bond::MiiStatus::down;
  EXPECT_EQ(judge_sample(picture).by_hand, kSetPrimary);
}

TEST(ByHand, IsNotOfferedWhenTheKernelReturnsByItself) {
  Picture picture = link_lost();
  remove_watchdog(picture);
  EXPECT_EQ(judge_sample(picture).by_hand, "");
}

TEST(ByHand, UndoesAnOperatorsDecisionAlsoBesideTheWatchdog) {
  Picture picture = link_lost();
  slave_of(bond_of(picture), kSriov).link.admin_up = false;
  set_state(picture, WatchState::on_virtual, OffReason::admin);
  EXPECT_EQ(judge_sample(picture).by_hand, "ip link set dev enP16392p1s0 up");
}

TEST(ByHand, PutsNoNameIntoACommandThatAShellWouldTakeApart) {
  Picture picture = stranded();
  remove_watchdog(picture);
  slave_of(bond_of(picture), kSriov).link.name = "a;reboot";
  EXPECT_EQ(judge_sample(picture).by_hand, "");
}

// --- findings ----------------------------------------------------------------------------------

TEST(Findings, AMissingPrimaryIsOneAlsoWhileAllIsWell) {
  Picture picture = sample_picture();
  set_primary(picture, "");
  const Verdict verdict = judge_sample(picture);
  EXPECT_EQ(kinds(verdict), std::vector{FindingKind::primary_unset});
  EXPECT_TRUE(verdict.is_good());
  EXPECT_EQ(exit_code(judge(picture, {})), base::kExitOk);
}

TEST(Findings, AnotherPrimaryIsOne) {
  Picture picture = sample_picture();
  set_primary(picture, kVirtual);
  EXPECT_EQ(kinds(judge_sample(picture)), std::vector{FindingKind::primary_not_sriov});
}

TEST(Findings, AnotherReselectIsOne) {
  Picture picture = sample_picture();
  bond_of(picture).link.bond->primary_reselect = bond::PrimaryReselect::better;
  EXPECT_EQ(kinds(judge_sample(picture)), std::vector{FindingKind::reselect_not_always});
}

TEST(Findings, NoLinkMonitoringIsOneUnlessArpDoesIt) {
  Picture picture = sample_picture();
  bond_of(picture).link.bond->miimon = 0ms;
  set_state(picture, WatchState::unmanaged, std::nullopt);
  EXPECT_EQ(kinds(judge_sample(picture)), std::vector{FindingKind::no_link_monitoring});
  bond_of(picture).link.bond->arp_interval = 500ms;
  set_state(picture, WatchState::steady, std::nullopt);
  EXPECT_TRUE(judge_sample(picture).findings.empty());
}

TEST(Findings, NothingToFallBackToIsOne) {
  Picture picture = sample_picture();
  set_carrier(slave_of(bond_of(picture), kVirtual), false);
  EXPECT_EQ(kinds(judge_sample(picture)), std::vector{FindingKind::no_fallback});
  bond_of(picture).slaves.pop_back();
  const Verdict verdict = judge_sample(picture);
  EXPECT_EQ(kinds(verdict), std::vector{FindingKind::no_fallback});
  EXPECT_NE(verdict.findings[0].text.find("only slave"), std::string::npos);
}

TEST(Findings, AMacConflictIsOneForEachSlave) {
  Picture picture = sample_picture();
  BondReport& report = bond_of(picture);
  slave_of(report, kVirtual).link.address = report.link.address;
  const Verdict verdict = judge_sample(picture);
  EXPECT_EQ(kinds(verdict), std::vector{FindingKind::mac_conflict});
  EXPECT_EQ(verdict.findings[0].text,
            "env3 is not active and has the bond's own address 52:54:00:00:00:11: the switch sees "
            "one address on two ports");
}

TEST(Findings, AWatchdogWithAnotherConfigurationIsOne) {
  Picture picture = sample_picture();
  set_state(picture, WatchState::unmanaged, OffReason::unknown);
  EXPECT_EQ(kinds(judge_sample(picture)), std::vector{FindingKind::config_differs});
  picture = sample_picture();
  picture.config.bonds.clear();
  bond_of(picture).managed = false;
  EXPECT_EQ(kinds(judge_sample(picture)), std::vector{FindingKind::config_differs});
}

// --- since when --------------------------------------------------------------------------------

TEST(Since, IsTheLastFailover) {
  Picture picture = sample_picture();
  set_last_failover(picture, 14s);
  const Verdict verdict = judge_sample(picture);
  EXPECT_EQ(verdict.unmoved_for, 14s);
  EXPECT_FALSE(verdict.unmoved_or_longer);
}

TEST(Since, IsTheWatchdogsStartWhenNothingHasMoved) {
  const Picture picture = sample_picture();
  const Verdict verdict = judge_sample(picture);
  EXPECT_EQ(verdict.unmoved_for, 51h);
  EXPECT_TRUE(verdict.unmoved_or_longer);
}

TEST(Since, IsNeverNegativeAfterTheClockWasSetBack) {
  Picture picture = sample_picture();
  set_last_failover(picture, -100s);
  EXPECT_EQ(judge_sample(picture).unmoved_for, 0s);
}

}  // namespace
}  // namespace hnv::ctl::test
