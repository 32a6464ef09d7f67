// SPDX-License-Identifier: Apache-2.0
// What writing primary does.
#include "tests/support/contract_suite.hpp"

namespace hnv::test {

using base::ErrorCode;
using bond::MiiStatus;
using bond::PrimaryReselect;

namespace {

BondWorldOptions with(PrimaryReselect reselect) {
  BondWorldOptions options;
  options.primary_reselect = reselect;
  return options;
}

BondWorldOptions slow_miimon() {
  BondWorldOptions options;
  options.miimon = std::chrono::milliseconds(1500);
  return options;
}

}  // namespace

TEST_P(BondContract, WithoutPrimaryTrafficStaysOnTheVirtualSlave) {
  make();
  ASSERT_EQ(active(), kSriov);
  lose_link(kSriov);
  EXPECT_EQ(active(), kVirtual);
  regain_link(kSriov);
  let_ticks_pass();
  EXPECT_EQ(active(), kVirtual);
  EXPECT_EQ(primary(), "");
}

TEST_P(BondContract, PrimaryOnUpSlaveMovesTrafficAtOnce) {
  for (const auto reselect : base::all_values<PrimaryReselect>()) {
    SCOPED_TRACE(base::name_of(reselect));
    make_anew(with(reselect));
    lose_link(kSriov);
    regain_link(kSriov);
    ASSERT_EQ(active(), kVirtual);
    ASSERT_TRUE(set_primary(kSriov));
    EXPECT_EQ(active(), kSriov);
    EXPECT_EQ(primary(), kSriov);
  }
}

TEST_P(BondContract, PrimaryOnActiveSlaveMovesNothing) {
  make();
  forget_events();
  ASSERT_TRUE(set_primary(kSriov));
  EXPECT_EQ(active(), kSriov);
  EXPECT_EQ(primary(), kSriov);
  EXPECT_EQ(count_failovers(world().events()), 0U);
}

TEST_P(BondContract, PrimaryOnDownSlaveMovesNothing) {
  make();
  lose_link(kSriov);
  forget_events();
  ASSERT_TRUE(set_primary(kSriov));
  EXPECT_EQ(primary(), kSriov);
  EXPECT_EQ(active(), kVirtual);
  EXPECT_EQ(count_failovers(world().events()), 0U);
}

TEST_P(BondContract, PrimaryOnDownSlaveIsHonouredWithTheLink) {
  for (const auto reselect : base::all_values<PrimaryReselect>()) {
    SCOPED_TRACE(base::name_of(reselect));
    make_anew(with(reselect));
    lose_link(kSriov);
    ASSERT_TRUE(set_primary(kSriov));
    regain_link(kSriov);
    EXPECT_EQ(active(), kSriov);
  }
}

TEST_P(BondContract, LatchIsUsedUpByOneReturn) {
  make(with(PrimaryReselect::failure));
  lose_link(kSriov);
  ASSERT_TRUE(set_primary(kSriov));
  regain_link(kSriov);
  lose_link(kSriov);
  regain_link(kSriov);
  let_ticks_pass();
  EXPECT_EQ(active(), kVirtual);
  EXPECT_EQ(primary(), kSriov);
}

TEST_P(BondContract, KernelReturnsInTheTickThatSeesTheLink) {
  make();
  ASSERT_TRUE(set_primary(kSriov));
  lose_link(kSriov);
  forget_events();
  regain_link(kSriov);
  EXPECT_EQ(active(), kSriov);  // the same query that first showed "up"
}

TEST_P(BondContract, SamePrimaryAgainForcesTheReturn) {
  for (const auto reselect : base::all_values<PrimaryReselect>()) {
    SCOPED_TRACE(base::name_of(reselect));
    make_anew(with(reselect));
    ASSERT_TRUE(set_primary(kSriov));
    ASSERT_EQ(world().write_active_slave(kVirtual), 0);
    let_ticks_pass();
    ASSERT_EQ(active(), kVirtual);
    ASSERT_TRUE(set_primary(kSriov));
    EXPECT_EQ(active(), kSriov);
  }
}

TEST_P(BondContract, PrimaryWithoutCarrierButMiiUpSelectsADeadPort) {
  make(slow_miimon());
  world().set_plugged(kVirtual, true);
  ASSERT_EQ(world().write_active_slave(kVirtual), 0);
  world().set_plugged(kSriov, false);
  ASSERT_EQ(mii(kSriov), MiiStatus::up);
  ASSERT_FALSE(world().link(kSriov)->lower_up);
  ASSERT_TRUE(set_primary(kSriov));
  EXPECT_EQ(active(), kSriov);
  wait_for_active(kVirtual);
}

TEST_P(BondContract, IndexOfNobodyIsAcceptedAndClears) {
  make();
  ASSERT_TRUE(set_primary(kSriov));
  constexpr bond::IfIndex kNobody{999999};
  EXPECT_TRUE(set_primary(index(kBond), kNobody));
  EXPECT_EQ(primary(), "");
}

TEST_P(BondContract, ClearingPrimaryPrefersTheFirstEnslavedSlave) {
  make();
  ASSERT_TRUE(set_primary(kVirtual));
  ASSERT_EQ(active(), kVirtual);
  constexpr bond::IfIndex kNobody{999999};
  EXPECT_TRUE(set_primary(index(kBond), kNobody));
  EXPECT_EQ(active(), kSriov);
}

TEST_P(BondContract, IndexOfAForeignDeviceIsAcceptedAndItsNameRecorded) {
  make();
  ASSERT_TRUE(set_primary(kSriov));
  world().release(kVirtual);
  EXPECT_TRUE(set_primary(kVirtual));
  EXPECT_EQ(primary(), "");
  EXPECT_EQ(active(), kSriov);
  world().enslave(kVirtual);
  EXPECT_EQ(primary(), kVirtual);
  EXPECT_EQ(active(), kVirtual);
}

TEST_P(BondContract, BondThatHasGoneIsNotFound) {
  make();
  constexpr bond::IfIndex kNobody{999999};
  const auto done = set_primary(kNobody, index(kSriov));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::not_found);
  const auto read = world().actuator().read_bond(kNobody);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::not_found);
}

