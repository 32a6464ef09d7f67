// SPDX-License-Identifier: Apache-2.0
// The link monitor on a real kernel: whatever happens, what it knows equals a fresh dump. The
// slaves are veth devices, whose own messages the link filter hides once they have left the bond.
#include <gtest/gtest.h>

#include <fstream>
#include <random>

#include "bond/link_dump.hpp"
#include "bond/link_monitor.hpp"
#include "tests/guest/kernel_bond.hpp"

namespace hnv::test {
namespace {

using bond::LinkMonitor;
using namespace std::chrono_literals;

constexpr const char* kRenamed = "hnvvf9";

struct Monitor : testing::Test {
  std::unique_ptr<BondWorld> world = make_kernel_bond();
  bond::NetlinkSocket dumps = bond::NetlinkSocket::open({}).value();
  std::uint64_t active_changes = 0;

  void SetUp() override { world->make({}); }

  static LinkMonitor open(std::size_t buffer = LinkMonitor::kReceiveBuffer) {
    return LinkMonitor::open(base::BootClock::now(), buffer).value();
  }

  void drain(LinkMonitor& monitor) {
    const auto drained = monitor.drain(base::BootClock::now()).value();
    for (const auto& news : drained) {
      if (news.change.active_slave) ++active_changes;
    }
  }

  std::vector<bond::Link> dump() {
    auto links = bond::read_bonds(dumps).value();
    for (bond::Link& link : links) link.stats.reset();
    return links;
  }

  bool equals_a_dump(LinkMonitor& monitor) {
    return world->eventually([&] {
      drain(monitor);
      const auto expected = dump();
      drain(monitor);
      const auto bond = world->link(BondWorld::kBond);
      return monitor.synchronised() && bond && monitor.fresh(bond->index) &&
             monitor.topology().links() == expected;
    });
  }

