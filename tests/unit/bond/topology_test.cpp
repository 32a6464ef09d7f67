// SPDX-License-Identifier: Apache-2.0
// Driven by recorded messages; random histories are in tests/property.
#include "bond/topology.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/golden/golden_messages.hpp"

namespace {

using namespace hnv;
using bond::Change;
using bond::IfIndex;
using bond::Topology;

struct Story {
  Topology topology;
  std::vector<Change> changes;
  std::optional<IfIndex> bond;

  explicit Story(const std::string& scene) {
    for (const bond::LinkEvent& event : golden::events(scene)) {
      changes.push_back(topology.apply(event));
      if (event.link.is_bond()) bond = event.link.index;
    }
  }

  [[nodiscard]] std::vector<bond::ActiveSlaveChange> active_changes() const {
    std::vector<bond::ActiveSlaveChange> all;
    for (const Change& change : changes) {
      if (change.active_slave) all.push_back(*change.active_slave);
    }
    return all;
  }

  [[nodiscard]] std::string name(std::optional<IfIndex> slave) const {
    if (!slave) return "none";
    const auto* record = topology.slave(*slave);
    return record != nullptr ? record->link.name : "gone";
  }
};

TEST(Topology, CountsOneChangeForAFailoverAndOneForTheReturn) {
  const Story story("flap");
  const auto changes = story.active_changes();
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(story.name(changes[0].from), "enP16392p1s0");
  EXPECT_EQ(story.name(changes[0].to), "env3");
  EXPECT_EQ(story.name(changes[1].from), "env3");
  EXPECT_EQ(story.name(changes[1].to), "enP16392p1s0");
}

TEST(Topology, TellsHowTheLostSlaveStoodAtTheFailover) {
  const auto flap = Story("flap").active_changes();
  EXPECT_EQ(flap.front().from_link->slave->mii_status, bond::MiiStatus::down);
  EXPECT_TRUE(flap.front().from_link->admin_up);
  const auto admin = Story("admin_down").active_changes();
  EXPECT_EQ(admin.front().from_link->slave->mii_status, bond::MiiStatus::down);
  EXPECT_FALSE(admin.front().from_link->admin_up);
  // Unplugged: closed and released between two ticks of miimon.
  const auto removed = Story("removal").active_changes();
  EXPECT_EQ(removed.front().from_link->slave->mii_status, bond::MiiStatus::up);
  EXPECT_FALSE(removed.front().from_link->admin_up);
}

// BONDING_FAILOVER is not sent for it: it must be seen in the attribute.
TEST(Topology, SeesTheChangeToNoneAndBack) {
  const auto changes = Story("total_outage").active_changes();
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(changes[0].to, std::nullopt);
  EXPECT_EQ(changes[1].from, std::nullopt);
}

TEST(Topology, CountsALossForEachSlaveThatStoppedBeingHealthy) {
  const Story story("flap");
  const auto slaves = story.topology.slaves_of(*story.bond);
  ASSERT_EQ(slaves.size(), 2U);
  EXPECT_EQ(slaves[0]->link.name, "enP16392p1s0");
  EXPECT_EQ(slaves[0]->losses, 1U) << "one loss, told by several messages";
  EXPECT_EQ(slaves[1]->losses, 0U);
}

TEST(Topology, CountsALossThatOnlyTheKernelsCountersShow) {
  Topology topology;
  bond::LinkEvent event;
  event.link.index = IfIndex{5};
  event.link.master = IfIndex{3};
  event.link.slave_kind = "bond";
  event.link.admin_up = event.link.lower_up = true;
  event.link.slave.emplace();
  event.link.slave->mii_status = bond::MiiStatus::up;
  event.link.carrier_down_count = 1;
  event.link.slave->link_failure_count = 1;
  topology.apply(event);
  event.link.carrier_down_count = 2;
  topology.apply(event);
  EXPECT_EQ(topology.slave(IfIndex{5})->losses, 1U) << "carrier_down_count rose";
  event.link.slave->link_failure_count = 2;
  topology.apply(event);
  EXPECT_EQ(topology.slave(IfIndex{5})->losses, 2U) << "link_failure_count rose";
  event.link.lower_up = false;
  topology.apply(event);
  EXPECT_EQ(topology.slave(IfIndex{5})->losses, 3U);
  event.link.slave->mii_status = bond::MiiStatus::down;
  topology.apply(event);
  EXPECT_EQ(topology.slave(IfIndex{5})->losses, 3U) << "one loss, seen in two messages";
}

TEST(Topology, TellsHowFarTheKernelsCountsOfLossesRose) {
  Topology topology;
  bond::LinkEvent slave;
  slave.link.index = IfIndex{5};
  slave.link.master = IfIndex{3};
  slave.link.slave.emplace();
  slave.link.slave->link_failure_count = 2;
  EXPECT_EQ(topology.apply(slave).link_failures, 0U) << "what was before it was known";
  slave.link.slave->link_failure_count = 5;
  EXPECT_EQ(topology.apply(slave).link_failures, 3U);
  slave.link.slave->link_failure_count = 1;
  EXPECT_EQ(topology.apply(slave).link_failures, 0U) << "enslaved anew";
  slave.link.slave->link_failure_count = 2;
  EXPECT_EQ(topology.apply(slave).link_failures, 1U);
  slave.link.master = IfIndex{4};
  slave.link.slave->link_failure_count = 7;
  EXPECT_EQ(topology.apply(slave).link_failures, 0U) << "another bond, another count";
  bond::LinkEvent master;
  master.link.index = IfIndex{3};
  master.link.bond.emplace();
  master.link.carrier_down_count = 4;
  EXPECT_EQ(topology.apply(master).carrier_losses, 0U);
  master.link.carrier_down_count = 6;
  EXPECT_EQ(topology.apply(master).carrier_losses, 2U);
}

TEST(Topology, ForgetsASlaveThatIsUnplugged) {
  const Story story("removal");
  const auto slaves = story.topology.slaves_of(*story.bond);
  ASSERT_EQ(slaves.size(), 1U);
  EXPECT_EQ(slaves[0]->link.name, "env3");
  EXPECT_TRUE(std::any_of(story.changes.begin(), story.changes.end(), [](const Change& change) {
    return change.kind == Change::Kind::removed && change.membership;
  }));
}

TEST(Topology, TakesARenameForAChangeOfMembership) {
  const Story story("rename");
  const auto renames =
      std::count_if(story.changes.begin(), story.changes.end(), [](const Change& change) {
        return change.membership && change.kind == Change::Kind::updated;
      });
  EXPECT_EQ(renames, 1);
  EXPECT_EQ(story.topology.slaves_of(*story.bond).front()->link.name, "env3");
  EXPECT_EQ(story.topology.slaves_of(*story.bond).back()->link.name, "enP16385p1s0");
}

TEST(Topology, RaisesTheGenerationWithEveryChangeOfMembership) {
  const Story flap("flap");
  EXPECT_EQ(flap.topology.membership_generation(*flap.bond), 2U) << "two slaves became known";
  const Story rename("rename");
  EXPECT_EQ(rename.topology.membership_generation(*rename.bond), 3U);
}

TEST(Topology, ForgetsADeletedBondWithItsSlaves) {
  const Story story("veth_release");
  EXPECT_TRUE(story.topology.bonds().empty());
  EXPECT_TRUE(story.topology.links().empty());
}

TEST(Topology, KeepsOneRecordOfAnIndexThatReturnsAsAnotherKindOfDevice) {
  Story story("flap");
  const bond::Link master = story.topology.bonds().begin()->second;
  bond::LinkEvent event;
  event.link = story.topology.slaves_of(master.index).front()->link;
  event.link.index = master.index;
  event.link.master = IfIndex{master.index.value + 1000};
  story.topology.apply(event);
  EXPECT_EQ(story.topology.bond(master.index), nullptr);
  EXPECT_NE(story.topology.slave(master.index), nullptr);

  event.link = master;
  story.topology.apply(event);
  EXPECT_NE(story.topology.bond(master.index), nullptr);
  EXPECT_EQ(story.topology.slave(master.index), nullptr);
}

TEST(Topology, DropsWhatADumpDoesNotMention) {
  Topology topology;
  const auto events = golden::events("dump_100_bonds");
  for (const auto& event : events) topology.apply(event);
  const auto all = topology.links();
  ASSERT_EQ(all.size(), 300U);

  topology.begin_dump(std::nullopt);
  for (const auto& event : events) {
    if (event.link.name != "va7") topology.apply(event);
  }
  const auto changes = topology.end_dump(true);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].kind, Change::Kind::removed);
  EXPECT_EQ(topology.links().size(), 299U);
}