TEST_P(BondContract, LinkThatIsNoBondIsUnsupported) {
  make();
  const auto done = set_primary(index(kVirtual), index(kSriov));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::unsupported);
}

TEST_P(BondContract, OtherModesHaveNoPrimary) {
  BondWorldOptions options;
  options.mode = bond::BondMode::balance_rr;
  make(options);
  const auto done = set_primary(kSriov);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::wrong_mode);
}

TEST_P(BondContract, ActiveSlaveIsRefusedForASlaveWhoseMiiIsDown) {
  make();
  lose_link(kSriov);
  EXPECT_EQ(world().write_active_slave(kSriov), EINVAL);
  EXPECT_EQ(active(), kVirtual);
}

TEST_P(BondContract, ActiveSlaveDoesNotSurviveTheNextFlap) {
  make();
  ASSERT_TRUE(set_primary(kSriov));
  ASSERT_EQ(world().write_active_slave(kVirtual), 0);
  lose_link(kSriov);
  regain_link(kSriov);
  EXPECT_EQ(active(), kSriov);
}

// The same by the actuator, as a fast failover and damping write it.
TEST_P(BondContract, ActiveSlaveWrittenBeforeTheTickIsKeptAndTheKernelComesBack) {
  make(slow_miimon());
  ASSERT_TRUE(set_primary(kSriov));
  // Early in the kernel's interval, so that what follows is seen by no tick.
  lose_link(kVirtual);
  regain_link(kVirtual);
  forget_events();
  world().set_plugged(kSriov, false);
  ASSERT_TRUE(world().eventually([&] { return !world().link(kSriov)->lower_up; }));
  ASSERT_EQ(mii(kSriov), MiiStatus::up);
  ASSERT_TRUE(set_active(kVirtual));
  EXPECT_EQ(active(), kVirtual);
  wait_for_mii(kSriov, MiiStatus::down);
  EXPECT_EQ(active(), kVirtual);
  regain_link(kSriov);
  wait_for_active(kSriov);
  EXPECT_EQ(count_failovers(world().events()), 2U);
}

TEST_P(BondContract, ActiveSlaveWithoutCarrierIsRefusedToTheActuatorToo) {
  make(slow_miimon());
  ASSERT_TRUE(set_primary(kSriov));
  world().set_plugged(kVirtual, false);
  ASSERT_TRUE(world().eventually([&] { return !world().link(kVirtual)->lower_up; }));
  EXPECT_FALSE(set_active(kVirtual));
  EXPECT_EQ(active(), kSriov);
}

TEST_P(BondContract, LossUnderReselectFailureIsNotReturned) {
  make();
  ASSERT_TRUE(set_primary(kSriov));
  const auto reselect = [this](PrimaryReselect value) {
    return world().actuator().write(
        watchdog::Write{index(kBond), index(kSriov), WriteRule::suppress, value});
  };
  ASSERT_TRUE(reselect(PrimaryReselect::failure));
  lose_link(kSriov);
  regain_link(kSriov);
  let_ticks_pass();
  EXPECT_EQ(active(), kVirtual);
  ASSERT_TRUE(reselect(PrimaryReselect::always));
  EXPECT_EQ(active(), kSriov);
}

TEST_P(BondContract, LastLookShowsTheBondAndItsSlaves) {
  make();
  const auto links = world().actuator().read_bond(index(kBond));
  ASSERT_TRUE(links);
  EXPECT_EQ(links->size(), 3U);
}

}  // namespace hnv::test
