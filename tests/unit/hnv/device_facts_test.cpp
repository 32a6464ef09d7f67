// SPDX-License-Identifier: Apache-2.0
#include "hnv/device_facts.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/device_tree_fixture.hpp"

namespace {

using namespace hnv;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

// A slave's part of sysfs and of the device tree, as on a partition.
struct DeviceFactsTree : testing::Test {
  test::DeviceTreeFixture tree;
  Paths paths = tree.paths();
  bond::Link link;
  base::BootTime now{1000s};

  void SetUp() override {
    link.index = bond::IfIndex{3};
    link.name = "enP32775p1s0";
    tree.add_device(link.name, "mlx5_core", "pci");
    test::add_vnic_pair(tree);
  }

  [[nodiscard]] DeviceFacts read() const { return read_device_facts(paths, link); }
  [[nodiscard]] fs::path device() const { return tree.device(link.name); }
};

TEST_F(DeviceFactsTree, NameDriverAndBus) {
  const DeviceFacts facts = read();
  EXPECT_EQ(facts.driver, "mlx5_core");
  EXPECT_EQ(facts.bus, "pci");
  EXPECT_FALSE(facts.bus_from_message);
  EXPECT_EQ(facts.location, "");
  EXPECT_EQ(facts.node_source, NodeSource::none);
  EXPECT_FALSE(facts.hcn_id.has_value());
}

TEST_F(DeviceFactsTree, ReadTheNodeThatTheKernelLinks) {
  tree.link_node(link.name, test::kPort);
  const DeviceFacts facts = read();
  EXPECT_EQ(facts.node_source, NodeSource::of_node);
  EXPECT_EQ(facts.node, test::kPort);
  EXPECT_EQ(facts.node_type, NodeType::pci);
  EXPECT_EQ(facts.hcn_id, HcnId{0x333e80f5});
  EXPECT_EQ(facts.hcn_mode, HcnMode::primary);
  EXPECT_EQ(facts.drc_index, 0x20008007U) << "of the host bridge";
  EXPECT_EQ(facts.location, "U78D2.001.WZS00AB-P1-C7-T1-S1");
}

TEST_F(DeviceFactsTree, ReadTheNodeThatDevspecNames) {
  link.name = "env6";
  tree.add_device(link.name, "ibmvnic", "vio");
  tree.write_devspec(link.name, "/vdevice/vnic@30000006\n");
  const DeviceFacts facts = read();
  EXPECT_EQ(facts.node_source, NodeSource::devspec);
  EXPECT_EQ(facts.node, test::kVnic);
  EXPECT_EQ(facts.node_type, NodeType::vnic);
  EXPECT_EQ(facts.hcn_mode, HcnMode::backup);
  EXPECT_EQ(facts.drc_index, 0x30000006U);
}

// A container sees the host's sysfs under a root of its own.
TEST_F(DeviceFactsTree, NameTheNodeBelowAnotherRoot) {
  const fs::path base = tree.folder() / "sys/firmware/devicetree/base/vdevice/vnic@30000006";
  fs::create_directories(base);
  fs::create_directory_symlink(base, device() / "of_node");
  EXPECT_EQ(read().node, test::kVnic);
}

TEST_F(DeviceFactsTree, PreferTheLinkToTheText) {
  tree.link_node(link.name, test::kPort);
  tree.write_devspec(link.name, "/vdevice/vnic@30000006");
  EXPECT_EQ(read().node, test::kPort);
}

TEST_F(DeviceFactsTree, DoNotLeaveTheDeviceTree) {
  tree.write_devspec(link.name, "/../device-tree/vdevice/vnic@30000006");
  EXPECT_FALSE(read().hcn_id.has_value());
}

TEST_F(DeviceFactsTree, SayNothingForAShortId) {
  tree.property(test::kPort, "ibm,hcn-id", "\x19\x15");
  tree.link_node(link.name, test::kPort);
  EXPECT_FALSE(read().hcn_id.has_value());
  EXPECT_EQ(read().hcn_mode, HcnMode::primary);
}

// fail_over_mac=follow gives the present address to the other slave at every failover.
TEST_F(DeviceFactsTree, FindTheNodeByThePermanentAddressOnly) {
  fs::remove_all(device());
  link.address = bond::MacAddress::parse("2e:7a:32:2d:3d:06");
  EXPECT_EQ(read().node_source, NodeSource::none);
  link.permanent_address = bond::MacAddress::parse("2e:7a:30:83:f5:00");
  const DeviceFacts facts = read();
  EXPECT_EQ(facts.node_source, NodeSource::address);
  EXPECT_EQ(facts.node, test::kPort);
  EXPECT_EQ(facts.hcn_id, HcnId{0x333e80f5});
  EXPECT_EQ(facts.drc_index, 0x20008007U);
}

TEST_F(DeviceFactsTree, BelieveNoAddressThatTwoNodesHave) {
  tree.hnv_node("vdevice/vnic@30000007", 1, "backup",
                test::bytes_of({0x2e, 0x7a, 0x30, 0x83, 0xf5, 0}));
  link.permanent_address = bond::MacAddress::parse("2e:7a:30:83:f5:00");
  EXPECT_EQ(read().node_source, NodeSource::none);
}

TEST_F(DeviceFactsTree, FallBackToTheBusOfTheLinkMessage) {
  fs::remove(device() / "subsystem");
  link.parent_bus = "vio";
  EXPECT_EQ(read().bus, "vio");
  EXPECT_TRUE(read().bus_from_message);
}

TEST_F(DeviceFactsTree, AreReadOnceForEachDeviceAndName) {
  tree.link_node(link.name, test::kPort);
  DeviceFactsCache cache(paths);
  EXPECT_EQ(cache.facts_of(link, now).driver, "mlx5_core");
  fs::remove(device() / "driver");
  link.lower_up = true;
  EXPECT_EQ(cache.facts_of(link, now + 1h).driver, "mlx5_core");
  link.name = "eth0";
  EXPECT_EQ(cache.facts_of(link, now).driver, "") << "another name is another folder of sysfs";
}

TEST_F(DeviceFactsTree, AreReadAgainUntilTheNodeNamesItsPair) {
  DeviceFactsCache cache(paths);
  EXPECT_FALSE(cache.facts_of(link, now).hcn_id.has_value());
  tree.link_node(link.name, test::kPort);
  EXPECT_FALSE(cache.facts_of(link, now + DeviceFactsCache::kReread - 1ms).hcn_id.has_value());
  EXPECT_TRUE(cache.facts_of(link, now + DeviceFactsCache::kReread).hcn_id.has_value());
}

TEST_F(DeviceFactsTree, AreReadAgainWhenTheLinkChanges) {
  DeviceFactsCache cache(paths);
  EXPECT_FALSE(cache.facts_of(link, now).hcn_id.has_value());
  tree.link_node(link.name, test::kPort);
  EXPECT_FALSE(cache.facts_of(link, now).hcn_id.has_value());
  link.lower_up = true;
  EXPECT_TRUE(cache.facts_of(link, now).hcn_id.has_value());
}

TEST_F(DeviceFactsTree, AreFinalWithoutADeviceTree) {
  fs::remove_all(tree.root());
  DeviceFactsCache cache(paths);
  EXPECT_EQ(cache.facts_of(link, now).driver, "mlx5_core");
  fs::remove(device() / "driver");
  EXPECT_EQ(cache.facts_of(link, now + 1h).driver, "mlx5_core");
}

TEST_F(DeviceFactsTree, AreForgottenWithTheDevice) {
  tree.link_node(link.name, test::kPort);
  DeviceFactsCache cache(paths);
  EXPECT_EQ(cache.facts_of(link, now).driver, "mlx5_core");
  cache.drop_unused();
  fs::remove(device() / "driver");
  EXPECT_EQ(cache.facts_of(link, now).driver, "mlx5_core") << "used since the last call";
  cache.drop_unused();
  cache.drop_unused();
  EXPECT_EQ(cache.facts_of(link, now).driver, "");
}

TEST_F(DeviceFactsTree, AreForgottenAfterAMigration) {
  tree.link_node(link.name, test::kPort);
  DeviceFactsCache cache(paths);
  EXPECT_EQ(cache.facts_of(link, now).location, "U78D2.001.WZS00AB-P1-C7-T1-S1");
  tree.property(test::kPort, "ibm,loc-code", test::nul_ended("U78D2.001.OTHER-P1-C2-T1-S1"));
  cache.forget_all();
  EXPECT_EQ(cache.facts_of(link, now).location, "U78D2.001.OTHER-P1-C2-T1-S1");
}

}  // namespace
