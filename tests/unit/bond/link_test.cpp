// SPDX-License-Identifier: Apache-2.0
#include "bond/link.hpp"

#include <gtest/gtest.h>

namespace {

using namespace hnv::bond;

Link healthy_slave() {
  Link link;
  link.index = IfIndex{5};
  link.admin_up = link.lower_up = true;
  link.slave.emplace();
  link.slave->mii_status = MiiStatus::up;
  return link;
}

TEST(IsHealthy, NeedsAdminUpCarrierAndMiiUp) {
  EXPECT_TRUE(is_healthy(healthy_slave()));
  Link link = healthy_slave();
  link.admin_up = false;
  EXPECT_FALSE(is_healthy(link));
  link = healthy_slave();
  link.lower_up = false;
  EXPECT_FALSE(is_healthy(link));
  for (const MiiStatus status : {MiiStatus::down, MiiStatus::going_down, MiiStatus::going_back}) {
    link = healthy_slave();
    link.slave->mii_status = status;
    EXPECT_FALSE(is_healthy(link)) << hnv::base::name_of(status);
  }
}

TEST(IsMonitored, TakesEitherMonitor) {
  BondInfo bond;
  EXPECT_FALSE(is_monitored(bond));
  bond.miimon = std::chrono::milliseconds(0);
  bond.arp_interval = std::chrono::milliseconds(0);
  EXPECT_FALSE(is_monitored(bond));
  bond.arp_interval = std::chrono::milliseconds(500);
  EXPECT_TRUE(is_monitored(bond));
  bond.arp_interval.reset();
  bond.miimon = std::chrono::milliseconds(100);
  EXPECT_TRUE(is_monitored(bond));
}

struct MacConflict : testing::Test {
  Link bond;
  Link backup = healthy_slave();

  void SetUp() override {
    bond.address = backup.address = MacAddress::parse("52:54:00:00:00:11");
    bond.bond.emplace();
    bond.bond->active_slave = IfIndex{4};
    bond.bond->fail_over_mac = FailOverMac::follow;
  }
};

TEST_F(MacConflict, IsABackupSlaveWithTheBondsAddress) {
  EXPECT_TRUE(has_mac_conflict(bond, backup));
  backup.address = MacAddress::parse("52:54:00:00:00:12");
  EXPECT_FALSE(has_mac_conflict(bond, backup));
}

TEST_F(MacConflict, IsNotTheActiveSlave) {
  bond.bond->active_slave = backup.index;
  EXPECT_FALSE(has_mac_conflict(bond, backup));
}

TEST_F(MacConflict, IsHowABondWithoutFollowWorks) {
  bond.bond->fail_over_mac = FailOverMac::none;
  EXPECT_FALSE(has_mac_conflict(bond, backup));
}

}  // namespace
