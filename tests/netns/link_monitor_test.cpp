// SPDX-License-Identifier: Apache-2.0
// What needs no bond; the rest of the monitor is tested on real bonds in the guest (tests/guest).
#include "bond/link_monitor.hpp"

#include <gtest/gtest.h>
#include <poll.h>

#include <cstdlib>

#include "tests/netns/netns.hpp"

namespace {

using namespace hnv;
using bond::LinkMonitor;

struct LinkMonitorTest : testing::Test {
  static void SetUpTestSuite() { test::enter_own_network_namespace(); }

  static LinkMonitor open(std::size_t buffer = LinkMonitor::kReceiveBuffer) {
    return LinkMonitor::open(base::BootClock::now(), buffer).value();
  }
  // Drains until `done`, or until nothing has come for a long time.
  template <class Condition>
  static bool drain_until(LinkMonitor& monitor, Condition done) {
    constexpr int kLongMilliseconds = 5000;
    pollfd wanted{monitor.fd(), POLLIN, 0};
    do {
      monitor.drain(base::BootClock::now()).value();
      if (done()) return true;
    } while (::poll(&wanted, 1, kLongMilliseconds) > 0);
    return false;
  }
};

// Parts of a dump must pass the link filter, which looks at the first link of each part only.
TEST_F(LinkMonitorTest, CompletesADumpOfManyForeignLinks) {
  // NOLINTNEXTLINE(cert-env33-c,concurrency-mt-unsafe): a test's set-up
  ASSERT_EQ(std::system("for n in $(seq 60); do ip link add v$n type veth peer name w$n; done"), 0);
  LinkMonitor monitor = open();
  EXPECT_TRUE(drain_until(monitor, [&] { return monitor.synchronised(); }));
  EXPECT_TRUE(monitor.topology().links().empty());
  EXPECT_GE(monitor.counters().messages, 121U) << "the whole dump was read";
}

TEST_F(LinkMonitorTest, DoesNotHearOfForeignLinks) {
  LinkMonitor monitor = open();
  ASSERT_TRUE(drain_until(monitor, [&] { return monitor.synchronised(); }));
  const auto before = monitor.counters().messages;
  // NOLINTNEXTLINE(cert-env33-c,concurrency-mt-unsafe): a test's set-up
  ASSERT_EQ(std::system("ip link add f0 type veth peer name f1 && ip link set f0 up"), 0);
  monitor.drain(base::BootClock::now()).value();
  EXPECT_EQ(monitor.counters().messages, before);
}

TEST_F(LinkMonitorTest, ReadsEverythingAgainAfterAnOverrun) {
  LinkMonitor monitor = open(4096);
  ASSERT_TRUE(drain_until(monitor, [&] { return monitor.synchronised(); }));
  for (int change = 0; change < 200; ++change) test::set_loopback(change % 2 == 0);
  monitor.drain(base::BootClock::now()).value();
  EXPECT_FALSE(monitor.synchronised()) << "between the overrun and its dump";
  EXPECT_TRUE(drain_until(monitor, [&] { return monitor.synchronised(); }));
  EXPECT_GE(monitor.counters().overruns, 1U);
  EXPECT_GE(monitor.counters().resyncs[bond::ResyncReason::overrun], 1U);
  EXPECT_GT(monitor.counters().messages_lost, 0U);
}

TEST_F(LinkMonitorTest, AsksAgainForADumpThatIsNotAnswered) {
  LinkMonitor monitor = open();
  ASSERT_TRUE(monitor.wake_at().has_value());
  ASSERT_TRUE(monitor.on_timer(*monitor.wake_at()).has_value());
  EXPECT_EQ(monitor.counters().resyncs[bond::ResyncReason::socket], 1U);
  EXPECT_TRUE(drain_until(monitor, [&] { return monitor.synchronised(); }));
  EXPECT_GT(*monitor.wake_at(), base::BootClock::now() + LinkMonitor::kAuditInterval / 2)
      << "nothing is awaited but the next audit";
}

// The truth is what a subscriber with room for everything has read.
TEST_F(LinkMonitorTest, ReadAndLostMessagesAreAll) {
  LinkMonitor monitor = open(4096);
  ASSERT_TRUE(drain_until(monitor, [&] { return monitor.synchronised(); }));
  bond::NetlinkSocketOptions options;
  options.link_events = true;
  options.receive_buffer = LinkMonitor::kReceiveBuffer;
  auto other = bond::NetlinkSocket::open(options).value();
  std::uint64_t lost = 0;
  for (int round = 1; round <= 3; ++round) {
    const auto before = monitor.counters();
    for (int change = 0; change < 100; ++change) test::set_loopback(change % 2 == 0);
    monitor.drain(base::BootClock::now()).value();
    const auto& after = monitor.counters();
    std::uint64_t all = 0;
    while (true) {
      auto received = other.receive().value();
      if (received.status == bond::NetlinkSocket::ReceiveStatus::would_block) break;
      ASSERT_EQ(received.status, bond::NetlinkSocket::ReceiveStatus::data);
      while (bond::take_message(received.batch)) ++all;
    }
    lost = after.messages_lost - before.messages_lost;
    EXPECT_EQ(after.messages - before.messages + lost, all);
    EXPECT_GT(lost, 0U);
    EXPECT_EQ(after.overruns, static_cast<std::uint64_t>(round));
    EXPECT_EQ(after.resyncs[bond::ResyncReason::overrun], static_cast<std::uint64_t>(round));
    ASSERT_TRUE(drain_until(monitor, [&] { return monitor.synchronised(); }));
  }
}

TEST_F(LinkMonitorTest, AuditsOnceAMinuteAndStaysFresh) {
  LinkMonitor monitor = open();
  ASSERT_TRUE(drain_until(monitor, [&] { return monitor.synchronised(); }));
  const auto due = monitor.wake_at().value();
  const auto before = monitor.counters().messages;
  ASSERT_TRUE(monitor.on_timer(due - std::chrono::milliseconds(1)).has_value());
  EXPECT_EQ(monitor.wake_at(), due) << "too early";
  ASSERT_TRUE(monitor.on_timer(due).has_value());
  EXPECT_LT(*monitor.wake_at(), due + LinkMonitor::kAuditInterval) << "its answer is awaited";
  EXPECT_TRUE(monitor.synchronised());
  EXPECT_TRUE(drain_until(monitor, [&] { return monitor.counters().messages > before; }));
  EXPECT_TRUE(
      drain_until(monitor, [&] { return monitor.wake_at() == due + LinkMonitor::kAuditInterval; }));
  EXPECT_EQ(monitor.counters().audit_mismatches, 0U);
  EXPECT_EQ(monitor.counters().resyncs[bond::ResyncReason::audit], 0U);
}

TEST_F(LinkMonitorTest, GoesOnWithANewSocket) {
  LinkMonitor monitor = open();
  ASSERT_TRUE(drain_until(monitor, [&] { return monitor.synchronised(); }));
  const auto before = monitor.counters().messages;
  ASSERT_TRUE(monitor.reopen(base::BootClock::now()).has_value());
  EXPECT_FALSE(monitor.synchronised());
  EXPECT_TRUE(drain_until(monitor, [&] { return monitor.synchronised(); }));
  EXPECT_GT(monitor.counters().messages, before);
  EXPECT_EQ(monitor.counters().resyncs[bond::ResyncReason::socket], 1U);
  test::set_loopback(true);
  const auto heard = monitor.counters().messages;
  test::set_loopback(false);
  EXPECT_TRUE(drain_until(monitor, [&] { return monitor.counters().messages > heard; }));
}

}  // namespace
