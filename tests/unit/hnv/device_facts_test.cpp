// SPDX-License-Identifier: Apache-2.0
#include "hnv/device_facts.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace {

using namespace hnv;
namespace fs = std::filesystem;

// A slave's part of sysfs and of the device tree, as on a partition.
struct DeviceFactsTree : testing::Test {
  fs::path root = fs::path(testing::TempDir()) / ("hnv_device_facts." + std::to_string(::getpid()));
  Paths paths{root / "sys", root / "proc", root / "device-tree"};
  bond::Link link;

  void SetUp() override {
    fs::remove_all(root);
    link.index = bond::IfIndex{3};
    link.name = "enP16392p1s0";
    fs::create_directories(root / "drivers/mlx5_core");
    fs::create_directories(root / "bus/pci");
    fs::create_directories(device());
    fs::create_directory_symlink(root / "drivers/mlx5_core", device() / "driver");
    fs::create_directory_symlink(root / "bus/pci", device() / "subsystem");
    make_node(root / "node", std::string("\x19\x15\x54\xc8", 4));
  }
  void TearDown() override { fs::remove_all(root); }

  [[nodiscard]] fs::path device() const { return root / "sys/class/net" / link.name / "device"; }

  static void write(const fs::path& path, const std::string& content) {
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << content;
  }
  static void make_node(const fs::path& node, const std::string& hcn_id) {
    write(node / "ibm,loc-code", std::string("U78D2.001.WZS00AB-P1-C7-T1-S1\0", 30));
    write(node / "ibm,hcn-id", hcn_id);
  }
};

TEST_F(DeviceFactsTree, NameDriverAndBus) {
  const DeviceFacts facts = read_device_facts(paths, link);
  EXPECT_EQ(facts.driver, "mlx5_core");
  EXPECT_EQ(facts.bus, "pci");
  EXPECT_EQ(facts.location, "");
  EXPECT_FALSE(facts.hcn_id.has_value());
}

TEST_F(DeviceFactsTree, ReadTheNodeThatTheKernelLinks) {
  fs::create_directory_symlink(root / "node", device() / "of_node");
  const DeviceFacts facts = read_device_facts(paths, link);
  EXPECT_EQ(facts.hcn_id, HcnId{0x191554c8});
  EXPECT_EQ(facts.location, "U78D2.001.WZS00AB-P1-C7-T1-S1");
}

TEST_F(DeviceFactsTree, ReadTheNodeThatDevspecNames) {
  write(device() / "devspec", "/pci@800000020004008/ethernet@0\n");
  make_node(paths.devicetree / "pci@800000020004008/ethernet@0",
            std::string("\x19\x15\x54\xc8", 4));
  EXPECT_EQ(read_device_facts(paths, link).hcn_id, HcnId{0x191554c8});
}

TEST_F(DeviceFactsTree, DoNotLeaveTheDeviceTree) {
  write(device() / "devspec", "/../node");
  fs::create_directories(paths.devicetree);
  EXPECT_FALSE(read_device_facts(paths, link).hcn_id.has_value());
}

TEST_F(DeviceFactsTree, SayNothingForAShortId) {
  make_node(root / "node", "\x19\x15");
  fs::create_directory_symlink(root / "node", device() / "of_node");
  EXPECT_FALSE(read_device_facts(paths, link).hcn_id.has_value());
}

TEST_F(DeviceFactsTree, FallBackToTheBusOfTheLinkMessage) {
  fs::remove(device() / "subsystem");
  link.parent_bus = "vio";
  EXPECT_EQ(read_device_facts(paths, link).bus, "vio");
}

TEST_F(DeviceFactsTree, AreReadOnceForEachDeviceAndName) {
  DeviceFactsCache cache(paths);
  EXPECT_EQ(cache.facts_of(link).driver, "mlx5_core");
  fs::remove(device() / "driver");
  EXPECT_EQ(cache.facts_of(link).driver, "mlx5_core");
  link.name = "eth0";
  EXPECT_EQ(cache.facts_of(link).driver, "") << "another name is another folder of sysfs";
}

TEST_F(DeviceFactsTree, AreForgottenWithTheDevice) {
  DeviceFactsCache cache(paths);
  EXPECT_EQ(cache.facts_of(link).driver, "mlx5_core");
  cache.drop_unused();
  fs::remove(device() / "driver");
  EXPECT_EQ(cache.facts_of(link).driver, "mlx5_core") << "used since the last call";
  cache.drop_unused();
  cache.drop_unused();
  EXPECT_EQ(cache.facts_of(link).driver, "");
}

}  // namespace
