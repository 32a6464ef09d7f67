// SPDX-License-Identifier: Apache-2.0
// The front and the web server behind it, over real sockets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <future>
#include <set>
#include <thread>

#include "front_fixture.hpp"

namespace {

using namespace hnv;
using namespace hnv::exporter;
using namespace hnv::exporter::test;
using ::testing::AllOf;
using ::testing::Gt;
using ::testing::HasSubstr;
using ::testing::Le;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr const char* kGet = "GET /a?b HTTP/1.1\r\nHost: x\r\n\r\n";

// True when the other side has ended the connection; waits for at most ten seconds.
bool is_cut(const base::UniqueFd& connection) {
  char byte = 0;
  const ssize_t count = ::recv(connection.get(), &byte, 1, 0);
  return count == 0 || (count < 0 && errno == ECONNRESET);
}

TEST(Front, RelaysRequestAndResponse) {
  const WholeFront front;
  const HttpReply reply = get(front.port(), "/x/../%6Detrics?c=d");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "/metrics c=d");
  EXPECT_EQ(reply.header("Content-Length"), "12");
  EXPECT_EQ(reply.header("Connection"), "close");
}

TEST(Front, SendsCommonHeadersWithEveryRefusal) {
  const WholeFront front;
  const std::string big(20000, 'x');
  for (const std::string& request :
       {std::string("POST / HTTP/1.1\r\nHost: a\r\n\r\n"), std::string("nonsense\r\n\r\n"),
        std::string("GET / HTTP/9.9\r\n\r\n"), "GET /" + big + " HTTP/1.1\r\n\r\n"}) {
    const HttpReply reply = send_request(front.port(), request);
    EXPECT_GE(reply.status, 400) << request.substr(0, 40);
    EXPECT_EQ(reply.header("X-Content-Type-Options"), "nosniff") << request.substr(0, 40);
    EXPECT_EQ(reply.header("Cache-Control"), "no-store");
    EXPECT_EQ(reply.header("Connection"), "close");
    EXPECT_THAT(reply.body, HasSubstr(std::to_string(reply.status)));
  }
}

TEST(Front, RefusesOtherMethodsAndSaysWhichAreRight) {
  std::atomic<int> calls{0};
  const WholeFront front([&calls](const HttpRequest& request) {
    ++calls;
    return echo(request);
  });
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT"}) {
    const HttpReply reply =
        send_request(front.port(), std::string(method) + " / HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(reply.status, 405) << method;
    EXPECT_EQ(reply.header("Allow"), "GET, HEAD") << method;
  }
  EXPECT_EQ(calls, 0);
}

TEST(Front, RefusesMoreRequestsThanTheRateLimitAllows) {
  std::atomic<int> calls{0};
  const WholeFront front(
      [&calls](const HttpRequest& request) {
        ++calls;
        return echo(request);
      },
      {}, "rate_limit: {interval: 1h, burst: 2}\n");
  EXPECT_EQ(get(front.port(), "/metrics").status, 200);
  EXPECT_EQ(get(front.port(), "/").status, 200);
  const HttpReply refused = get(front.port(), "/metrics");
  EXPECT_EQ(refused.status, 429);
  EXPECT_THAT(std::stoi(refused.header("Retry-After")), AllOf(Gt(3500), Le(3600)));
  EXPECT_EQ(calls, 2);
}

TEST(Front, KeepsConnections) {
  const WholeFront front;
  const base::UniqueFd connection = connect_to(front.port());
  for (int turn = 0; turn < 3; ++turn) {
    send_text(connection.get(), kGet);
    const HttpReply reply = read_one_reply(connection.get());
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.body, "/a b");
    EXPECT_EQ(reply.header("Connection"), "keep-alive");
  }
}

