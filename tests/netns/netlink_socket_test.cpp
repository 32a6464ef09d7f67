// SPDX-License-Identifier: Apache-2.0
#include "bond/netlink_socket.hpp"

#include <grp.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bond/link_dump.hpp"
#include "bond/link_message.hpp"
#include "bond/link_request.hpp"
#include "tests/netns/netns.hpp"

namespace {

using namespace hnv;
using bond::IfIndex;
using bond::NetlinkSocket;
using bond::NetlinkSocketOptions;

constexpr IfIndex kLoopback{1};

struct NetlinkSocketTest : testing::Test {
  static void SetUpTestSuite() { test::enter_own_network_namespace(); }

  static NetlinkSocket subscribe(std::size_t buffer) {
    NetlinkSocketOptions options;
    options.link_events = true;
    options.receive_buffer = buffer;
    return NetlinkSocket::open(options).value();
  }

  static base::Expected<void> set_primary(IfIndex bond) {
    auto socket = NetlinkSocket::open({}).value();
    return socket.transact(bond::set_primary_request(socket.next_sequence(), bond, IfIndex{2}),
                           "set primary", "bond0");
  }
};

TEST_F(NetlinkSocketTest, ReadsALinkAndItsAcknowledgement) {
  auto socket = NetlinkSocket::open({}).value();
  std::string name;
  const auto done =
      socket.transact(bond::get_link_request(socket.next_sequence(), kLoopback), "read link", "lo",
                      [&name](std::span<const std::byte> message) -> base::Expected<void> {
                        name = bond::parse_link_message(message).value()->link.name;
                        return {};
                      });
  ASSERT_TRUE(done.has_value()) << done.error().to_string();
  EXPECT_EQ(name, "lo");
}

TEST_F(NetlinkSocketTest, NamesAnInterfaceThatHasGone) {
  auto socket = NetlinkSocket::open({}).value();
  const auto done = socket.transact(bond::get_link_request(socket.next_sequence(), IfIndex{4711}),
                                    "read link", "bond0");
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code, base::ErrorCode::not_found);
  EXPECT_EQ(done.error().to_string(), "read link bond0: ENODEV: No such device");
}

TEST_F(NetlinkSocketTest, NeverCreatesABondThatDoesNotExist) {
  const auto done = set_primary(IfIndex{4711});
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code, base::ErrorCode::not_found);
}

TEST_F(NetlinkSocketTest, SaysThatADeviceIsNoBond) {
  const auto done = set_primary(kLoopback);
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code, base::ErrorCode::unsupported) << done.error().to_string();
}

TEST_F(NetlinkSocketTest, SaysThatThePrivilegeIsMissing) {
  const pid_t child = ::fork();
  if (child == 0) {
    constexpr uid_t kNobody = 65534;
    if (::setgroups(0, nullptr) != 0 || ::setuid(kNobody) != 0) ::_exit(2);
    const auto done = set_primary(kLoopback);
    ::_exit(!done && done.error().code == base::ErrorCode::permission ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST_F(NetlinkSocketTest, HasTheBufferItAskedFor) {
  // More than net.core.rmem_max allows without force; the kernel doubles it.
  EXPECT_GE(subscribe(16 * 1024 * 1024).receive_buffer(), 32U * 1024 * 1024);
}

TEST_F(NetlinkSocketTest, TellsHowManyMessagesWereLost) {
  auto small = subscribe(4096);
  auto large = subscribe(16 * 1024 * 1024);
  for (int change = 0; change < 100; ++change) test::set_loopback(change % 2 == 0);
  const auto count = [](NetlinkSocket& socket, int& overruns) {
    std::uint32_t messages = 0;
    while (true) {
      auto received = socket.receive().value();
      if (received.status == NetlinkSocket::ReceiveStatus::would_block) return messages;
      if (received.status == NetlinkSocket::ReceiveStatus::overrun) ++overruns;
      while (bond::take_message(received.batch)) ++messages;
    }
  };
  int small_overruns = 0;
  int large_overruns = 0;
  const std::uint32_t all = count(large, large_overruns);
  const std::uint32_t some = count(small, small_overruns);
  EXPECT_GE(all, 100U);
  EXPECT_EQ(large_overruns, 0);
  EXPECT_EQ(large.dropped().value(), 0U);
  EXPECT_EQ(small_overruns, 1);
  EXPECT_EQ(some + small.dropped().value(), all) << "read and lost together are all";
}

TEST_F(NetlinkSocketTest, GivesUpOnAnAnswerThatDoesNotCome) {
  NetlinkSocketOptions options;
  options.answer_timeout = std::chrono::milliseconds(20);
  auto socket = NetlinkSocket::open(options).value();
  // Acknowledged under another sequence number: to this caller, no answer at all.
  const auto done =
      socket.transact(bond::RequestBytes(sizeof(std::uint32_t) * 4), "ask", "nothing");
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code, base::ErrorCode::timeout);
}

TEST_F(NetlinkSocketTest, FindsNoBondsWhereThereAreNone) {
  auto socket = NetlinkSocket::open({}).value();
  EXPECT_TRUE(bond::read_bonds(socket).value().empty());
  EXPECT_EQ(bond::read_bond(socket, IfIndex{4711}).error().code, base::ErrorCode::not_found);
}

}  // namespace
