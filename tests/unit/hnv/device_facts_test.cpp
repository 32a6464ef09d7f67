// SPDX-License-Identifier: Apache-2.0
#include "hnv/device_facts.hpp"

#include <gtest/gtest.h>

#include "tests/support/device_tree_fixture.hpp"

namespace {

using namespace hnv;
using namespace hnv::test;
namespace fs = std::filesystem;

// A slave's part of sysfs and of the device tree, as on a partition.
struct DeviceFactsTree : testing::Test {
  DeviceTreeFixture tree;
  bond::Link port;
  bond::Link veth;

  void SetUp() override {
    port.index = bond::IfIndex{3};
    port.name = "enP2p0s1";
    port.permanent_address = bond::MacAddress::parse("52:54:00:00:00:11");
    veth.index = bond::IfIndex{4};
    veth.name = "env3";
    veth.permanent_address = bond::MacAddress::parse("52:54:00:00:00:12");
    tree.add_device("enP2p0s1", "mlx5_core", "pci");
    tree.add_device("env3", "ibmveth", "vio");
  }
  [[nodiscard]] DeviceFacts read(const bond::Link& link) const {
    return read_device_facts(tree.paths(), link);
  }
};

TEST_F(DeviceFactsTree, NameDriverAndBus) {
  const DeviceFacts facts = read(port);
  EXPECT_EQ(facts.driver, "mlx5_core");
  EXPECT_EQ(facts.bus, "pci");
  EXPECT_EQ(facts.node, "");
  EXPECT_FALSE(facts.hcn_id.has_value());
}

TEST_F(DeviceFactsTree, ReadTheNodeThatTheKernelLinks) {
  add_veth_pair(tree);
  tree.link_node("enP2p0s1", kEmulatedPort);
  const DeviceFacts facts = read(port);
  EXPECT_EQ(facts.node, kEmulatedPort);
  EXPECT_EQ(facts.hcn_id, HcnId{0x191554c8});
  EXPECT_EQ(facts.hcn_mode, HcnMode::primary);
  EXPECT_EQ(facts.node_type, NodeType::pci);
  EXPECT_EQ(facts.drc_index, 0x20000002U) << "the host bridge's, as the HMC names it";
}

TEST_F(DeviceFactsTree, ReadTheNodeInTheKernelsOwnTree) {
  // /proc/device-tree is a link to this place.
  const fs::path base = tree.folder() / "sys/firmware/devicetree/base";
  fs::create_directories(base / kVeth);
  fs::create_directory_symlink(base / kVeth, tree.device("env3") / "of_node");
  add_veth_pair(tree);
  EXPECT_EQ(read(veth).node, kVeth);
  EXPECT_EQ(read(veth).hcn_mode, HcnMode::backup);
}

TEST_F(DeviceFactsTree, ReadTheNodeThatDevspecNames) {
  add_veth_pair(tree);
  tree.write_devspec("env3", "/" + std::string(kVeth) + "\n");
  const DeviceFacts facts = read(veth);
  EXPECT_EQ(facts.hcn_id, HcnId{0x191554c8});
  EXPECT_EQ(facts.node_type, NodeType::l_lan);
}

TEST_F(DeviceFactsTree, FindTheNodeByThePermanentAddress) {
  add_veth_pair(tree);
  EXPECT_EQ(read(port).node, kEmulatedPort);
  EXPECT_EQ(read(veth).node, kVeth) << "two bytes of padding before it";
  // At a failover the present addresses are swapped.
  port.address = veth.permanent_address;
  port.permanent_address.reset();
  EXPECT_EQ(read(port).node, "");
}

TEST_F(DeviceFactsTree, BelieveNoAddressThatTwoNodesHave) {
  add_veth_pair(tree);
  tree.hnv_node("vdevice/vnic@30000009", 0x5558a5a3, "backup",
                bytes_of({0x52, 0x54, 0, 0, 0, 0x11}));
  EXPECT_EQ(read(port).node, "");
}

TEST_F(DeviceFactsTree, DoNotLeaveTheDeviceTree) {
  tree.property("../outside", "ibm,hcn-id", cell(0x191554c8));
  tree.write_devspec("enP2p0s1", "/../outside");
  EXPECT_FALSE(read(port).hcn_id.has_value());
}

TEST_F(DeviceFactsTree, SayNothingForAShortId) {
  tree.property(kEmulatedPort, "ibm,hcn-id", "\x19\x15");
  tree.link_node("enP2p0s1", kEmulatedPort);
  EXPECT_FALSE(read(port).hcn_id.has_value());
}

TEST_F(DeviceFactsTree, FallBackToTheBusOfTheLinkMessage) {
  fs::remove(tree.device("env3") / "subsystem");
  veth.parent_bus = "vio";
  EXPECT_EQ(read(veth).bus, "vio");
}

TEST_F(DeviceFactsTree, AreReadOnceForEachDeviceAndName) {
  add_veth_pair(tree);
  tree.link_node("enP2p0s1", kEmulatedPort);
  DeviceFactsCache cache(tree.paths());
  EXPECT_EQ(cache.facts_of(port).driver, "mlx5_core");
  fs::remove(tree.device("enP2p0s1") / "driver");
  port.carrier_changes = 7;
  EXPECT_EQ(cache.facts_of(port).driver, "mlx5_core");
  port.name = "eth0";
  EXPECT_EQ(cache.facts_of(port).driver, "") << "another name is another folder of sysfs";
}

TEST_F(DeviceFactsTree, AreReadAgainWhenTheNodeMayHaveBecomeHnv) {
  tree.link_node("enP2p0s1", ".");
  DeviceFactsCache cache(tree.paths());
  EXPECT_FALSE(cache.facts_of(port).hcn_id.has_value());
  fs::remove(tree.device("enP2p0s1") / "of_node");
  add_veth_pair(tree);
  tree.link_node("enP2p0s1", kEmulatedPort);
  EXPECT_FALSE(cache.facts_of(port).hcn_id.has_value()) << "nothing has happened to the device";
  port.master = bond::IfIndex{9};
  EXPECT_EQ(cache.facts_of(port).hcn_id, HcnId{0x191554c8});
}

TEST_F(DeviceFactsTree, AreForgottenWithTheDevice) {
  DeviceFactsCache cache(tree.paths());
  EXPECT_EQ(cache.facts_of(port).driver, "mlx5_core");
  cache.drop_unused();
  fs::remove(tree.device("enP2p0s1") / "driver");
  EXPECT_EQ(cache.facts_of(port).driver, "mlx5_core") << "used since the last call";
  cache.drop_unused();
  cache.drop_unused();
  EXPECT_EQ(cache.facts_of(port).driver, "");
}

}  // namespace
