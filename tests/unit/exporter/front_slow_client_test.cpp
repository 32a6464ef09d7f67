// SPDX-License-Identifier: Apache-2.0
// Clients that take their responses slowly, or not at all.
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <chrono>
#include <future>
#include <string>
#include <vector>

#include "exporter/front/front.hpp"
#include "front_fixture.hpp"

namespace {

using namespace hnv;
using namespace hnv::exporter;
using namespace hnv::exporter::test;
using std::chrono::milliseconds;

void take_little(const base::UniqueFd& client) {
  const int little = 4096;
  ::setsockopt(client.get(), SOL_SOCKET, SO_RCVBUF, &little, sizeof little);
}

// In place of the web server: its one response is written by the test.
class Handler {
 public:
  Handler() : path_(folder_.path() / "handler"), listener_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.copy(address.sun_path, sizeof address.sun_path - 1);
    EXPECT_EQ(::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(listener_.get(), 1), 0);
  }

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] base::UniqueFd accept() const {
    return base::UniqueFd(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK));
  }

 private:
  hnv::test::TemporaryFolder folder_;
  std::string path_;
  base::UniqueFd listener_;
};

// Until the other side has taken nothing for a moment.
void write_until_full(int socket) {
  const std::string piece(std::size_t{64} * 1024, 'x');
  pollfd room{socket, POLLOUT, 0};
  while (::poll(&room, 1, 300) == 1 &&
         ::send(socket, piece.data(), piece.size(), MSG_NOSIGNAL) > 0) {
  }
}

// The handler has gone, what it left has to wait for the client: nothing to do until then.
TEST(SlowClient, CostsNothingWhileTheHandlerHasGone) {
  const Handler handler;
  front::Limits limits;
  limits.response_buffer = limits.piece;
  limits.stall = std::chrono::minutes(1);
  auto settings = front::WebSettingsFile::open("");
  auto listeners = front::open_listeners({{"127.0.0.1", 0}});
  ASSERT_TRUE(settings && listeners);
  const std::uint16_t port = listeners->front().address().port;
  auto front = front::Front::start({limits, handler.path(), {}}, std::move(*listeners),
                                   std::move(*settings));
  ASSERT_TRUE(front);
  const base::UniqueFd lazy = connect_to(port);
  take_little(lazy);
  send_text(lazy.get(), "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  base::UniqueFd response = handler.accept();
  send_text(response.get(), "HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
  write_until_full(response.get());
  response = {};
  const auto before = processor_time();
  std::promise<void> never;
  never.get_future().wait_for(milliseconds(500));
  EXPECT_LT(processor_time() - before, milliseconds(50));
}

// All connections there may be are clients that take their time, of one address or of many.
void expect_room(const front::Limits& limits, std::size_t count) {
  const WholeFront front(large(std::size_t{50} * 1024 * 1024), limits);
  std::vector<base::UniqueFd> lazy;
  for (std::size_t index = 0; index < count; ++index) {
    lazy.push_back(connect_to(front.port()));
    take_little(lazy.back());
    send_text(lazy.back().get(), "GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
  }
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  int status = 0;
  while (status != 200 && std::chrono::steady_clock::now() < give_up) {
    const base::UniqueFd scraper = connect_to(front.port());
    const std::string_view request = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    ::send(scraper.get(), request.data(), request.size(), MSG_NOSIGNAL);  // it may be cut by then
    status = read_reply(scraper.get()).status;
  }
  EXPECT_EQ(status, 200);
}

TEST(SlowClient, MakesRoomForTheScraperOfItsAddress) {
  front::Limits limits;
  limits.connections_per_address = 3;
  limits.pressed_response = milliseconds(300);
  limits.stall = std::chrono::minutes(1);
  expect_room(limits, limits.connections_per_address);
}

TEST(SlowClient, MakesRoomForAnyScraper) {
  front::Limits limits;
  limits.connections = 3;
  limits.pressed_response = milliseconds(300);
  limits.stall = std::chrono::minutes(1);
  expect_room(limits, limits.connections);
}

}  // namespace
