// SPDX-License-Identifier: Apache-2.0
#include "tests/support/fake_kernel.hpp"

#include "tests/support/contract_suite.hpp"
#include "tests/support/fake_world.hpp"

namespace hnv::test {

INSTANTIATE_TEST_SUITE_P(FakeKernel, BondContract, ::testing::Values(&make_fake_world));

namespace {

// Measured on Linux 6.1; later kernels give the slave that comes back a random address instead.
TEST(FakeKernel, ReplugLeavesBothSlavesWithTheBondsAddress) {
  FakeKernel kernel;
  const IfIndex bond = kernel.add_bond({});
  FakeDeviceOptions fast;
  fast.name = "vf0";
  fast.address = bond::MacAddress::parse("52:54:00:00:00:11");
  FakeDeviceOptions slow;
  slow.name = "env3";
  const IfIndex virtual_slave = kernel.add_device(slow);
  IfIndex sriov = kernel.add_device(fast);
  kernel.enslave(bond, sriov);
  kernel.enslave(bond, virtual_slave);
  ASSERT_TRUE(kernel.set_primary(bond, sriov));
  kernel.remove_device(sriov);
  sriov = kernel.add_device(fast);
  kernel.enslave(bond, sriov);
  EXPECT_EQ(kernel.link(bond)->bond->active_slave, sriov);
  EXPECT_EQ(kernel.link(sriov)->address, fast.address);
  EXPECT_TRUE(has_mac_conflict(*kernel.link(bond), *kernel.link(virtual_slave)));
}

// With several others the kernel prefers the first of them while the primary is down.
TEST(FakeKernel, PrimaryThatIsDownMayMoveTrafficAmongOthers) {
  FakeKernel kernel;
  const IfIndex bond = kernel.add_bond({});
  std::vector<IfIndex> slaves;
  for (const char* name : {"vf0", "env3", "env4"}) {
    FakeDeviceOptions device;
    device.name = name;
    slaves.push_back(kernel.add_device(device));
    kernel.enslave(bond, slaves.back());
  }
  kernel.set_plugged(slaves[0], false);
  kernel.advance(std::chrono::seconds(1));
  ASSERT_EQ(kernel.write_active_slave(bond, slaves[2]), 0);
  ASSERT_TRUE(kernel.set_primary(bond, slaves[0]));
  EXPECT_EQ(kernel.link(bond)->bond->active_slave, slaves[1]);
}

TEST(FakeKernel, SpeedDecidesWhenBetterIsAskedFor) {
  for (const std::uint32_t speed : {10'000U, 1'000U}) {
    FakeKernel kernel;
    FakeBondOptions options;
    options.primary_reselect = bond::PrimaryReselect::better;
    const IfIndex bond = kernel.add_bond(options);
    FakeDeviceOptions fast;
    fast.name = "vf0";
    fast.speed = speed;
    FakeDeviceOptions slow;
    slow.name = "env3";
    slow.speed = 1'000;
    const IfIndex sriov = kernel.add_device(fast);
    const IfIndex virtual_slave = kernel.add_device(slow);
    kernel.enslave(bond, sriov);
    kernel.enslave(bond, virtual_slave);
    ASSERT_TRUE(kernel.set_primary(bond, sriov));
    kernel.set_plugged(sriov, false);
    kernel.advance(std::chrono::seconds(1));
    kernel.set_plugged(sriov, true);
    kernel.advance(std::chrono::seconds(1));
    EXPECT_EQ(kernel.link(bond)->bond->active_slave, speed > slow.speed ? sriov : virtual_slave);
  }
}

TEST(FakeKernel, DowndelayKeepsASlaveThatComesBackInTime) {
  FakeKernel kernel;
  FakeBondOptions options;
  options.downdelay = std::chrono::seconds(1);
  const IfIndex bond = kernel.add_bond(options);
  FakeDeviceOptions device;
  device.name = "vf0";
  const IfIndex slave = kernel.add_device(device);
  kernel.enslave(bond, slave);
  kernel.set_plugged(slave, false);
  kernel.advance(std::chrono::milliseconds(500));
  EXPECT_EQ(kernel.link(slave)->slave->mii_status, bond::MiiStatus::going_down);
  kernel.set_plugged(slave, true);
  kernel.advance(std::chrono::milliseconds(500));
  EXPECT_EQ(kernel.link(slave)->slave->mii_status, bond::MiiStatus::up);
  EXPECT_EQ(kernel.link(slave)->slave->link_failure_count, 0U);
}

}  // namespace

}  // namespace hnv::test
