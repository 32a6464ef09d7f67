// SPDX-License-Identifier: Apache-2.0
// The table of writes, row by row, and what is never written.
#include "tests/unit/watchdog/policy_fixture.hpp"

namespace hnv::watchdog {

namespace {

using bond::MiiStatus;
using namespace std::chrono_literals;

class PolicyTable : public PolicyTest {
 protected:
  void SetUp() override { know_the_bond(); }
};

TEST_F(PolicyTable, KeepsPrimaryUnsetOnTheActiveSriovSlave) {
  const Decision decision = look();
  EXPECT_EQ(decision.write, (Write{kBond, kSriov, WriteRule::keep}));
}

TEST_F(PolicyTable, KeepReplacesAnotherPrimary) {
  view.primary = kVirtual;
  EXPECT_EQ(rule_of(look()), WriteRule::keep);
}

TEST_F(PolicyTable, LatchesWhileTheLinkIsDown) {
  strand();
  lose_link(sriov());
  const Decision decision = look();
  EXPECT_EQ(decision.write, (Write{kBond, kSriov, WriteRule::latch}));
}

TEST_F(PolicyTable, LatchesBeforeTheTickThatSeesTheLink) {
  strand();
  lose_link(sriov());
  sriov().lower_up = true;
  EXPECT_EQ(rule_of(look()), WriteRule::latch);
}

TEST_F(PolicyTable, LatchesWhenNoSlaveIsActive) {
  view.active.reset();
  lose_link(sriov());
  lose_link(virtual_slave());
  EXPECT_EQ(rule_of(look()), WriteRule::latch);
}

TEST_F(PolicyTable, BringsTrafficBackToAHealthySriovSlave) {
  strand();
  EXPECT_EQ(look().write, (Write{kBond, kSriov, WriteRule::bring_back}));
}

TEST_F(PolicyTable, BringsBackOverAnotherPrimary) {
  strand();
  view.primary = kVirtual;
  EXPECT_EQ(rule_of(look()), WriteRule::bring_back);
}

TEST_F(PolicyTable, ReassertsPrimaryThatLostTheTraffic) {
  strand();
  view.primary = kSriov;
  EXPECT_EQ(look().write, (Write{kBond, kSriov, WriteRule::reassert}));
}

TEST_F(PolicyTable, WritesNothingWhenAllIsRight) {
  view.primary = kSriov;
  const Decision decision = look();
  EXPECT_EQ(decision.write, std::nullopt);
  EXPECT_EQ(decision.withheld, std::nullopt);
  EXPECT_EQ(decision.wake_at, std::nullopt);
}

TEST_F(PolicyTable, LatchedPrimaryIsNotWrittenAgain) {
  strand();
  lose_link(sriov());
  view.primary = kSriov;
  EXPECT_EQ(rule_of(look()), std::nullopt);
}

// A write now would select a dead port until the next tick of miimon.
TEST_F(PolicyTable, WritesNothingBetweenCarrierLossAndItsTick) {
  strand();
  for (const auto primary : {std::optional<bond::IfIndex>(), std::optional(kVirtual)}) {
    view.primary = primary;
    sriov().lower_up = false;
    EXPECT_EQ(rule_of(look()), std::nullopt);
  }
}

TEST_F(PolicyTable, WritesNothingToAnActiveSlaveThatLostItsCarrier) {
  sriov().lower_up = false;
  EXPECT_EQ(rule_of(look()), std::nullopt);
}

TEST_F(PolicyTable, WritesNothingToAnActiveSlaveWhoseMiiIsDown) {
  lose_link(sriov());
  EXPECT_EQ(rule_of(look()), std::nullopt);
}

TEST_F(PolicyTable, AdminDownIsRespectedUntilMiiIsDown) {
  strand();
  sriov().admin_up = false;
  sriov().lower_up = false;
  EXPECT_EQ(rule_of(look()), std::nullopt);
  sriov().mii = MiiStatus::down;
  EXPECT_EQ(rule_of(look()), WriteRule::latch);
}

// The carrier counts as it is: some drivers keep it while the device is administratively down.
TEST_F(PolicyTable, AdminDownWithCarrierIsNotForced) {
  strand();
  sriov().admin_up = false;
  EXPECT_EQ(rule_of(look()), std::nullopt);
  view.primary = kSriov;
  EXPECT_EQ(rule_of(look()), std::nullopt);
}

TEST_F(PolicyTable, UpdelayAndDowndelayAreNotCutShort) {
  strand();
  for (const auto mii : {MiiStatus::going_down, MiiStatus::going_back}) {
    sriov().mii = mii;
    EXPECT_EQ(rule_of(look()), std::nullopt) << base::name_of(mii);
  }
}

TEST_F(PolicyTable, DoesNotReassertToASlaveThatIsNotHealthy) {
  strand();
  view.primary = kSriov;
  sriov().lower_up = false;
  EXPECT_EQ(rule_of(look()), std::nullopt);
}

TEST_F(PolicyTable, WritesNothingWhileTheViewIsNotFresh) {
  strand();
  view.fresh = false;
  const Decision decision = look();
  EXPECT_EQ(decision.write, std::nullopt);
  EXPECT_EQ(decision.withheld, std::nullopt);
  EXPECT_EQ(decision.read_back, false);
  EXPECT_EQ(decision.assessment, std::nullopt);
}

TEST_F(PolicyTable, WritesNothingWhenNoSlaveIsTheSriovOne) {
  strand();
  sriov().role = Role::unknown;
  virtual_slave().role = Role::unknown;
  EXPECT_EQ(rule_of(look()), std::nullopt);
}

TEST_F(PolicyTable, WritesNothingWhenOneSlaveIsUnknown) {
  strand();
  sriov().role = Role::unknown;
  EXPECT_EQ(rule_of(look()), std::nullopt);
}

TEST_F(PolicyTable, WritesNothingWhenTwoSlavesAreSriov) {
  strand();
  virtual_slave().role = Role::sriov;
  EXPECT_EQ(rule_of(look()), std::nullopt);
}

TEST_F(PolicyTable, WritesNothingInOtherModesOfTheBond) {
  strand();
  view.active_backup = false;
  EXPECT_EQ(rule_of(look()), std::nullopt);
}

TEST_F(PolicyTable, WritesNothingToAnUnmonitoredBond) {
  strand();
  view.monitored = false;
  EXPECT_EQ(rule_of(look()), std::nullopt);
}

TEST_F(PolicyTable, WritesNothingWhileTheSriovSlaveIsAway) {
  strand();
  view.slaves.erase(view.slaves.begin());
  view.sriov_absent = true;
  ++view.membership_generation;
  look();
  EXPECT_EQ(rule_of(look_after(1h)), std::nullopt);
}

TEST_F(PolicyTable, OrderOfSlavesDoesNotMatter) {
  strand();
  std::swap(view.slaves[0], view.slaves[1]);
  EXPECT_EQ(look().write, (Write{kBond, kSriov, WriteRule::bring_back}));
}

// Modes ---------------------------------------------------------------------------------------

struct ModeCase {
  Mode mode;
  WriteRule rule;
  bool over_another_primary;
  bool written;
};

void PrintTo(const ModeCase& row, std::ostream* out) {
  *out << base::name_of(row.mode) << " " << base::name_of(row.rule)
       << (row.over_another_primary ? " over another primary" : "");
}

class PolicyModes : public PolicyTest, public ::testing::WithParamInterface<ModeCase> {
 protected:
  // Makes a view of which `rule` is the row of the table.
  void arrange(WriteRule rule) {
    if (rule != WriteRule::keep) take_traffic();
    if (rule == WriteRule::latch) lose_link(sriov());
    if (rule == WriteRule::reassert) view.primary = kSriov;
  }
};

TEST_P(PolicyModes, WritesOnlyWhatTheModeAllows) {
  config.mode = GetParam().mode;
  arrange(GetParam().rule);
  if (GetParam().over_another_primary) view.primary = kVirtual;
  know_the_bond();
  const Decision decision = look();
  const Write write{kBond, kSriov, GetParam().rule};
  EXPECT_EQ(decision.write, GetParam().written ? std::optional(write) : std::nullopt);
  EXPECT_EQ(decision.withheld, GetParam().written ? std::nullopt : std::optional(write));
}

INSTANTIATE_TEST_SUITE_P(
    Table, PolicyModes,
    ::testing::Values(ModeCase{Mode::observe, WriteRule::keep, false, false},
                      ModeCase{Mode::observe, WriteRule::latch, false, false},
                      ModeCase{Mode::observe, WriteRule::bring_back, false, false},
                      ModeCase{Mode::observe, WriteRule::reassert, false, false},
                      ModeCase{Mode::repair, WriteRule::keep, false, true},
                      ModeCase{Mode::repair, WriteRule::latch, false, true},
                      ModeCase{Mode::repair, WriteRule::bring_back, false, true},
                      ModeCase{Mode::repair, WriteRule::reassert, false, false},
                      ModeCase{Mode::repair, WriteRule::keep, true, false},
                      ModeCase{Mode::repair, WriteRule::latch, true, false},
                      ModeCase{Mode::repair, WriteRule::bring_back, true, false},
                      ModeCase{Mode::enforce, WriteRule::keep, true, true},
                      ModeCase{Mode::enforce, WriteRule::latch, true, true},
                      ModeCase{Mode::enforce, WriteRule::bring_back, true, true},
                      ModeCase{Mode::enforce, WriteRule::reassert, false, true}));

}  // namespace

}  // namespace hnv::watchdog