TEST(Topology, DropsNothingAfterAnIncompleteDump) {
  Topology topology;
  for (const auto& event : golden::events("dump_100_bonds")) topology.apply(event);
  topology.begin_dump(std::nullopt);
  EXPECT_TRUE(topology.end_dump(false).empty());
  EXPECT_EQ(topology.links().size(), 300U);
}

TEST(Topology, LimitsADumpOfOneBondToItsSlaves) {
  Topology topology;
  for (const auto& event : golden::events("dump_100_bonds")) topology.apply(event);
  const IfIndex bond = topology.bonds().begin()->first;
  topology.begin_dump(bond);
  EXPECT_EQ(topology.end_dump(true).size(), 2U);
  EXPECT_EQ(topology.links().size(), 298U);
  EXPECT_NE(topology.bond(bond), nullptr);
}

TEST(Topology, ReadsTheSameDumpAgainWithoutAnyChange) {
  Topology topology;
  const auto events = golden::events("dump_100_bonds");
  for (const auto& event : events) topology.apply(event);
  for (const auto& event : events) {
    EXPECT_EQ(topology.apply(event).kind, Change::Kind::unchanged) << event.link.name;
  }
}

TEST(Topology, CutsOutOneBondWithItsRecords) {
  Topology topology;
  for (const auto& event : golden::events("dump_100_bonds")) topology.apply(event);
  const IfIndex bond = topology.bonds().begin()->first;
  const Topology part = topology.only(bond);
  EXPECT_EQ(part.links().size(), 3U);
  EXPECT_EQ(part.membership_generation(bond), topology.membership_generation(bond));
}

}  // namespace
