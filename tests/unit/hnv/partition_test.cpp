// SPDX-License-Identifier: Apache-2.0
#include "hnv/partition.hpp"

#include <gtest/gtest.h>

#include <array>

#include "bond/topology.hpp"
#include "tests/golden/golden_messages.hpp"
#include "tests/support/device_tree_fixture.hpp"

namespace {

using namespace hnv;

std::vector<bond::Link> links_after(const std::string& scene) {
  bond::Topology topology;
  for (const auto& event : golden::events(scene)) topology.apply(event);
  return topology.links();
}

Config config_for(const SriovSelector& selector) {
  Config config;
  config.bonds.push_back(BondConfig{"bond191554c8", selector, 2});
  return config;
}

struct Partition : testing::Test {
  DeviceFactsCache facts{Paths{"/nonexistent", "/nonexistent", "/nonexistent"}};
};

TEST_F(Partition, TellsWhichSlaveCarriesTheTrafficAndWhichShould) {
  const Config config = config_for(ByDevice{"enP16392p1s0"});
  const auto bonds = describe_bonds(links_after("flap"), config, facts, base::BootTime());
  ASSERT_EQ(bonds.size(), 1U);
  const BondReport& bond = bonds.front();
  EXPECT_TRUE(bond.managed);
  EXPECT_EQ(bond.expected_slaves, 2U);
  ASSERT_NE(bond.sriov(), nullptr);
  EXPECT_EQ(bond.sriov()->link.name, "enP16392p1s0");
  EXPECT_EQ(bond.active(), bond.sriov());
  EXPECT_EQ(bond.primary(), bond.sriov());
  EXPECT_EQ(bond.slaves.size(), 2U);
}

// Nobody configured anything: the platform tells all.
TEST_F(Partition, RecognisesAnHnvPair) {
  const test::DeviceTreeFixture tree;
  test::add_veth_pair(tree);
  for (const auto& [name, driver, bus, node] :
       {std::array{"enP16392p1s0", "e1000e", "pci", test::kEmulatedPort},
        std::array{"env3", "ibmveth", "vio", test::kVeth}}) {
    tree.add_device(name, driver, bus);
    tree.link_node(name, node);
  }
  DeviceFactsCache platform(tree.paths());
  const auto bonds = describe_bonds(links_after("flap"), Config{}, platform, base::BootTime());
  const BondReport& bond = bonds.front();
  EXPECT_TRUE(bond.managed);
  EXPECT_EQ(bond.hcn_id, HcnId{0x191554c8});
  EXPECT_EQ(bond.expected_slaves, 2U);
  EXPECT_EQ(bond.finding, "");
  ASSERT_NE(bond.sriov(), nullptr);
  EXPECT_EQ(bond.sriov()->link.name, "enP16392p1s0");
  EXPECT_EQ(bond.sriov()->role_source, RoleSource::hcn_mode);
}

TEST_F(Partition, ShowsABondWhoseSriovSlaveIsAway) {
  const Config config = config_for(ByDevice{"enP16392p1s0"});
  const auto bonds = describe_bonds(links_after("removal"), config, facts, base::BootTime());
  EXPECT_EQ(bonds.front().sriov(), nullptr);
  EXPECT_EQ(bonds.front().primary(), nullptr);
  ASSERT_NE(bonds.front().active(), nullptr);
  EXPECT_EQ(bonds.front().active()->role, Role::virtual_device);
}

TEST_F(Partition, ShowsBondsThatNobodyConfigured) {
  const auto bonds =
      describe_bonds(links_after("dump_100_bonds"), Config{}, facts, base::BootTime());
  ASSERT_EQ(bonds.size(), 100U);
  EXPECT_FALSE(bonds.front().managed);
  EXPECT_FALSE(bonds.front().expected_slaves.has_value());
  EXPECT_EQ(bonds.front().slaves.size(), 2U);
  EXPECT_EQ(bonds.front().link.name, "bond1");
  EXPECT_EQ(bonds[1].link.name, "bond10") << "sorted by name";
}

}  // namespace
