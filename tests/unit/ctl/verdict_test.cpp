// SPDX-License-Identifier: Apache-2.0
#include "ctl/verdict.hpp"

#include <gtest/gtest.h>

#include "base/exit_code.hpp"
#include "ctl/exit_code.hpp"
#include "tests/unit/ctl/sample_picture.hpp"

namespace hnv::ctl::test {
namespace {

using namespace std::chrono_literals;

std::vector<FindingKind> kinds(const Verdict& verdict) {
  std::vector<FindingKind> kinds;
  for (const Finding& finding : verdict.findings) kinds.push_back(finding.kind);
  return kinds;
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
  const Picture picture = stranded_picture();
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

TEST(Verdict, AnHnvBondNeedsNoConfiguration) {
  Picture picture = stranded_picture();
  picture.config.bonds.clear();
  const Verdict verdict = judge_sample(picture);
  EXPECT_EQ(verdict.standing, Standing::off_sriov);
  EXPECT_NE(verdict.next, "");
}

TEST(Verdict, SaysWhyABondIsNotManaged) {
  Picture picture = sample_picture();
  remove_watchdog(picture);
  bond_of(picture).managed = false;
  picture.config.bonds = {BondConfig{.name = kBond, .sriov = {}, .ignore = true}};
  EXPECT_EQ(judge_sample(picture).why, "/etc/hnv/hnv.yaml says to ignore it");
  picture.config.bonds.clear();
  bond_of(picture).finding = "its slaves carry different hcn-ids";
  EXPECT_EQ(judge_sample(picture).why, "its slaves carry different hcn-ids");
  bond_of(picture).slaves[0].facts.hcn_id.reset();
  EXPECT_EQ(judge_sample(picture).why, "no HNV bond, and not in /etc/hnv/hnv.yaml");
}

TEST(Verdict, ABondToIgnoreMayBeMissing) {
  Picture picture = sample_picture();
  picture.config.bonds.push_back(BondConfig{.name = "bond7", .sriov = {}, .ignore = true});
  EXPECT_EQ(judge(picture, {}).size(), 1U);
}

TEST(Verdict, NoBondsAreGood) {
  EXPECT_EQ(exit_code(judge(Picture{}, {})), base::kExitOk);
}

TEST(Verdict, OnlyTheBondsAskedForCount) {
  Picture picture = stranded_picture();
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

TEST(Findings, ADeadPathIsOneAndItsAgeCounts) {
  Picture picture = sample_picture();
  set_path(picture, PathVerdict::healthy);
  EXPECT_TRUE(judge_sample(picture).findings.empty());
  set_path(picture, PathVerdict::virtual_dead);
  const Verdict verdict = judge_sample(picture);
  EXPECT_EQ(kinds(verdict), std::vector{FindingKind::path_dead});
  EXPECT_EQ(
      verdict.findings[0].text,
      "nothing answers behind env3 (virtual) although its link is up: nothing is left to fall "
      "back to, and no way to migrate");
  EXPECT_FALSE(verdict.is_path_lost());
  picture.paths->bonds[0].judged_at = picture.now - 4s;
  EXPECT_TRUE(judge_sample(picture).findings.empty()) << "the prober is silent";
}

TEST(Findings, ADeadPathOfTheTrafficIsALoss) {
  Picture picture = sample_picture();
  for (const auto verdict : {PathVerdict::sriov_dead, PathVerdict::both_dead}) {
    set_path(picture, verdict);
    EXPECT_TRUE(judge_sample(picture).is_path_lost());
    EXPECT_NE(exit_code({judge_sample(picture)}), 0);
  }
  set_active(picture, kVirtual);
  set_primary(picture, "");
  picture.published.alive = false;
  ASSERT_NE(judge_sample(picture).by_hand, "");
  set_path(picture, PathVerdict::sriov_dead);
  EXPECT_FALSE(judge_sample(picture).is_path_lost());
  EXPECT_EQ(judge_sample(picture).by_hand, "") << "it would end the traffic";
  set_path(picture, PathVerdict::virtual_dead);
  EXPECT_TRUE(judge_sample(picture).is_path_lost());
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
