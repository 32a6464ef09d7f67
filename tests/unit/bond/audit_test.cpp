// SPDX-License-Identifier: Apache-2.0
#include "bond/audit.hpp"

#include <gtest/gtest.h>

#include "tests/golden/golden_messages.hpp"

namespace {

using namespace hnv;
using bond::contradicts;
using bond::IfIndex;
using bond::Link;

// What is known of a bond with two slaves, and one of its links as a dump shows it.
struct Audit : testing::Test {
  bond::Topology known;
  Link master;
  Link slave;

  void SetUp() override {
    for (const bond::LinkEvent& event : golden::recording("flap").before) known.apply(event);
    ASSERT_EQ(known.bonds().size(), 1U);
    master = known.bonds().begin()->second;
    slave = known.slaves_of(master.index).front()->link;
    ASSERT_TRUE(master.admin_up && slave.admin_up && master.bond->active_slave);
  }
  void tell(bond::LinkEvent::Type type, Link link) {
    bond::LinkEvent event;
    event.type = type;
    event.link = std::move(link);
    known.apply(event);
  }
};

TEST_F(Audit, FindsNothingWhereAllIsAsKnown) {
  EXPECT_FALSE(contradicts(known, master));
  EXPECT_FALSE(contradicts(known, slave));
  master.stats.emplace().receive_packets = 7;
  EXPECT_FALSE(contradicts(known, master));
}

TEST_F(Audit, FindsAnotherActiveSlaveOrOption) {
  Link changed = master;
  changed.bond->active_slave = known.slaves_of(master.index).back()->link.index;
  EXPECT_TRUE(contradicts(known, changed));
  changed = master;
  changed.bond->miimon = std::chrono::milliseconds(7);
  EXPECT_TRUE(contradicts(known, changed));
  changed = master;
  changed.admin_up = false;
  EXPECT_TRUE(contradicts(known, changed));
}

TEST_F(Audit, FindsAnotherStateOrNameOfASlave) {
  Link changed = slave;
  changed.slave->mii_status = bond::MiiStatus::down;
  EXPECT_TRUE(contradicts(known, changed));
  changed = slave;
  ++*changed.slave->link_failure_count;
  EXPECT_TRUE(contradicts(known, changed));
  changed = slave;
  changed.name = "other";
  EXPECT_TRUE(contradicts(known, changed));
}

TEST_F(Audit, FindsLinksThatShouldBeUnknownOrKnown) {
  Link released = slave;
  released.master.reset();
  released.slave.reset();
  EXPECT_TRUE(contradicts(known, released));
  tell(bond::LinkEvent::Type::del_link, slave);
  EXPECT_TRUE(contradicts(known, slave));
  EXPECT_FALSE(contradicts(known, released));
  tell(bond::LinkEvent::Type::del_link, master);
  EXPECT_TRUE(contradicts(known, master));
}

// linkwatch tells of it later, or never while the device is down.
TEST_F(Audit, DoesNotCompareTheCarrier) {
  for (Link* link : {&master, &slave}) {
    link->lower_up = link->running = false;
    link->carrier = false;
    link->oper_state = 2;
    ++*link->carrier_changes;
    ++*link->carrier_down_count;
    EXPECT_FALSE(contradicts(known, *link)) << link->name;
  }
}

TEST_F(Audit, DoesNotCompareAnOutageThatOnlyTheCarrierTells) {
  master.bond->active_slave.reset();
  EXPECT_FALSE(contradicts(known, master));
  Link other = master;
  other.bond->miimon = std::chrono::milliseconds(7);
  EXPECT_TRUE(contradicts(known, other)) << "and everything else is compared";
}

TEST_F(Audit, DoesNotCompareWaitsForUpdelayAndDowndelay) {
  slave.slave->mii_status = bond::MiiStatus::going_down;
  EXPECT_FALSE(contradicts(known, slave));
  slave.slave->mii_status = bond::MiiStatus::going_back;
  EXPECT_TRUE(contradicts(known, slave)) << "down before, and that is told";
}

TEST_F(Audit, DoesNotCompareOptionsOfADeviceThatIsDown) {
  master.admin_up = slave.admin_up = false;
  tell(bond::LinkEvent::Type::new_link, master);
  tell(bond::LinkEvent::Type::new_link, slave);
  Link changed = master;
  changed.bond->miimon = std::chrono::milliseconds(7);
  EXPECT_FALSE(contradicts(known, changed));
  changed.bond->active_slave = known.slaves_of(master.index).back()->link.index;
  EXPECT_TRUE(contradicts(known, changed)) << "told by BONDING_FAILOVER in any case";
  slave.slave->queue_id = 4;
  EXPECT_FALSE(contradicts(known, slave));
  slave.slave->state = bond::SlaveState::active;
  slave.address = master.address;
  slave.slave->mii_status = bond::MiiStatus::down;
  EXPECT_TRUE(contradicts(known, slave));
}

}  // namespace
