// SPDX-License-Identifier: Apache-2.0
#include "watchdog/view.hpp"

#include <gtest/gtest.h>

namespace hnv::watchdog {

namespace {

using bond::IfIndex;
using bond::LinkEvent;
using bond::MiiStatus;

constexpr IfIndex kBond{3};
constexpr IfIndex kSriov{5};
constexpr IfIndex kVirtual{7};

LinkEvent bond_event() {
  LinkEvent event;
  event.link.index = kBond;
  event.link.name = "bond0";
  event.link.kind = "bond";
  bond::BondInfo& info = event.link.bond.emplace();
  info.mode = bond::BondMode::active_backup;
  info.miimon = std::chrono::milliseconds(100);
  info.arp_interval = std::chrono::milliseconds(0);
  info.active_slave = kVirtual;
  info.primary = kSriov;
  return event;
}

LinkEvent slave_event(IfIndex index) {
  LinkEvent event;
  event.link.index = index;
  event.link.admin_up = true;
  event.link.lower_up = true;
  event.link.master = kBond;
  event.link.slave_kind = "bond";
  event.link.slave.emplace().mii_status = MiiStatus::up;
  return event;
}

class View : public ::testing::Test {
 protected:
  bond::Topology topology;
  RoleAssignment roles;

  View() {
    topology.apply(bond_event());
    topology.apply(slave_event(kSriov));
    topology.apply(slave_event(kVirtual));
    roles.roles = {Role::sriov, Role::virtual_device};
  }
  BondView view(bool fresh = true) { return make_view(topology, kBond, roles, fresh, 4); }
};

TEST_F(View, ShowsTheBond) {
  const BondView seen = view();
  EXPECT_EQ(seen.bond, kBond);
  EXPECT_TRUE(seen.fresh);
  EXPECT_TRUE(seen.active_backup);
  EXPECT_TRUE(seen.monitored);
  EXPECT_FALSE(seen.sriov_absent);
  EXPECT_EQ(seen.active, kVirtual);
  EXPECT_EQ(seen.primary, kSriov);
  EXPECT_EQ(seen.refreshes, 4U);
  EXPECT_EQ(seen.membership_generation, topology.membership_generation(kBond));
}

TEST_F(View, ShowsEachSlaveWithItsRole) {
  const BondView seen = view();
  ASSERT_EQ(seen.slaves.size(), 2U);
  EXPECT_EQ(seen.slaves[0].index, kSriov);
  EXPECT_EQ(seen.slaves[0].role, Role::sriov);
  EXPECT_TRUE(seen.slaves[0].healthy());
  EXPECT_EQ(seen.slaves[1].index, kVirtual);
  EXPECT_EQ(seen.slaves[1].role, Role::virtual_device);
}

TEST_F(View, HealthNeedsAdminUpCarrierAndMii) {
  const auto health_after = [this](auto change) {
    LinkEvent event = slave_event(kSriov);
    change(event.link);
    topology.apply(event);
    return view().slaves[0].healthy();
  };
  EXPECT_TRUE(health_after([](bond::Link&) {}));
  EXPECT_FALSE(health_after([](bond::Link& link) { link.admin_up = false; }));
  EXPECT_FALSE(health_after([](bond::Link& link) { link.lower_up = false; }));
  EXPECT_FALSE(health_after([](bond::Link& link) { link.slave->mii_status = MiiStatus::down; }));
  EXPECT_FALSE(health_after([](bond::Link& link) { link.slave->mii_status.reset(); }));
}

TEST_F(View, CountsLossesThatItDoesNotShow) {
  const auto before = view().slaves[0].losses;
  LinkEvent event = slave_event(kSriov);
  event.link.slave->mii_status = MiiStatus::down;
  topology.apply(event);
  topology.apply(slave_event(kSriov));
  EXPECT_TRUE(view().slaves[0].healthy());
  EXPECT_EQ(view().slaves[0].losses, before + 1);
}

TEST_F(View, ArpMonitoringIsMonitoring) {
  LinkEvent event = bond_event();
  event.link.bond->miimon = std::chrono::milliseconds(0);
  topology.apply(event);
  EXPECT_FALSE(view().monitored);
  event.link.bond->arp_interval = std::chrono::milliseconds(1000);
  topology.apply(event);
  EXPECT_TRUE(view().monitored);
}

TEST_F(View, OtherModesAreNotActiveBackup) {
  LinkEvent event = bond_event();
  event.link.bond->mode = bond::BondMode::lacp;
  topology.apply(event);
  EXPECT_FALSE(view().active_backup);
}

TEST_F(View, PassesOnThatItIsNotFresh) {
  EXPECT_FALSE(view(false).fresh);
}

TEST_F(View, BondThatHasGoneIsNotFresh) {
  LinkEvent event = bond_event();
  event.type = LinkEvent::Type::del_link;
  topology.apply(event);
  EXPECT_FALSE(view().fresh);
}

TEST_F(View, SlaveWithoutARoleIsUnknown) {
  roles.roles = {Role::sriov};
  EXPECT_EQ(view().slaves[1].role, Role::unknown);
}

TEST_F(View, PassesOnThatTheSriovSlaveIsAway) {
  roles.sriov_absent = true;
  EXPECT_TRUE(view().sriov_absent);
}

}  // namespace

}  // namespace hnv::watchdog
