// SPDX-License-Identifier: Apache-2.0
// Others who write to the bond, and a kernel that refuses.
#include "tests/simulation/story.hpp"

namespace hnv::test {

namespace {

class Contention : public Story {
 protected:
  void SetUp() override { settle(); }
  void take_traffic() { kernel().write_active_slave(bond(), virtual_slave()); }
};

TEST_F(Contention, ClearedPrimaryIsSetAgainAtOnce) {
  kernel().write_primary(bond(), "");
  run_for(1s);
  EXPECT_EQ(primary(), sriov());
  EXPECT_EQ(active(), sriov());
  EXPECT_EQ(writes(), 2U);
}

TEST_F(Contention, PrimaryThatAProfileOverwritesIsRepairedAtTheSlowRate) {
  for (int loss = 0; loss < 3; ++loss) {
    kernel().write_primary(bond(), "");
    run_for(10s);
  }
  EXPECT_EQ(writes(), 3U);  // the first, and two repairs
  EXPECT_EQ(primary(), std::nullopt);
  EXPECT_EQ(state(), WatchState::backing_off);
  EXPECT_EQ(simulation().status(bond()).primary_losses, 3U);
  run_for(270s);
  EXPECT_EQ(primary(), std::nullopt);
  run_for(30s);
  EXPECT_EQ(primary(), sriov());
}

TEST_F(Contention, TrafficTakenAwayIsBroughtBackAfterTheHoldDown) {
  take_traffic();
  run_for(9s);
  EXPECT_EQ(active(), virtual_slave());
  EXPECT_EQ(state(), WatchState::hold_down);
  run_for(2s);
  EXPECT_EQ(active(), sriov());
}

TEST_F(Contention, TrafficIsBroughtBackAtMostOnceAMinute) {
  const std::size_t before = writes();
  for (int time = 0; time < 60; ++time) {
    take_traffic();
    run_for(10s);
  }
  EXPECT_LE(writes() - before, 10U);
  EXPECT_GE(writes() - before, 8U);
}

TEST_F(Contention, RepairRespectsAnotherPrimary) {
  simulation().set_mode(Mode::repair);
  ASSERT_TRUE(kernel().set_primary(bond(), virtual_slave()));
  run_for(1h);
  EXPECT_EQ(active(), virtual_slave());
  EXPECT_EQ(off_reason(), OffReason::external);
}

TEST_F(Contention, RepairRespectsTrafficTakenAway) {
  simulation().set_mode(Mode::repair);
  take_traffic();
  run_for(1h);
  EXPECT_EQ(active(), virtual_slave());
  EXPECT_EQ(writes(), 1U);
}

TEST_F(Contention, RefusalBacksOffAndEnds) {
  kernel().write_primary(bond(), "");
  simulation().actuator.refuse(base::ErrorCode::permission);
  const std::size_t before = writes();
  run_for(30min);
  // 10, 20, 40, 80, 160 seconds, then every 300.
  EXPECT_LE(writes() - before, 11U);
  EXPECT_GE(writes() - before, 8U);
  EXPECT_EQ(failures(RestoreFailure::permission), writes() - before);
  EXPECT_EQ(state(), WatchState::backing_off);
  simulation().actuator.refuse(std::nullopt);
  run_for(331s);
  EXPECT_EQ(primary(), sriov());
  EXPECT_EQ(state(), WatchState::steady);
}

TEST_F(Contention, WriteThatIsUndoneAtOnceIsOverridden) {
  kernel().write_primary(bond(), "");
  strand();
  run_for(10s);  // another program answers each failover by taking the traffic away
  take_traffic();
  EXPECT_GE(writes(), 1U);
  run_for(1h);
  EXPECT_EQ(active(), sriov());
}

TEST(TwoBonds, AreRestoredIndependently) {
  Config config;
  config.bonds.push_back(BondConfig{"bond0", ByBus{"pci"}, 2});
  config.bonds.push_back(BondConfig{"bond1", ByPermanentAddress{{{0x52, 0x54, 0, 0, 0, 0x77}}}, 2});
  Simulation simulation(config);
  FakeKernel& kernel = simulation.kernel;
  std::vector<IfIndex> bonds;
  std::vector<IfIndex> sriov;
  for (const std::string number : {"0", "1"}) {
    FakeBondOptions bond;
    bond.name = "bond" + number;
    bond.primary_reselect = bond::PrimaryReselect::failure;  // a third slave moves nothing
    FakeDeviceOptions fast;
    fast.name = "vf" + number;
    if (number == "1") fast.address = {{0x52, 0x54, 0, 0, 0, 0x77}};
    FakeDeviceOptions slow;
    slow.name = "env" + number;
    slow.bus = "vio";
    bonds.push_back(kernel.add_bond(bond));
    sriov.push_back(kernel.add_device(fast));
    kernel.enslave(bonds.back(), sriov.back());
    kernel.enslave(bonds.back(), kernel.add_device(slow));
  }
  for (const IfIndex slave : sriov) kernel.set_plugged(slave, false);
  kernel.advance(1s);
  for (const IfIndex slave : sriov) kernel.set_plugged(slave, true);
  simulation.run_for(5s);
  // The second bond changes, the first does not wait for it.
  FakeDeviceOptions third;
  third.name = "env9";
  third.bus = "vio";
  kernel.enslave(bonds[1], kernel.add_device(third));
  simulation.run_for(11s);
  EXPECT_EQ(simulation.active(bonds[0]), sriov[0]);
  EXPECT_NE(simulation.active(bonds[1]), sriov[1]);
  simulation.run_for(5s);
  EXPECT_EQ(simulation.active(bonds[1]), sriov[1]);
  EXPECT_EQ(simulation.writes().size(), 2U);
}

}  // namespace

}  // namespace hnv::test
