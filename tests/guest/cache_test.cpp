// SPDX-License-Identifier: Apache-2.0
// The link cache on a real kernel: whatever happens, what it answers equals a fresh dump, and where
// nothing happens it needs none.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdlib>
#include <random>

#include "base/unique_fd.hpp"
#include "bond/link_cache.hpp"
#include "bond/link_dump.hpp"
#include "tests/guest/kernel_bond.hpp"

namespace hnv::test {
namespace {

using bond::LinkCache;

struct Cache : testing::Test {
  std::unique_ptr<BondWorld> world = make_kernel_bond();
  bond::NetlinkSocket dumps = bond::NetlinkSocket::open({}).value();

  void SetUp() override { world->make({}); }

  static std::vector<bond::Link> without_counters(std::vector<bond::Link> links) {
    for (bond::Link& link : links) link.stats.reset();
    return links;
  }

  static std::vector<bond::Link> read(LinkCache& cache) {
    return cache.read(base::BootClock::now()).value();
  }

  // Within the second that linkwatch may take to speak of a carrier.
  bool equals_a_dump(LinkCache& cache) {
    return world->eventually([&] {
      return without_counters(read(cache)) == without_counters(bond::read_bonds(dumps).value());
    });
  }
};

TEST_F(Cache, AnswersWhatADumpShowsAfterRandomChanges) {
  LinkCache cache = LinkCache::open().value();
  std::mt19937 random(22);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same each time
  for (int round = 0; round < 60; ++round) {
    switch (random() % 5) {
      case 0:
        world->set_plugged(BondWorld::kSriov, random() % 2 == 0);
        break;
      case 1:
        world->set_admin(BondWorld::kVirtual, random() % 2 == 0);
        break;
      case 2:
        world->write_primary(random() % 2 == 0 ? BondWorld::kSriov : "");
        break;
      case 3:
        world->write_active_slave(random() % 2 == 0 ? BondWorld::kVirtual : BondWorld::kSriov);
        break;
      default:
        world->release(BondWorld::kSriov);
        ASSERT_TRUE(equals_a_dump(cache)) << "released, round " << round;
        world->enslave(BondWorld::kSriov);
    }
    ASSERT_TRUE(equals_a_dump(cache)) << "round " << round;
  }
}

// The kernel asks for the neighbour's address at once, over the bond.
void send_to(const char* address) {
  const base::UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_in target{};
  target.sin_family = AF_INET;
  target.sin_port = htons(9);  // discard
  ASSERT_EQ(::inet_pton(AF_INET, address, &target.sin_addr), 1);
  ASSERT_GT(
      ::sendto(socket.get(), "x", 1, 0, reinterpret_cast<const sockaddr*>(&target), sizeof target),
      0);
}

TEST_F(Cache, TellsPresentCountersWithoutADump) {
  LinkCache cache = LinkCache::open().value();
  ASSERT_TRUE(equals_a_dump(cache));
  const auto packets = [](const std::vector<bond::Link>& links) {
    std::uint64_t sum = 0;
    for (const bond::Link& link : links) sum += link.stats.value().transmit_packets;
    return sum;
  };
  // Neighbour discovery and whatever else a new device has to say is over.
  world->let_pass(std::chrono::seconds(3));
  const auto before = packets(read(cache));
  const auto dumped = cache.dumps();
  // NOLINTNEXTLINE(cert-env33-c,concurrency-mt-unsafe): a test's set-up
  ASSERT_EQ(std::system("ip address add 192.0.2.1/24 dev hnvbond0"), 0);
  send_to("192.0.2.2");
  EXPECT_GT(packets(read(cache)), before);
  EXPECT_EQ(cache.dumps(), dumped);
  const auto links = read(cache);
  EXPECT_EQ(links, bond::read_bonds(dumps).value()) << "the same counters by the other request";
}

}  // namespace
}  // namespace hnv::test
