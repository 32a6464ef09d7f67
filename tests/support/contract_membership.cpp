// SPDX-License-Identifier: Apache-2.0
// Slaves that leave, come back and are renamed; what the kernel counts of their losses.
#include "tests/support/contract_suite.hpp"

namespace hnv::test {

using bond::MiiStatus;

TEST_P(BondContract, ReleasedPrimaryIsShownNoMore) {
  make();
  ASSERT_TRUE(set_primary(kSriov));
  world().release(kSriov);
  EXPECT_EQ(primary(), "");
  EXPECT_EQ(active(), kVirtual);
}

TEST_P(BondContract, SameNameEnslavedAgainIsPrimaryAndActiveAtOnce) {
  make();
  ASSERT_TRUE(set_primary(kSriov));
  world().release(kSriov);
  world().enslave(kSriov);
  EXPECT_EQ(primary(), kSriov);
  EXPECT_EQ(active(), kSriov);
}

TEST_P(BondContract, NewDeviceOfTheSameNameIsPrimaryAndActiveAtOnce) {
  make();
  ASSERT_TRUE(set_primary(kSriov));
  const auto old_index = index(kSriov);
  world().remove_device(kSriov);
  EXPECT_EQ(primary(), "");
  EXPECT_EQ(active(), kVirtual);
  world().add_device(kSriov);
  world().enslave(kSriov);
  EXPECT_GT(index(kSriov), old_index);
  EXPECT_EQ(primary(), kSriov);
  EXPECT_EQ(active(), kSriov);
}

TEST_P(BondContract, AnotherNameIsNeitherPrimaryNorActive) {
  make();
  ASSERT_TRUE(set_primary(kSriov));
  world().remove_device(kSriov);
  world().add_device("hnvvf9");
  world().enslave("hnvvf9");
  let_ticks_pass();
  EXPECT_EQ(primary(), "");
  EXPECT_EQ(active(), kVirtual);
  ASSERT_TRUE(set_primary("hnvvf9"));
  const auto bond = world().link(kBond);
  EXPECT_EQ(bond->bond->primary, index("hnvvf9"));
  EXPECT_EQ(bond->bond->active_slave, index("hnvvf9"));
}

TEST_P(BondContract, RenamedPrimaryIsShownNoMore) {
  make();
  ASSERT_TRUE(set_primary(kSriov));
  world().set_admin(kSriov, false);
  wait_for_mii(kSriov, MiiStatus::down);
  let_ticks_pass();
  forget_events();
  ASSERT_EQ(world().rename(kSriov, "hnvvf9"), 0);
  EXPECT_EQ(primary(), "");
  // The bond itself has nothing to say about it.
  for (const auto& event : world().events()) EXPECT_NE(event.link.name, kBond);
}

TEST_P(BondContract, NameThatComesBackIsPrimaryAgain) {
  make();
  ASSERT_TRUE(set_primary(kSriov));
  world().set_admin(kSriov, false);
  wait_for_mii(kSriov, MiiStatus::down);
  ASSERT_EQ(world().rename(kSriov, "hnvvf9"), 0);
  ASSERT_EQ(world().rename("hnvvf9", kSriov), 0);
  EXPECT_EQ(primary(), kSriov);
  world().set_admin(kSriov, true);
  wait_for_active(kSriov);
}

TEST_P(BondContract, PendingNameTakesEffectWhenItIsEnslaved) {
  make();
  world().release(kSriov);
  ASSERT_EQ(world().write_primary(kSriov), 0);
  EXPECT_EQ(primary(), "");
  world().enslave(kSriov);
  EXPECT_EQ(primary(), kSriov);
  EXPECT_EQ(active(), kSriov);
}

TEST_P(BondContract, SlaveWithoutPrimaryIsEnslavedAsBackup) {
  make();
  world().release(kVirtual);
  world().enslave(kVirtual);
  let_ticks_pass();
  EXPECT_EQ(active(), kSriov);
}

TEST_P(BondContract, LossesOfActiveAndBackupSlavesAreCounted) {
  make();
  lose_link(kSriov);
  regain_link(kSriov);
  EXPECT_EQ(active(), kVirtual);
  lose_link(kSriov);
  EXPECT_EQ(failures(kSriov), 2U);
  EXPECT_EQ(failures(kVirtual), 0U);
}

TEST_P(BondContract, AdminDownIsALossToo) {
  make();
  world().set_admin(kSriov, false);
  wait_for_active(kVirtual);
  EXPECT_EQ(failures(kSriov), 1U);
  EXPECT_FALSE(world().link(kSriov)->admin_up);
}

TEST_P(BondContract, MovesByHandAreNoLosses) {
  make();
  ASSERT_TRUE(set_primary(kVirtual));
  ASSERT_TRUE(set_primary(kSriov));
  ASSERT_EQ(world().write_active_slave(kVirtual), 0);
  EXPECT_EQ(failures(kSriov), 0U);
  EXPECT_EQ(failures(kVirtual), 0U);
}

TEST_P(BondContract, EnslavingStartsTheCountAnew) {
  make();
  lose_link(kSriov);
  regain_link(kSriov);
  world().release(kSriov);
  world().enslave(kSriov);
  EXPECT_EQ(failures(kSriov), 0U);
}

TEST_P(BondContract, FlapShorterThanATickIsSeenByCarrierCountersAlone) {
  BondWorldOptions options;
  options.miimon = std::chrono::milliseconds(1500);
  make(options);
  const auto before = world().link(kSriov)->carrier_down_count;
  ASSERT_TRUE(before);
  world().set_plugged(kSriov, false);
  world().set_plugged(kSriov, true);
  world().let_pass(std::chrono::milliseconds(2000));
  EXPECT_EQ(failures(kSriov), 0U);
  EXPECT_EQ(world().link(kSriov)->carrier_down_count, *before + 1);
  EXPECT_EQ(active(), kSriov);
}

}  // namespace hnv::test
