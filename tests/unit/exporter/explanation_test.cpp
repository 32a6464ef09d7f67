// SPDX-License-Identifier: Apache-2.0
#include "exporter/explanation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sample_snapshot.hpp"

namespace {

using namespace hnv;
using namespace hnv::exporter;
using namespace hnv::exporter::test;
using ::testing::HasSubstr;
using Level = Explanation::Level;

constexpr std::uint32_t kSriov = 4;
constexpr std::uint32_t kVirtual = 5;

BondReport bond_on_virtual() {
  BondReport bond = healthy_bond(3, "bond0");
  set_active(bond, kVirtual);
  return bond;
}

void take_link_down(BondReport& bond, std::uint32_t index) {
  bond::Link& link = slave_of(bond, index).link;
  link.lower_up = false;
  link.slave->mii_status = bond::MiiStatus::down;
}

Explanation explain_alone(const BondReport& bond) {
  return explain(bond, {nullptr, false}, kNow);
}

Explanation explain_with(const BondReport& bond, OffReason reason,
                         std::optional<base::BootTime> waits_until = {}) {
  BondStatus account = steady_account(bond);
  account.off_reason = reason;
  account.waits_until = waits_until;
  return explain(bond, {&account, true}, kNow);
}

TEST(Explain, AllIsWell) {
  const Explanation words = explain_alone(healthy_bond(3, "bond0"));
  EXPECT_EQ(words.level, Level::good);
  EXPECT_EQ(words.verdict, "enP16392p3s0, the SR-IOV device, carries the traffic, as it should.");
  EXPECT_EQ(words.reason, "");
  EXPECT_EQ(words.outlook, "");
}

TEST(Explain, WarnsWhenTheNextFailureWouldHurt) {
  BondReport bond = healthy_bond(3, "bond0");
  clear_primary(bond);
  EXPECT_EQ(explain_alone(bond).level, Level::attention);
  EXPECT_THAT(explain_alone(bond).outlook, HasSubstr("would not go back"));
  bond = healthy_bond(3, "bond0");
  take_link_down(bond, kVirtual);
  EXPECT_EQ(explain_alone(bond).level, Level::attention);
  EXPECT_THAT(explain_alone(bond).outlook, HasSubstr("no fallback"));
}

TEST(Explain, NamesBothDevicesWhenTheWrongOneCarries) {
  const Explanation words = explain_alone(bond_on_virtual());
  EXPECT_EQ(words.level, Level::attention);
  EXPECT_EQ(words.verdict,
            "env5, the virtual device, carries the traffic. enP16392p3s0, the SR-IOV device, "
            "should.");
}

TEST(Explain, FindsTheReasonInTheKernelWithoutWatchdog) {
  BondReport bond = bond_on_virtual();
  EXPECT_EQ(off_reason_of(bond, {}), OffReason::external);
  clear_primary(bond);
  EXPECT_EQ(off_reason_of(bond, {}), OffReason::primary_unset);
  EXPECT_THAT(explain_alone(bond).outlook,
              HasSubstr("ip link set bond0 type bond primary enP16392p3s0"));
  take_link_down(bond, kSriov);
  EXPECT_EQ(off_reason_of(bond, {}), OffReason::link_down);
  EXPECT_THAT(explain_alone(bond).outlook, HasSubstr("also when the link returns"));
  set_primary(bond, kSriov);
  EXPECT_EQ(explain_alone(bond).outlook, "The kernel goes back by itself when the link returns.");
  slave_of(bond, kSriov).link.admin_up = false;
  EXPECT_EQ(off_reason_of(bond, {}), OffReason::admin);
  remove_slave(bond, kSriov);
  EXPECT_EQ(off_reason_of(bond, {}), OffReason::absent);
  EXPECT_THAT(explain_alone(bond).reason, HasSubstr("not in the bond"));
  bond.finding = "2 slaves match bus pci: a, b";
  EXPECT_EQ(off_reason_of(bond, {}), OffReason::unknown);
  EXPECT_THAT(explain_alone(bond).reason, HasSubstr("2 slaves match"));
}

TEST(Explain, BelievesTheLivingWatchdog) {
  const BondReport bond = bond_on_virtual();
  const Explanation words =
      explain_with(bond, OffReason::hold_down, kNow + std::chrono::milliseconds(7300));
  EXPECT_THAT(words.reason, HasSubstr("healthy for long enough"));
  EXPECT_EQ(words.outlook, "The watchdog brings the traffic back in 8 s.");
}

TEST(Explain, DoesNotBelieveADeadWatchdog) {
  const BondReport bond = bond_on_virtual();
  BondStatus account = steady_account(bond);
  account.off_reason = OffReason::hold_down;
  const Explanation words = explain(bond, {&account, false}, kNow);
  EXPECT_THAT(words.outlook, HasSubstr("No watchdog is running"));
  EXPECT_THAT(words.reason, ::testing::Not(HasSubstr("long enough")));
}

TEST(Explain, TheKernelKnowsBetterWhoIsActive) {
  EXPECT_EQ(explain_with(healthy_bond(3, "bond0"), OffReason::link_down).level, Level::good);
}

TEST(Explain, AWaitThatIsOverIsNotShown) {
  const Explanation words =
      explain_with(bond_on_virtual(), OffReason::restore_failed, kNow - std::chrono::seconds(1));
  EXPECT_EQ(words.outlook, "The watchdog tries again.");
}

TEST(Explain, HasWordsForEveryReasonAndState) {
  const BondReport bond = bond_on_virtual();
  for (const auto reason : base::all_values<OffReason>()) {
    EXPECT_TRUE(explain_with(bond, reason).reason.ends_with('.')) << base::name_of(reason);
  }
  for (const auto state : base::all_values<WatchState>()) {
    EXPECT_FALSE(describe(state).empty()) << base::name_of(state);
  }
}

TEST(Explain, NothingCarriesTheTraffic) {
  BondReport bond = healthy_bond(3, "bond0");
  bond.link.bond->active_slave.reset();
  for (SlaveReport& slave : bond.slaves) slave.active = false;
  EXPECT_EQ(explain_alone(bond).level, Level::failing);
  bond.slaves.clear();
  EXPECT_EQ(explain_alone(bond).level, Level::failing);
  EXPECT_THAT(explain_alone(bond).reason, HasSubstr("no device"));
}

TEST(Explain, UnmanagedBondHasNoShould) {
  BondReport bond = healthy_bond(3, "bond0");
  bond.managed = false;
  bond.finding = "the configuration does not name this bond";
  for (SlaveReport& slave : bond.slaves) slave.role = Role::unknown;
  const Explanation words = explain_alone(bond);
  EXPECT_EQ(words.level, Level::neutral);
  EXPECT_EQ(words.verdict, "enP16392p3s0 carries the traffic.");
  EXPECT_THAT(words.reason, HasSubstr("the configuration does not name this bond"));
}

TEST(FormatDuration, UsesTwoUnits) {
  using namespace std::chrono;
  EXPECT_EQ(format_duration(milliseconds(-5)), "0 s");
  EXPECT_EQ(format_duration(milliseconds(200)), "1 s");
  EXPECT_EQ(format_duration(seconds(59)), "59 s");
  EXPECT_EQ(format_duration(seconds(192)), "3 min 12 s");
  EXPECT_EQ(format_duration(minutes(125)), "2 h 5 min");
  EXPECT_EQ(format_duration(hours(76)), "3 d 4 h");
}

TEST(Explain, SaysWhatHoldsTheWatchdogBack) {
  const BondReport bond = bond_on_virtual();
  BondStatus account = steady_account(bond);
  account.off_reason = OffReason::paused;
  account.paused[PauseReason::hcnmgr] = true;
  ActivityStatus activity;
  activity.processes.push_back(HcnProcess{HcnCommand::hcncfgdrc, 4711, kNow, false});
  const Explanation words = explain(bond, {&account, true, &activity}, kNow);
  EXPECT_EQ(words.reason, "The watchdog is paused.");
  EXPECT_EQ(words.outlook,
            "The watchdog goes on by itself afterwards. Now: hcncfgdrc (pid 4711) is running.");
}

TEST(Explain, SaysThatAMigrationIsWaitedFor) {
  const Explanation words = explain_with(bond_on_virtual(), OffReason::lpm);
  EXPECT_EQ(words.reason, "The partition is being migrated.");
  EXPECT_EQ(words.outlook, "The watchdog writes nothing until the migration is over.");
}

BondStatus damped_account(const BondReport& bond) {
  BondStatus account = steady_account(bond);
  account.state = WatchState::suppressed;
  account.off_reason = OffReason::suppressed;
  account.penalty = Penalty{3000, kNow};
  account.suppressed = true;
  account.saved_reselect = bond::PrimaryReselect::always;
  return account;
}

BondReport damped_bond() {
  BondReport bond = bond_on_virtual();
  bond.link.bond->primary_reselect = bond::PrimaryReselect::failure;
  return bond;
}

TEST(Explain, SaysWhyAndForHowLongDampingHoldsTheTraffic) {
  BondReport bond = damped_bond();
  BondStatus account = damped_account(bond);
  Explanation words = explain(bond, {&account, true}, kNow);
  EXPECT_EQ(words.reason,
            "The link of the SR-IOV device fails too often to be relied on at the moment. Its "
            "penalty is 3000: 1000 for each loss, halved every 5 minutes. The watchdog has changed "
            "primary_reselect from always to failure.");
  EXPECT_EQ(words.outlook,
            "Damping ends in 10 min 0 s at the latest; then the watchdog puts primary_reselect "
            "back to always, and the kernel goes back by itself.");
  take_link_down(bond, kSriov);
  account.off_reason = OffReason::link_down;
  words = explain(bond, {&account, true}, kNow);
  EXPECT_THAT(words.reason, ::testing::StartsWith("The link of the SR-IOV device is down. The "
                                                  "link of the SR-IOV device fails too often"));
  EXPECT_THAT(words.outlook, ::testing::EndsWith("goes back by itself when the link returns."));
}

TEST(Explain, AMigrationComesBeforeDamping) {
  const BondReport bond = damped_bond();
  BondStatus account = damped_account(bond);
  account.state = WatchState::lpm;
  account.off_reason = OffReason::lpm;
  EXPECT_EQ(explain(bond, {&account, true}, kNow).outlook,
            "The watchdog writes nothing until the migration is over.");
}

TEST(Explain, WarnsThatTheNextFailureStrandsADampedBond) {
  BondReport bond = damped_bond();
  set_active(bond, kSriov);
  BondStatus account = damped_account(bond);
  account.off_reason.reset();
  const Explanation words = explain(bond, {&account, true}, kNow);
  EXPECT_EQ(words.level, Level::attention);
  EXPECT_THAT(words.outlook, HasSubstr("after the next failure the traffic stays on the other"));
  account.saved_reselect.reset();  // the penalty is counted only
  account.state = WatchState::steady;
  EXPECT_EQ(explain(bond, {&account, true}, kNow).level, Level::good);
}

TEST(Explain, SaysHowToUndoDampingWithoutWatchdog) {
  BondReport bond = damped_bond();
  const BondStatus account = damped_account(bond);
  const std::string expected =
      "No watchdog is running. The watchdog has changed primary_reselect from always to failure, "
      "and nothing puts it back. By hand: ip link set bond0 type bond primary_reselect always";
  EXPECT_EQ(explain(bond, {&account, false}, kNow).outlook, expected);
  set_active(bond, kSriov);
  EXPECT_EQ(explain(bond, {&account, false}, kNow).outlook, expected);
}

TEST(Explain, PromisesNoReturnThatPrimaryReselectForbids) {
  BondReport bond = damped_bond();  // by an operator
  take_link_down(bond, kSriov);
  EXPECT_THAT(explain_alone(bond).outlook, HasSubstr("also when the link returns"));
}

TEST(Explain, AsksWhoTakesTheTrafficAwayWhenTheBudgetIsSpent) {
  const BondReport bond = bond_on_virtual();
  BondStatus account = steady_account(bond);
  account.state = WatchState::observing;
  account.off_reason = OffReason::observe;
  account.waits_until = kNow + std::chrono::minutes(23);
  account.budget_spent = true;
  const Explanation words = explain(bond, {&account, true}, kNow);
  EXPECT_THAT(words.reason, HasSubstr("something takes the traffic away from it again and again"));
  EXPECT_THAT(words.outlook,
              HasSubstr("as often as it may in an hour, and does so again in 23 min"));
  EXPECT_THAT(words.outlook, HasSubstr("find who takes it away"));
  EXPECT_THAT(words.outlook, HasSubstr("By hand: ip link set bond0 type bond primary"));
}

}  // namespace
