// SPDX-License-Identifier: Apache-2.0
// Exact counts on a real kernel: many bonds at once, lost messages, and messages that never came.
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <sys/socket.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <numeric>

#include "bond/link_filter.hpp"
#include "bond/link_monitor.hpp"
#include "tests/guest/kernel_bond.hpp"
#include "tests/guest/kernel_bond_requests.hpp"

namespace hnv::test {
namespace {

using bond::IfIndex;
using bond::LinkMonitor;
using bond::NetlinkSocket;
using namespace std::chrono_literals;

struct Pair {
  std::string bond;
  std::string first;
  std::string second;
};

// Several bonds of two slaves each, and what a monitor tells of them.
struct Bonds {
  KernelBond kernel;
  std::vector<Pair> pairs;
  std::map<IfIndex, int> changes;  // of the active slave, by bond
  std::map<IfIndex, int> resyncs;  // those of them that were marked so
  std::uint32_t unseen_failures = 0;

  explicit Bonds(int count) {
    for (int number = 0; number < count; ++number) {
      const std::string digits = std::to_string(number);
      pairs.push_back({"hnvb" + digits, "hnvs" + digits, "hnvt" + digits});
      make(pairs.back());
    }
    const bool up = kernel.eventually([this] {
      return std::all_of(pairs.begin(), pairs.end(), [this](const Pair& pair) {
        return is_healthy(*kernel.link(pair.first)) && is_healthy(*kernel.link(pair.second)) &&
               kernel.link(pair.bond)->carrier == true;
      });
    });
    if (!up) throw std::runtime_error("the bonds did not come up");
    // The last messages of their making are linkwatch's and IGMP's.
    kernel.let_pass(1200ms);
  }

  void make(const Pair& pair) {
    kernel.must(add_bond_request(kernel.next_sequence(), pair.bond, {}));
    kernel.set_admin(pair.bond, true);
    for (const std::string& slave : {pair.first, pair.second}) {
      kernel.add_device(slave);
      kernel.set_admin(slave, false);
      kernel.must(set_master_request(kernel.next_sequence(), index_of(slave), index_of(pair.bond)));
    }
  }

  IfIndex index_of(const std::string& name) { return kernel.link(name).value().index; }

  static void make_active(const Pair& pair, const std::string& slave) {
    std::ofstream("/sys/class/net/" + pair.bond + "/bonding/active_slave") << slave;
  }

  void drain(LinkMonitor& monitor) {
    const auto drained = monitor.drain(base::BootClock::now()).value();
    for (const auto& news : drained) {
      unseen_failures += news.unseen_link_failures;
      if (!news.change.active_slave) continue;
      ++changes[news.change.active_slave->bond];
      if (news.resync) ++resyncs[news.change.active_slave->bond];
    }
  }

  // Drains until every bond is fresh and shows this slave of each pair as active.
  bool shows(LinkMonitor& monitor, std::string Pair::*active) {
    return kernel.eventually([&] {
      drain(monitor);
      return std::all_of(pairs.begin(), pairs.end(), [&](const Pair& pair) {
        const bond::Link* bond = monitor.topology().bond(index_of(pair.bond));
        return bond != nullptr && monitor.fresh(bond->index) &&
               bond->bond->active_slave == index_of(pair.*active);
      });
    });
  }

  LinkMonitor open(std::size_t buffer = LinkMonitor::kReceiveBuffer) {
    auto monitor = LinkMonitor::open(base::BootClock::now(), buffer).value();
    if (!shows(monitor, &Pair::first)) throw std::runtime_error("no first dump");
    changes.clear();
    return monitor;
  }
};

int sum_of(const std::map<IfIndex, int>& counts) {
  return std::accumulate(counts.begin(), counts.end(), 0,
                         [](int sum, const auto& entry) { return sum + entry.second; });
}

std::uint64_t count_messages(NetlinkSocket& socket) {
  std::uint64_t messages = 0;
  while (true) {
    auto received = socket.receive().value();
    if (received.status == NetlinkSocket::ReceiveStatus::would_block) return messages;
    EXPECT_EQ(received.status, NetlinkSocket::ReceiveStatus::data);
    while (bond::take_message(received.batch)) ++messages;
  }
}

// The kernel tells the monitor nothing while this lives, and does not say so.
class Deafness {
 public:
  explicit Deafness(LinkMonitor& monitor) : fd_(monitor.fd()) {
    sock_filter refuse = BPF_STMT(BPF_RET | BPF_K, 0);
    const sock_fprog program{1, &refuse};
    EXPECT_EQ(::setsockopt(fd_, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program), 0);
  }
  Deafness(const Deafness&) = delete;
  Deafness& operator=(const Deafness&) = delete;
  ~Deafness() { EXPECT_TRUE(bond::attach_link_filter(fd_).has_value()); }