  bond::IfIndex index_of(const std::string& name) { return world->link(name)->index; }
};

TEST_F(Monitor, KnowsAfterItsFirstDumpWhatADumpShows) {
  LinkMonitor monitor = open();
  EXPECT_FALSE(monitor.synchronised());
  EXPECT_TRUE(equals_a_dump(monitor));
  EXPECT_EQ(monitor.topology().slaves_of(index_of(BondWorld::kBond)).size(), 2U);
}

// One random step; every device keeps existing.
void poke(BondWorld& world, std::mt19937& random, bool& enslaved, std::string& sriov) {
  switch (random() % 9) {
    case 0:
    case 1:
      world.set_plugged(sriov, random() % 2 == 0);
      break;
    case 2:
      world.set_plugged(BondWorld::kVirtual, random() % 2 == 0);
      break;
    case 3:
      world.set_admin(sriov, random() % 2 == 0);
      break;
    case 4:
      if (enslaved) world.release(sriov);
      if (!enslaved) world.enslave(sriov);
      enslaved = !enslaved;
      break;
    case 5: {
      const std::string other = sriov == kRenamed ? BondWorld::kSriov : kRenamed;
      world.set_admin(sriov, false);  // kernels before 6.2 rename only what is down
      if (world.rename(sriov, other) == 0) sriov = other;
      world.set_admin(sriov, true);
      break;
    }
    case 6:
      world.write_primary(random() % 2 == 0 ? sriov : BondWorld::kVirtual);
      break;
    case 7:
      world.write_primary("");
      break;
    default:
      world.write_active_slave(random() % 2 == 0 ? sriov : BondWorld::kVirtual);
  }
}

TEST_F(Monitor, KnowsWhatADumpShowsAfterRandomChanges) {
  LinkMonitor monitor = open();
  std::mt19937 random(20);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same each time
  bool enslaved = true;
  std::string sriov = BondWorld::kSriov;
  for (int round = 0; round < 60; ++round) {
    for (unsigned step = random() % 4; step > 0; --step) poke(*world, random, enslaved, sriov);
    ASSERT_TRUE(equals_a_dump(monitor)) << "round " << round;
  }
  EXPECT_EQ(monitor.counters().overruns, 0U);
}

// An audit at every moment: in the middle of changes, between a change and its message, in quiet.
TEST_F(Monitor, AuditsFindNothingAfterRandomChanges) {
  LinkMonitor monitor = open();
  ASSERT_TRUE(equals_a_dump(monitor));
  std::mt19937 random(21);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same each time
  bool enslaved = true;
  std::string sriov = BondWorld::kSriov;
  int audits = 0;
  for (int round = 0; round < 300; ++round) {
    for (auto step = random() % 3; step > 0; --step) poke(*world, random, enslaved, sriov);
    drain(monitor);
    const auto due = monitor.wake_at();
    ASSERT_TRUE(!due || !monitor.synchronised() || monitor.on_timer(*due).has_value());
    for (auto step = random() % 3; step > 0; --step) poke(*world, random, enslaved, sriov);
    if (random() % 2 == 0) world->let_pass(std::chrono::milliseconds(random() % 40));
    drain(monitor);
    ASSERT_EQ(monitor.counters().audit_mismatches, 0U) << "round " << round;
    if (monitor.synchronised()) ++audits;
  }
  EXPECT_GT(audits, 100);
  EXPECT_TRUE(equals_a_dump(monitor));
}

TEST_F(Monitor, NoticesThatAVethSlaveHasLeft) {
  LinkMonitor monitor = open();
  ASSERT_TRUE(equals_a_dump(monitor));
  const auto bond = index_of(BondWorld::kBond);
  const auto before = monitor.topology().membership_generation(bond);
  world->release(BondWorld::kVirtual);
  EXPECT_TRUE(equals_a_dump(monitor));
  EXPECT_EQ(monitor.topology().slaves_of(bond).size(), 1U);
  EXPECT_GT(monitor.topology().membership_generation(bond), before);
}

TEST_F(Monitor, NoticesASlaveOptionThatOnlyTheBondAnnounces) {
  LinkMonitor monitor = open();
  ASSERT_TRUE(equals_a_dump(monitor));
  std::ofstream("/sys/class/net/hnvbond0/bonding/queue_id") << "hnvvf0:3";
  EXPECT_TRUE(equals_a_dump(monitor));
  EXPECT_EQ(monitor.topology().slave(index_of(BondWorld::kSriov))->link.slave->queue_id, 3);
}

TEST_F(Monitor, CountsAThousandChangesOfTheActiveSlave) {
  LinkMonitor monitor = open();
  ASSERT_TRUE(equals_a_dump(monitor));
  active_changes = 0;
  constexpr int kChanges = 1000;
  for (int change = 0; change < kChanges; ++change) {
    ASSERT_EQ(world->write_active_slave(change % 2 == 0 ? BondWorld::kVirtual : BondWorld::kSriov),
              0);
  }
  EXPECT_TRUE(equals_a_dump(monitor));
  EXPECT_EQ(active_changes, static_cast<std::uint64_t>(kChanges));
  EXPECT_EQ(monitor.counters().overruns, 0U);
}

TEST_F(Monitor, RepairsItselfAfterLostMessages) {
  LinkMonitor monitor = open(8192);
  ASSERT_TRUE(equals_a_dump(monitor));
  // An odd number of changes that nobody reads: it ends on the other slave.
  for (int change = 0; change < 201; ++change) {
    world->write_active_slave(change % 2 == 0 ? BondWorld::kVirtual : BondWorld::kSriov);
  }
  world->release(BondWorld::kSriov);
  const auto news = monitor.drain(base::BootClock::now()).value();
  EXPECT_FALSE(monitor.fresh(index_of(BondWorld::kBond))) << "not before the dump is complete";
  EXPECT_GE(monitor.counters().overruns, 1U);
  EXPECT_GT(monitor.counters().messages_lost, 100U);
  EXPECT_TRUE(equals_a_dump(monitor));
  EXPECT_GE(monitor.counters().resyncs[bond::ResyncReason::overrun], 1U);
}

TEST_F(Monitor, FollowsABondThatIsDeletedAndMadeAnew) {
  LinkMonitor monitor = open();
  ASSERT_TRUE(equals_a_dump(monitor));
  const auto old = index_of(BondWorld::kBond);
  world.reset();
  world = make_kernel_bond();
  world->make({});
  EXPECT_TRUE(equals_a_dump(monitor));
  EXPECT_EQ(monitor.topology().bond(old), nullptr);
}

}  // namespace
}  // namespace hnv::test