TEST(Front, AnswersPipelinedRequestsInTheirOrder) {
  const WholeFront front;
  const base::UniqueFd connection = connect_to(front.port());
  send_text(connection.get(),
            "GET /1 HTTP/1.1\r\nHost: x\r\n\r\nHEAD /2 HTTP/1.1\r\nHost: x\r\n\r\n"
            "GET /3 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const HttpReply all = read_reply(connection.get());
  const auto first = all.body.find("/1 ");
  const auto third = all.body.find("/3 ");
  EXPECT_EQ(first, 0U);
  EXPECT_NE(third, std::string::npos);
  EXPECT_EQ(all.body.find("/2 "), std::string::npos) << "HEAD has no body";
}

TEST(Front, AnswersAClientThatHasEndedItsSending) {
  const WholeFront front;
  const base::UniqueFd connection = connect_to(front.port());
  send_text(connection.get(), kGet);
  ::shutdown(connection.get(), SHUT_WR);
  EXPECT_EQ(read_one_reply(connection.get()).status, 200);
}

TEST(Front, RelaysLargeBodies) {
  constexpr std::size_t kSize = std::size_t{5} * 1024 * 1024;
  const WholeFront front(large(kSize));
  const HttpReply reply = get(front.port(), "/large");
  EXPECT_EQ(reply.body, std::string(kSize, 'x'));
}

// The status codes of `count` requests, each from a thread of its own.
std::vector<std::future<int>> ask_at_once(const WholeFront& front, const std::string& path,
                                          std::size_t count) {
  std::vector<std::future<int>> statuses(count);
  for (auto& status : statuses) {
    status =
        std::async(std::launch::async, [&front, path] { return get(front.port(), path).status; });
  }
  return statuses;
}

std::vector<base::UniqueFd> connect_often(std::uint16_t port, std::size_t count) {
  std::vector<base::UniqueFd> connections(count);
  for (auto& connection : connections) connection = connect_to(port);
  return connections;
}

TEST(Front, ServesManyAtOnceByTurns) {
  front::Limits limits;
  limits.at_once = 2;
  const WholeFront front(echo, limits);
  auto replies = ask_at_once(front, "/", 20);
  for (auto& reply : replies) EXPECT_EQ(reply.get(), 200);
}

TEST(Front, FewerAtOnceWhereAskedForAndTheRestWaits) {
  std::atomic<int> now{0};
  std::atomic<int> most{0};
  WebFrontOptions options;
  options.listen = {{"127.0.0.1", 0}};
  options.max_requests = 1;
  const WholeFront front(options, [&](const HttpRequest& request) {
    most = std::max<int>(most, ++now);
    std::this_thread::yield();
    --now;
    return echo(request);
  });
  auto replies = ask_at_once(front, "/", 20);
  for (auto& reply : replies) EXPECT_EQ(reply.get(), 200);
  EXPECT_EQ(most, 1);
}

// Answers /slow once it is released, anything else at once.
struct HangingHandler {
  std::promise<void> release;
  std::shared_future<void> released = release.get_future().share();
  std::atomic<unsigned> hanging{0};

  HttpResponse operator()(const HttpRequest& request) {
    if (request.path == "/slow") {
      ++hanging;
      released.wait();
    }
    return echo(request);
  }
};

TEST(Front, HealthChecksAreAnsweredWhileAllElseHangs) {
  front::Limits limits;
  limits.at_once = 2;
  HangingHandler handler;
  const WholeFront front(std::ref(handler), limits);
  auto slow = ask_at_once(front, "/slow", 8);
  while (handler.hanging < 2) std::this_thread::yield();
  const auto health =
      std::async(std::launch::async, [&front] { return get(front.port(), "/-/healthy").status; });
  EXPECT_EQ(health.wait_for(std::chrono::seconds(5)), std::future_status::ready);
  handler.release.set_value();
  for (auto& status : slow) EXPECT_EQ(status.get(), 200);
}

// What they left running keeps its place, so that nobody else takes the workers of health checks.
TEST(Front, HealthChecksAreAnsweredWhileClientsThatHungUpKeepTheHandlerBusy) {
  front::Limits limits;
  limits.at_once = 2;
  limits.health_at_once = 1;
  limits.streams = 0;
  limits.wait = milliseconds(100);
  HangingHandler handler;
  const WholeFront front(std::ref(handler), limits);
  for (unsigned index = 0; index < 2; ++index) {
    const base::UniqueFd client = connect_to(front.port());
    send_text(client.get(), "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
    while (handler.hanging <= index) std::this_thread::yield();
    const linger reset{1, 0};
    ::setsockopt(client.get(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  }
  auto slow = ask_at_once(front, "/slow", 4);
  for (auto& status : slow) {
    EXPECT_EQ(status.wait_for(std::chrono::seconds(5)), std::future_status::ready);
  }
  const auto health =
      std::async(std::launch::async, [&front] { return get(front.port(), "/-/healthy").status; });
  EXPECT_EQ(health.wait_for(std::chrono::seconds(5)), std::future_status::ready);
  handler.release.set_value();
  for (auto& status : slow) EXPECT_EQ(status.get(), 503);
  while (get(front.port(), "/other").status != 200) std::this_thread::yield();
}

// Of this process: those of the handler are among them.
std::set<std::string> open_sockets() {
  std::set<std::string> open;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    const auto target = std::filesystem::read_symlink(entry.path(), gone).string();
    if (target.starts_with("socket:")) open.insert(target);
  }
  return open;
}

TEST(Front, AsksTheHandlerOverAKeptConnection) {
  const WholeFront front;
  const base::UniqueFd client = connect_to(front.port());
  const auto ask = [&client] {
    send_text(client.get(), kGet);
    EXPECT_EQ(read_one_reply(client.get()).status, 200);
  };
  ask();
  const auto after_one = open_sockets();
  for (int turn = 0; turn < 20; ++turn) ask();
  EXPECT_EQ(open_sockets(), after_one);
}

TEST(Front, GoesOnAfterTheHandlerHasEndedAKeptConnection) {
  front::Limits limits;
  limits.idle = milliseconds(100);
  const WholeFront front(echo, limits);
  EXPECT_EQ(get(front.port(), "/").status, 200);
  const auto kept = open_sockets();
  while (open_sockets() == kept) std::this_thread::yield();
  EXPECT_EQ(get(front.port(), "/").status, 200);
}

TEST(Front, SilentClientsAreCut) {
  front::Limits limits;
  limits.request = milliseconds(200);
  const WholeFront front(echo, limits);
  const base::UniqueFd silent = connect_to(front.port());
  EXPECT_TRUE(is_cut(silent));
}

// Each byte comes in time; the whole head does not.
TEST(Front, ClientsThatDribbleAreCut) {
  front::Limits limits;
  limits.request = milliseconds(300);
  const WholeFront front(echo, limits);
  const base::UniqueFd slow = connect_to(front.port());
  const auto begin = Clock::now();
  std::string head = "GET / HTTP/1.1\r\n";
  while (::send(slow.get(), head.data(), head.size(), MSG_NOSIGNAL) > 0 &&
         Clock::now() - begin < std::chrono::seconds(5)) {
    head = "A: b\r\n";
    pollfd cut{slow.get(), POLLIN, 0};
    if (::poll(&cut, 1, 20) != 0) break;
  }
  EXPECT_LT(Clock::now() - begin, std::chrono::seconds(3));
}

TEST(Front, IdleConnectionsAreCutLater) {
  front::Limits limits;
  limits.request = milliseconds(200);
  limits.idle = milliseconds(800);
  const WholeFront front(echo, limits);
  const base::UniqueFd connection = connect_to(front.port());
  send_text(connection.get(), kGet);
  EXPECT_EQ(read_one_reply(connection.get()).status, 200);
  const auto begin = Clock::now();
  EXPECT_TRUE(is_cut(connection));
  EXPECT_GE(Clock::now() - begin, milliseconds(700));
}

TEST(Front, ClientThatTakesNothingIsCutAndHoldsNoPlace) {
  front::Limits limits;
  limits.at_once = 1;
  limits.stall = milliseconds(300);
  const WholeFront front(large(std::size_t{50} * 1024 * 1024), limits);
  const base::UniqueFd lazy = connect_to(front.port());
  send_text(lazy.get(), "GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(get(front.port(), "/").status, 200);
}

// Takes a little now and then, for ever; others wait for its place.
TEST(Front, SlowClientOfALargeResponseMakesRoomForOthers) {
  front::Limits limits;
  limits.at_once = 1;
  limits.pressed_response = milliseconds(300);
  const WholeFront front(large(std::size_t{50} * 1024 * 1024), limits);
  const base::UniqueFd slow = connect_to(front.port());
  send_text(slow.get(), "GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
  std::promise<void> done;
  std::thread taker([&slow, ended = done.get_future()] {
    std::string piece(1000, '\0');
    while (ended.wait_for(milliseconds(10)) == std::future_status::timeout &&
           ::recv(slow.get(), piece.data(), piece.size(), 0) > 0) {
    }
  });
  EXPECT_EQ(get(front.port(), "/").status, 200);
  done.set_value();
  taker.join();
}

// Pauses longer than the server behind would wait, and still gets all of it.
TEST(Front, PatienceWithASlowClientIsTheFronts) {
  constexpr std::size_t kSize = std::size_t{20} * 1024 * 1024;
  const auto body = std::make_shared<const std::string>(kSize, 'x');
  WebFrontOptions options;
  options.listen = {{"127.0.0.1", 0}};
  options.server.request_timeout = milliseconds(200);
  options.server.response_timeout = milliseconds(200);
  const WholeFront front(options, [body](const HttpRequest&) {
    HttpResponse response;
    response.body = body;
    return response;
  });
  const base::UniqueFd slow = connect_to(front.port());
  send_text(slow.get(), "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  std::promise<void> never;
  never.get_future().wait_for(milliseconds(1000));
  EXPECT_EQ(read_reply(slow.get()).body.size(), kSize);
}

TEST(Front, SmallResponseToASlowClientHoldsNoPlace) {
  front::Limits limits;
  limits.at_once = 1;
  const WholeFront front(large(std::size_t{900} * 1024), limits);
  std::vector<base::UniqueFd> lazy;
  for (int index = 0; index < 4; ++index) {
    lazy.push_back(connect_to(front.port()));
    const int little = 4096;
    ::setsockopt(lazy.back().get(), SOL_SOCKET, SO_RCVBUF, &little, sizeof little);
    send_text(lazy.back().get(), "GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
  }
  const auto begin = Clock::now();
  EXPECT_EQ(get(front.port(), "/").status, 200);
  EXPECT_LT(Clock::now() - begin, std::chrono::seconds(2));
}

TEST(Front, HandlerThatDoesNotAnswerIsGivenUp) {
  front::Limits limits;
  limits.handler = milliseconds(300);
  std::promise<void> release;
  const std::shared_future<void> released = release.get_future().share();
  const WholeFront front(
      [released](const HttpRequest& request) {
        released.wait();
        return echo(request);
      },
      limits);
  EXPECT_EQ(get(front.port(), "/").status, 504);
  release.set_value();
}

TEST(Front, OverTheLimitTheOldestThatNeverAskedMakesRoom) {
  front::Limits limits;
  limits.connections = 4;
  const WholeFront front(echo, limits);
  const base::UniqueFd scraper = connect_to(front.port());
  send_text(scraper.get(), kGet);
  EXPECT_EQ(read_one_reply(scraper.get()).status, 200);
  const auto horde = connect_often(front.port(), 20);
  EXPECT_TRUE(is_cut(horde.front()));
  EXPECT_EQ(get(front.port(), "/").status, 200);
  send_text(scraper.get(), kGet);
  EXPECT_EQ(read_one_reply(scraper.get()).status, 200) << "an idle connection that has served";
}

TEST(Front, OneAddressCannotTakeAllConnections) {
  front::Limits limits;
  limits.connections_per_address = 2;
  const WholeFront front(echo, limits);
  const auto connections = connect_often(front.port(), 3);
  EXPECT_TRUE(is_cut(connections.front()));
  send_text(connections.back().get(), kGet);
  EXPECT_EQ(read_one_reply(connections.back().get()).status, 200);
}

TEST(Front, ListensOnBothFamiliesAndOnAUnixSocket) {
  const hnv::test::TemporaryFolder folder;
  const std::string path = folder.path() / "s";
  WebFrontOptions options;
  options.listen = {{"", 0}, {"::1", 0}, {"", 0, path}};
  {
    WholeFront front(options, echo);
    EXPECT_EQ(get(front.port(), "/").status, 200) << "IPv4 at the port of all addresses";
    EXPECT_NE(front.web().addresses()[1].port, 0);
    EXPECT_EQ(get(path, "/u").body, "/u ");
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(Front, LeavesNothingBehind) {
  const hnv::test::TemporaryFolder folder;
  ::setenv("RUNTIME_DIRECTORY", folder.path().c_str(), 1);  // NOLINT(concurrency-mt-unsafe)
  {
    const WholeFront front;
    ASSERT_FALSE(std::filesystem::is_empty(folder.path()));
    const auto entry = *std::filesystem::directory_iterator(folder.path());
    EXPECT_EQ(entry.status().permissions(), std::filesystem::perms::owner_all);
  }
  ::unsetenv("RUNTIME_DIRECTORY");  // NOLINT(concurrency-mt-unsafe)
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

// No descriptor is left for a client: it waits, and the thread must not spin meanwhile.
TEST(Front, WithoutDescriptorsItPausesAndGoesOn) {
#ifdef __clang__
#if __has_feature(undefined_behavior_sanitizer)
  GTEST_SKIP() << "this build's check of virtual calls opens a pipe, and there can be none here";
#endif
#endif
  std::atomic<int> reports{0};
  std::promise<void> reported;
  std::promise<void> reported_again;
  WebFrontOptions options;
  options.listen = {{"127.0.0.1", 0}};
  options.reports.on_accept_failure = [&](const base::Error& error) {
    EXPECT_THAT(error.to_string(), HasSubstr("EMFILE"));
    (++reports == 1 ? reported : reported_again).set_value();
  };
  WholeFront front(options, echo);
  const base::UniqueFd waiting = connect_to(front.port());
  const base::UniqueFd served = connect_to(front.port());
  send_text(served.get(), kGet);
  EXPECT_EQ(read_one_reply(served.get()).status, 200);
  const base::UniqueFd late(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  rlimit none = before;
  none.rlim_cur = 0;
  ::setrlimit(RLIMIT_NOFILE, &none);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(front.port());
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const auto cost_before = processor_time();
  EXPECT_EQ(::connect(late.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(reported.get_future().wait_for(std::chrono::seconds(5)), std::future_status::ready);
  // Long enough for a thread that spins to be noticed, and for a second report.
  EXPECT_EQ(reported_again.get_future().wait_for(milliseconds(700)), std::future_status::timeout);
  EXPECT_LT(processor_time() - cost_before, milliseconds(30));
  ::setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_EQ(reports, 1);
  send_text(late.get(), kGet);
  EXPECT_EQ(read_one_reply(late.get()).status, 200);
}

TEST(Front, StopsAtOnceAlsoWithClients) {
  const auto begin = Clock::now();
  {
    const WholeFront front;
    const base::UniqueFd silent = connect_to(front.port());
    EXPECT_EQ(get(front.port(), "/").status, 200);
  }
  EXPECT_LT(Clock::now() - begin, std::chrono::seconds(1));
}

}  // namespace
