// SPDX-License-Identifier: Apache-2.0
// Slaves that go and come back: unplugged, migrated, renamed, re-attached by hcnmgr.
#include <algorithm>

#include "tests/simulation/story.hpp"

namespace hnv::test {

namespace {

class Replug : public Story {
 protected:
  void SetUp() override { settle(); }
  void perform(Deed deed, std::chrono::milliseconds then, bool to_sriov = true) {
    scene().perform(Step{deed, to_sriov, then, true});
  }
};

TEST_F(Replug, UnpluggedSlaveIsAbsent) {
  const std::size_t before = writes();
  scene().unplug(true);
  run_for(1h);
  EXPECT_EQ(active(), virtual_slave());
  EXPECT_EQ(state(), WatchState::on_virtual);
  EXPECT_EQ(off_reason(), OffReason::absent);
  EXPECT_EQ(writes(), before);
}

TEST_F(Replug, SameNameNeedsNoWrite) {
  const std::size_t before = writes();
  perform(Deed::replug, 1ms);
  EXPECT_EQ(active(), sriov());
  run_for(1h);
  EXPECT_EQ(writes(), before);
  EXPECT_EQ(state(), WatchState::steady);
}

TEST_F(Replug, AnotherNameIsRestoredAfterSettle) {
  const std::size_t before = writes();
  perform(Deed::replug_renamed, 14900ms);
  EXPECT_EQ(active(), virtual_slave());
  EXPECT_EQ(writes(), before);
  run_for(200ms);
  EXPECT_EQ(active(), sriov());
  EXPECT_EQ(primary(), sriov());
  EXPECT_EQ(writes(), before + 1);
}

TEST_F(Replug, RenamedSlaveIsMadePrimaryAgain) {
  perform(Deed::rename, 14s);
  EXPECT_EQ(primary(), std::nullopt);
  run_for(2s);
  EXPECT_EQ(active(), sriov());
  EXPECT_EQ(primary(), sriov());
}

// A boot scan or hcncfgdrc detaches and attaches each port twice.
TEST_F(Replug, NothingIsWrittenWhileHcnmgrReattachesAllPorts) {
  const std::size_t before = writes();
  for (int round = 0; round < 2; ++round) {
    for (const Deed deed : {Deed::release, Deed::enslave}) {
      perform(deed, 2s, true);
      perform(deed, 2s, false);
    }
  }
  const BootTime attached = kernel().now() - 2s;
  run_for(1h);
  const auto& all = simulation().writes();
  EXPECT_TRUE(std::all_of(all.begin() + static_cast<std::ptrdiff_t>(before), all.end(),
                          [&](const auto& write) { return write.at >= attached + 15s; }));
  EXPECT_EQ(active(), sriov());
  EXPECT_EQ(primary(), sriov());
}

TEST_F(Replug, AddressConflictNeitherBlocksNorTriggersAWrite) {
  const std::size_t before = writes();
  perform(Deed::replug, 1min);
  ASSERT_TRUE(has_mac_conflict(*kernel().link(bond()), *kernel().link(virtual_slave())));
  EXPECT_EQ(writes(), before);
  EXPECT_EQ(state(), WatchState::steady);
  // Clearing moved the traffic to the slave that was enslaved first: the hold-down is due.
  perform(Deed::clear_primary, 11s);
  EXPECT_EQ(primary(), sriov());
}

// The slave leaves between the last look and the write: the kernel takes the write, and clears.
TEST_F(Replug, SlaveThatLeavesBeforeTheWriteIsFoundOut) {
  kernel().write_primary(bond(), "");
  strand();
  simulation().actuator.race([this] { kernel().release(sriov()); });
  run_for(20s);
  EXPECT_EQ(active(), virtual_slave());
  EXPECT_EQ(failures(RestoreFailure::cleared), 1U);
  EXPECT_EQ(off_reason(), OffReason::absent);
  kernel().enslave(bond(), sriov());
  run_for(1min);
  EXPECT_EQ(active(), sriov());
}

// Two candidates, or none in a complete bond: nobody knows which one is meant.
TEST_F(Replug, SecondCandidateStopsEveryWrite) {
  FakeDeviceOptions twin;
  twin.name = "enP16392p9s0";
  kernel().enslave(bond(), kernel().add_device(twin));
  kernel().write_primary(bond(), "");
  const std::size_t before = writes();
  run_for(1h);
  EXPECT_EQ(writes(), before);
  EXPECT_EQ(state(), WatchState::unmanaged);
  EXPECT_FALSE(simulation().status(bond()).finding.empty());
}

TEST_F(Replug, BondThatIsDeletedIsForgotten) {
  kernel().remove_bond(bond());
  run_for(1min);
  EXPECT_FALSE(simulation().knows(bond()));
}

}  // namespace

}  // namespace hnv::test
