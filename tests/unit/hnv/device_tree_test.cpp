// SPDX-License-Identifier: Apache-2.0
#include "hnv/device_tree.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <thread>

#include "tests/support/device_tree_fixture.hpp"

namespace {

using namespace hnv;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
namespace fs = std::filesystem;

struct DeviceTree : testing::Test {
  test::DeviceTreeFixture tree;
  [[nodiscard]] DeviceTreeScan scan() const { return scan_device_tree(tree.root()); }
};

TEST_F(DeviceTree, ShowsAPairOfAPartition) {
  test::add_vnic_pair(tree);
  const auto seen = scan();
  EXPECT_THAT(seen.findings, IsEmpty());
  EXPECT_THAT(
      seen.nodes,
      ElementsAre(
          HnvNode{test::kPort, NodeType::pci, HcnId{0x333e80f5}, HcnMode::primary, 0x20008007,
                  "U78D2.001.WZS00AB-P1-C7-T1-S1", bond::MacAddress::parse("2e:7a:30:83:f5:00")},
          HnvNode{test::kVnic, NodeType::vnic, HcnId{0x333e80f5}, HcnMode::backup, 0x30000006,
                  "U9080.HEX.1234567-V3-C6-T0", bond::MacAddress::parse("2e:7a:32:2d:3d:06")}));
}

TEST_F(DeviceTree, ShowsAVirtualEthernetAndTheBridgesIndex) {
  test::add_veth_pair(tree);
  const auto seen = scan();
  EXPECT_THAT(seen.findings, IsEmpty());
  ASSERT_EQ(seen.nodes.size(), 2U);
  EXPECT_EQ(seen.nodes[0].drc_index, 0x20000002U) << "the port's own index is not its bridge's";
  EXPECT_EQ(seen.nodes[1].type, NodeType::l_lan);
  EXPECT_EQ(seen.nodes[1].local_address, bond::MacAddress::parse("52:54:00:00:00:12"));
  EXPECT_FALSE(seen.nodes[1].drc_index.has_value());
  EXPECT_EQ(seen.nodes[1].location, "");
}

TEST_F(DeviceTree, KeepsSilentAboutOtherNodes) {
  tree.property("cpus/PowerPC,POWER10@0", "reg", "x");
  tree.property("pci@1/ethernet@0", "local-mac-address", "too long to be one");
  tree.property("pci@1/scsi@1", "ibm,hcn-id", test::cell(1));
  tree.property("vdevice/vty@30000000", "ibm,hcn-id", test::cell(1));
  tree.property("vdevice/l-lan@30000002", "ibm,my-drc-index", "x");
  const auto seen = scan();
  EXPECT_THAT(seen.nodes, IsEmpty());
  EXPECT_THAT(seen.findings, IsEmpty());
}

TEST_F(DeviceTree, MayBeAbsent) {
  const auto seen = scan_device_tree(tree.root() / "absent");
  EXPECT_THAT(seen.nodes, IsEmpty());
  EXPECT_THAT(seen.findings, IsEmpty());
  tree.property("", "file", "");
  EXPECT_THAT(scan_device_tree(tree.root() / "file").findings, ElementsAre(HasSubstr("ENOTDIR")));
}

TEST_F(DeviceTree, NamesWhatCannotBeUsed) {
  test::add_vnic_pair(tree);
  const std::string vnic = test::kVnic;
  tree.property(vnic, "ibm,hcn-mode", test::nul_ended("standby"));
  tree.property(vnic, "local-mac-address", "abc");
  tree.property(vnic, "ibm,my-drc-index", "ab");
  tree.property(vnic, "ibm,loc-code", std::string(5000, 'x'));
  tree.property("pci@800000029008007", "ibm,my-drc-index", "");
  const auto seen = scan();
  ASSERT_EQ(seen.nodes.size(), 2U) << "the rest of the node is of use";
  EXPECT_FALSE(seen.nodes[1].mode.has_value());
  EXPECT_FALSE(seen.nodes[1].drc_index.has_value());
  EXPECT_THAT(seen.findings,
              ElementsAre("pci@800000029008007: ibm,my-drc-index: has 0 bytes instead of 4",
                          vnic + ": ibm,hcn-mode: 'standby' is not one of primary, backup",
                          vnic + ": ibm,my-drc-index: has 2 bytes instead of 4",
                          vnic + ": ibm,loc-code: larger than 4096 bytes",
                          vnic + ": local-mac-address: has 3 bytes instead of 6 or 8"));
}

TEST_F(DeviceTree, NamesAnIdThatIsNone) {
  tree.property("vdevice/vnic@1", "ibm,hcn-id", "abc");
  tree.property("vdevice/vnic@2", "ibm,hcn-id", test::cell(7) + "more");
  const auto seen = scan();
  ASSERT_EQ(seen.nodes.size(), 1U);
  EXPECT_EQ(seen.nodes[0].hcn_id, HcnId{7});
  EXPECT_THAT(seen.findings, ElementsAre("vdevice/vnic@1: ibm,hcn-id: has 3 bytes instead of 4",
                                         "vdevice/vnic@2: ibm,hcn-id: has 8 bytes instead of 4"));
}

// A pipe without a writer, a link to its own folder and a folder where a file should be.
TEST_F(DeviceTree, NeitherWaitsNorLoops) {
  test::add_vnic_pair(tree);
  const fs::path root = tree.root();
  fs::create_directories(root / "vdevice/vnic@1");
  ASSERT_EQ(::mkfifo((root / "vdevice/vnic@1/ibm,hcn-id").c_str(), 0600), 0);
  fs::create_directories(root / "vdevice/vnic@2/ibm,hcn-id");
  fs::create_directory_symlink(root / "vdevice", root / "vdevice/l-lan@3");
  fs::create_directory_symlink(root, root / "pci@4");
  ASSERT_EQ(::mkfifo((root / "pci@5").c_str(), 0600), 0);
  const auto seen = scan();
  EXPECT_EQ(seen.nodes.size(), 2U);
  EXPECT_THAT(seen.findings,
              testing::UnorderedElementsAre("vdevice/vnic@1: ibm,hcn-id: not a plain file",
                                            "vdevice/vnic@2: ibm,hcn-id: not a plain file",
                                            "vdevice/l-lan@3: ENOTDIR: Not a directory",
                                            "pci@4: ENOTDIR: Not a directory",
                                            "pci@5: ENOTDIR: Not a directory"));
}

TEST_F(DeviceTree, NamesPairsThatAreNone) {
  const std::string address = test::bytes_of({0x52, 0x54, 0, 0, 0, 1});
  tree.hnv_node("pci@1/ethernet@0", 7, "primary", address);
  tree.hnv_node("pci@2/ethernet@0", 7, "primary", address);
  tree.hnv_node("vdevice/l-lan@3", 8, "backup", address);
  tree.hnv_node("vdevice/vnic@4", 8, "backup", address);
  EXPECT_THAT(
      scan().findings,
      ElementsAre("hcn-id 00000007: 2 devices of mode primary: pci@1/ethernet@0, pci@2/ethernet@0",
                  "hcn-id 00000008: 2 devices of mode backup: vdevice/l-lan@3, vdevice/vnic@4"));
}

TEST_F(DeviceTree, IsBounded) {
  const std::string address = test::bytes_of({0x52, 0x54, 0, 0, 0, 1});
  for (std::uint32_t id = 0; id < 11; ++id) {
    tree.hnv_node("vdevice/l-lan@" + std::to_string(id), id, "backup", address);
  }
  EXPECT_THAT(scan().findings, ElementsAre("hcn-ids: 11; a partition has at most 10"));
  for (std::size_t id = 11; id < kMostNodes + 2 * kMostFindings; ++id) {
    tree.hnv_node("vdevice/l-lan@" + std::to_string(id), 5, "backup", address);
  }
  const auto seen = scan();
  EXPECT_EQ(seen.nodes.size(), kMostNodes);
  EXPECT_EQ(seen.findings.size(), kMostFindings);
}

// Nodes come and go while they are read: what is reported is whole.
TEST_F(DeviceTree, MayChangeDuringTheScan) {
  std::atomic<bool> end = false;
  std::thread hotplug([&] {
    while (!end) {
      test::add_vnic_pair(tree);
      fs::remove_all(tree.root() / "pci@800000029008007");
      fs::remove_all(tree.root() / "vdevice");
    }
  });
  for (int round = 0; round < 2000; ++round) {
    for (const HnvNode& node : scan().nodes) EXPECT_EQ(node.hcn_id.value, 0x333e80f5U);
  }
  end = true;
  hotplug.join();
}

TEST(NodeType, FollowsFromThePath) {
  EXPECT_EQ(node_type_of(test::kPort), NodeType::pci);
  EXPECT_EQ(node_type_of(test::kVnic), NodeType::vnic);
  EXPECT_EQ(node_type_of(test::kVeth), NodeType::l_lan);
  EXPECT_FALSE(node_type_of("vdevice/v-scsi@2").has_value());
  EXPECT_FALSE(node_type_of("vnic@2").has_value());
  EXPECT_FALSE(node_type_of("").has_value());
}

}  // namespace
