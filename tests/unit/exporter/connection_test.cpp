// SPDX-License-Identifier: Apache-2.0
// One connection, with the test in place of the front, of the handler and of the client.
#include "exporter/front/connection.hpp"

#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace {

using namespace hnv;
using namespace hnv::exporter::front;

struct Ends {
  base::UniqueFd ours;
  base::UniqueFd theirs;
};

Ends two_ends() {
  std::array<int, 2> ends{};
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
  return {base::UniqueFd(ends[0]), base::UniqueFd(ends[1])};
}

class Desk final : public Connection::Host {
 public:
  const Limits& limits() override { return limits_; }
  SharedSettings settings(Connection::Clock::time_point /*now*/) override { return settings_; }
  RateLimit& rate() override { return rate_; }
  PasswordCheck& passwords() override { return passwords_; }
  Place ask_for_place(std::uint64_t /*id*/, bool /*is_health*/) override { return Place::taken; }
  void give_back_place(std::uint64_t /*id*/) override {}
  void give_back_place_after(std::uint64_t /*id*/, base::UniqueFd /*handler*/) override {}
  bool begin_stream(std::uint64_t /*id*/) override { return true; }
  void end_stream() override {}
  base::UniqueFd connect_to_handler(Connection::Clock::time_point /*now*/) override {
    Ends ends = two_ends();
    handler_ = std::move(ends.theirs);
    return std::move(ends.ours);
  }
  void keep_handler(base::UniqueFd handler, Connection::Clock::time_point /*now*/) override {
    kept_ = std::move(handler);
  }
  std::size_t& buffered() override { return buffered_; }
  void watch_handler(std::uint64_t /*id*/, int /*socket*/) override {}
  void unwatch_handler(int /*socket*/) override {}
  void watch_client(std::uint64_t /*id*/, int /*socket*/, std::uint32_t /*events*/) override {}

  [[nodiscard]] int handler() const { return handler_.get(); }
  [[nodiscard]] bool has_kept() const { return static_cast<bool>(kept_); }

 private:
  Limits limits_;
  SharedSettings settings_ = WebSettingsFile::open("")->current();
  RateLimit rate_;
  PasswordCheck passwords_{limits_, [] {}};
  base::UniqueFd handler_;
  base::UniqueFd kept_;
  std::size_t buffered_ = 0;
};

void send_whole(int socket, std::string_view text) {
  ASSERT_EQ(::send(socket, text.data(), text.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(text.size()));
}

// What the client has taken by now is still in memory, and counts until it is not.
TEST(Connection, CountsWhatItHoldsForASlowClient) {
  constexpr std::size_t kPiece = std::size_t{32} * 1024;
  constexpr std::size_t kPieces = 24;
  const auto now = Connection::Clock::now();
  Desk desk;
  Ends ends = two_ends();
  const base::UniqueFd client = std::move(ends.theirs);
  const int little = 4096;
  ::setsockopt(ends.ours.get(), SOL_SOCKET, SO_SNDBUF, &little, sizeof little);
  Connection connection(1, Transport(std::move(ends.ours), nullptr), "here", desk, now);
  send_whole(client.get(), "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  connection.begin(now);
  send_whole(desk.handler(), "HTTP/1.1 200 OK\r\nContent-Length: 786432\r\n\r\n");
  for (std::size_t index = 0; index < kPieces; ++index) {
    send_whole(desk.handler(), std::string(kPiece, 'x'));
    connection.on_handler(now);
  }
  EXPECT_GE(desk.buffered(), (kPieces - 1) * kPiece);
  std::string piece(kPiece, '\0');
  std::size_t taken = 0;
  const auto take_up_to = [&](std::size_t end) {
    for (bool more = true; more && taken < end; connection.on_client(EPOLLOUT, now)) {
      const ssize_t count = ::recv(client.get(), piece.data(), piece.size(), 0);
      if (count > 0) taken += static_cast<std::size_t>(count);
      more = count > 0;
    }
  };
  take_up_to((kPieces - 2) * kPiece);
  EXPECT_GE(desk.buffered(), kPieces / 2 * kPiece) << "memory that is not given back yet";
  take_up_to(kPieces * kPiece);
  EXPECT_LT(desk.buffered(), kPiece);
}

// True when the handler's connection is kept after this response to this request.
bool is_kept_after(std::string_view response, std::string_view method = "GET") {
  const auto now = Connection::Clock::now();
  Desk desk;
  Ends ends = two_ends();
  const base::UniqueFd client = std::move(ends.theirs);
  Connection connection(1, Transport(std::move(ends.ours), nullptr), "here", desk, now);
  send_whole(client.get(), std::string(method) + " / HTTP/1.1\r\nHost: x\r\n\r\n");
  connection.begin(now);
  send_whole(desk.handler(), response);
  connection.on_handler(now);
  return desk.has_kept();
}

TEST(Connection, KeepsTheHandlersConnectionOnlyAfterAWholeResponseThatSaysSo) {
  const std::string kept = "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 4\r\n\r\n";
  EXPECT_TRUE(is_kept_after(kept + "body"));
  EXPECT_TRUE(is_kept_after(kept, "HEAD"));
  EXPECT_FALSE(is_kept_after(kept + "bod")) << "not whole";
  EXPECT_FALSE(is_kept_after(kept + "body and more")) << "the rest would be the next response";
  EXPECT_FALSE(is_kept_after("HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n\r\nbody"))
      << "a stream";
  EXPECT_FALSE(
      is_kept_after("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbody"));
  EXPECT_FALSE(is_kept_after("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody")) << "does not say";
}

}  // namespace