 private:
  int fd_;
};

TEST(Counting, CountsEachOfFiftyBondsThatFailAtOnce) {
  constexpr int kBonds = 50;
  Bonds bonds(kBonds);
  LinkMonitor monitor = bonds.open();
  for (const Pair& pair : bonds.pairs) bonds.kernel.set_plugged(pair.first, false);
  EXPECT_TRUE(bonds.shows(monitor, &Pair::second));
  EXPECT_EQ(bonds.changes.size(), static_cast<std::size_t>(kBonds));
  EXPECT_EQ(sum_of(bonds.changes), kBonds);
  EXPECT_EQ(monitor.counters().overruns, 0U);
  EXPECT_EQ(sum_of(bonds.resyncs), 0);
}

TEST(Counting, CountsWhatItLostAndOneResyncForEachBond) {
  Bonds bonds(8);
  LinkMonitor monitor = bonds.open(8192);
  bond::NetlinkSocketOptions roomy;
  roomy.link_events = true;
  roomy.receive_buffer = LinkMonitor::kReceiveBuffer;
  auto other = NetlinkSocket::open(roomy).value();
  const auto before = monitor.counters();
  for (int change = 0; change < 41; ++change) {
    for (const Pair& pair : bonds.pairs) {
      Bonds::make_active(pair, change % 2 == 0 ? pair.second : pair.first);
    }
  }
  bonds.kernel.set_plugged(bonds.pairs.front().first, false);
  bonds.kernel.let_pass(1200ms);
  bonds.drain(monitor);
  const auto after = monitor.counters();
  const auto lost = after.messages_lost - before.messages_lost;
  EXPECT_GT(lost, 1000U);
  EXPECT_EQ(after.messages - before.messages + lost, count_messages(other));
  EXPECT_TRUE(bonds.shows(monitor, &Pair::second));
  for (const Pair& pair : bonds.pairs) EXPECT_LE(bonds.resyncs[bonds.index_of(pair.bond)], 1);
  EXPECT_GT(sum_of(bonds.resyncs), 0);
  EXPECT_LE(sum_of(bonds.changes), 41 * 8) << "nothing is invented";
  EXPECT_EQ(bonds.unseen_failures, 1U) << "the pulled cable, by the kernel's own count";
  EXPECT_EQ(after.resyncs[bond::ResyncReason::overrun],
            before.resyncs[bond::ResyncReason::overrun] + 1);
}

TEST(Counting, AnAuditFindsWhatNoMessageTold) {
  Bonds bonds(2);
  LinkMonitor monitor = bonds.open();
  {
    const Deafness deaf(monitor);
    Bonds::make_active(bonds.pairs.front(), bonds.pairs.front().second);
    Bonds::make_active(bonds.pairs.back(), bonds.pairs.back().second);
    bonds.kernel.let_pass(100ms);
  }
  bonds.drain(monitor);
  EXPECT_EQ(sum_of(bonds.changes), 0);
  ASSERT_TRUE(monitor.on_timer(monitor.wake_at().value()).has_value());
  EXPECT_TRUE(monitor.fresh(bonds.index_of(bonds.pairs.front().bond))) << "decisions go on";
  EXPECT_TRUE(bonds.shows(monitor, &Pair::second));
  EXPECT_EQ(sum_of(bonds.changes), 2);
  EXPECT_EQ(sum_of(bonds.resyncs), 2);
  // Each bond, and both of its slaves: their states, and their addresses.
  EXPECT_EQ(monitor.counters().audit_mismatches, 6U);
  EXPECT_EQ(monitor.counters().resyncs[bond::ResyncReason::audit], 1U);
  ASSERT_TRUE(monitor.on_timer(monitor.wake_at().value()).has_value());
  EXPECT_TRUE(bonds.shows(monitor, &Pair::second));
  EXPECT_EQ(monitor.counters().audit_mismatches, 6U) << "repaired";
}

TEST(Counting, FindsWhatHappenedBetweenTwoSockets) {
  Bonds bonds(2);
  LinkMonitor monitor = bonds.open();
  const auto before = monitor.counters();
  {
    const Deafness deaf(monitor);
    for (int change = 0; change < 3; ++change) {
      Bonds::make_active(bonds.pairs.front(),
                         change % 2 == 0 ? bonds.pairs.front().second : bonds.pairs.front().first);
    }
    Bonds::make_active(bonds.pairs.back(), bonds.pairs.back().second);
    bonds.kernel.let_pass(100ms);
  }
  ASSERT_TRUE(monitor.reopen(base::BootClock::now()).has_value());
  EXPECT_FALSE(monitor.fresh(bonds.index_of(bonds.pairs.front().bond)));
  EXPECT_TRUE(bonds.shows(monitor, &Pair::second));
  EXPECT_EQ(sum_of(bonds.changes), 2) << "one for each bond, whatever was missed";
  EXPECT_EQ(sum_of(bonds.resyncs), 2);
  EXPECT_GT(monitor.counters().messages, before.messages);
  EXPECT_EQ(monitor.counters().resyncs[bond::ResyncReason::socket], 1U);
}

}  // namespace
}  // namespace hnv::test
