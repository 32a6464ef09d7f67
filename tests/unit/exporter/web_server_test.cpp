// SPDX-License-Identifier: Apache-2.0
// A live server on a free port of 127.0.0.1.
#include "exporter/web_server.hpp"

#include <civetweb.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <future>
#include <optional>
#include <stdexcept>

#include "http_client.hpp"

namespace {

using namespace hnv;
using namespace hnv::exporter;
using namespace hnv::exporter::test;
using ::testing::HasSubstr;

WebServerOptions local() {
  WebServerOptions options;
  options.listen = {{"127.0.0.1", 0}};
  options.workers = 8;
  return options;
}

HttpResponse echo(const HttpRequest& request) {
  return text_response(200, request.path + " " + request.query);
}

class Server {
 public:
  explicit Server(HttpHandler handler, const WebServerOptions& options = local())
      : server_(WebServer::start(options, std::move(handler))) {
    EXPECT_TRUE(server_) << server_.error().to_string();
  }
  [[nodiscard]] std::uint16_t port() const { return server_->addresses().front().port; }

 private:
  base::Expected<WebServer> server_;
};

TEST(WebServer, AnswersGet) {
  const Server server(echo);
  const HttpReply reply = get(server.port(), "/a/b?c=d");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "/a/b c=d");
  EXPECT_EQ(reply.header("Content-Length"), "8");
  EXPECT_EQ(reply.header("Content-Type"), "text/plain; charset=utf-8");
}

TEST(WebServer, SendsSecurityHeadersWithEveryResponse) {
  const Server server(echo);
  const std::string big(20000, 'x');
  for (const std::string& request :
       {std::string("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), std::string("POST / HTTP/1.0\r\n\r\n"),
        std::string("nonsense\r\n\r\n"), std::string("GET / HTTP/9.9\r\n\r\n"),
        "GET /" + big + " HTTP/1.1\r\n\r\n"}) {
    const HttpReply reply = send_request(server.port(), request);
    EXPECT_NE(reply.status, 0) << request.substr(0, 40);
    EXPECT_EQ(reply.header("X-Content-Type-Options"), "nosniff") << request.substr(0, 40);
    EXPECT_THAT(reply.header("Content-Security-Policy"), HasSubstr("default-src 'none'"));
    EXPECT_EQ(reply.header("Cache-Control"), "no-store");
    EXPECT_EQ(reply.header("Connection"), "close");
    EXPECT_THAT(reply.header("Date"), ::testing::EndsWith(" GMT"));
    EXPECT_EQ(reply.header("Access-Control-Allow-Origin"), "");
    EXPECT_EQ(reply.header("Server"), "");
  }
}

TEST(WebServer, SendsNoBodyForHead) {
  const Server server(echo);
  const HttpReply reply = send_request(server.port(), "HEAD /a HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.header("Content-Length"), "3");
  EXPECT_EQ(reply.body, "");
}

TEST(WebServer, RefusesOtherMethods) {
  std::atomic<int> calls{0};
  const Server server([&calls](const HttpRequest& request) {
    ++calls;
    return echo(request);
  });
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "PROPFIND", "CONNECT"}) {
    const HttpReply reply =
        send_request(server.port(), std::string(method) +
                                        " / HTTP/1.1\r\nHost: a\r\nOrigin: http://evil\r\n"
                                        "Access-Control-Request-Method: PUT\r\n\r\n");
    EXPECT_EQ(reply.status, 405) << method;
    EXPECT_EQ(reply.header("Allow"), "GET, HEAD") << method;
    EXPECT_EQ(reply.header("Access-Control-Allow-Origin"), "") << method;
  }
  // CivetWeb itself takes this one for nonsense.
  EXPECT_EQ(send_request(server.port(), "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n").status, 400);
  EXPECT_EQ(calls, 0);
}

TEST(WebServer, RefusesTwoLengths) {
  const Server server(echo);
  const HttpReply reply = send_request(server.port(),
                                       "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n"
                                       "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
  EXPECT_EQ(reply.status, 400);
}

TEST(WebServer, DoesNotUpgradeToWebsocket) {
  const Server server(echo);
  const HttpReply reply = send_request(
      server.port(),
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  EXPECT_EQ(reply.status, 200);
}

TEST(WebServer, CleansThePath) {
  const Server server(echo);
  EXPECT_EQ(get(server.port(), "/x/../%6Detrics").body, "/metrics ");
}

TEST(WebServer, TurnsExceptionsIntoAnError) {
  const Server server([](const HttpRequest&) -> HttpResponse { throw std::runtime_error("no"); });
  EXPECT_EQ(get(server.port(), "/").status, 500);
  EXPECT_EQ(get(server.port(), "/").status, 500);
}

TEST(WebServer, SendsLargeBodies) {
  const auto body = std::make_shared<const std::string>(std::size_t{5} * 1024 * 1024, 'x');
  const Server server([&body](const HttpRequest&) {
    HttpResponse response;
    response.body = body;
    return response;
  });
  EXPECT_EQ(get(server.port(), "/").body, *body);
}

TEST(WebServer, AnswersManyAtOnce) {
  const Server server(echo);
  std::vector<std::future<std::string>> replies;
  replies.reserve(16);
  for (int index = 0; index < 16; ++index) {
    replies.push_back(std::async(std::launch::async, [&server, index] {
      std::string bodies;
      for (int turn = 0; turn < 10; ++turn) {
        bodies = get(server.port(), "/" + std::to_string(index)).body;
      }
      return bodies;
    }));
  }
  for (std::size_t index = 0; index < replies.size(); ++index) {
    EXPECT_EQ(replies[index].get(), "/" + std::to_string(index) + " ");
  }
}

// Every connection holds a worker, also one that says nothing: the others must still be served.
TEST(WebServer, SilentClientsBlockNobodyWhileAWorkerIsLeft) {
  const Server server(echo);
  std::vector<base::UniqueFd> silent;
  for (int index = 0; index < 7; ++index) silent.push_back(connect_to(server.port()));
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(get(server.port(), "/").status, 200);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(1));
}

TEST(WebServer, SilentClientsAreCut) {
  WebServerOptions options = local();
  options.request_timeout = std::chrono::milliseconds(500);
  const Server server(echo, options);
  std::vector<base::UniqueFd> silent;
  for (int index = 0; index < 8; ++index) silent.push_back(connect_to(server.port()));
  EXPECT_EQ(get(server.port(), "/").status, 200);
}

TEST(WebServer, ClientThatTakesNothingIsCut) {
  WebServerOptions options = local();
  options.workers = 1;
  options.request_timeout = std::chrono::milliseconds(500);
  const auto body = std::make_shared<const std::string>(std::size_t{50} * 1024 * 1024, 'x');
  const Server server(
      [&body](const HttpRequest& request) {
        HttpResponse response = echo(request);
        if (request.path == "/large") response.body = body;
        return response;
      },
      options);
  const base::UniqueFd lazy = connect_to(server.port());
  const std::string_view request = "GET /large HTTP/1.0\r\n\r\n";
  ::send(lazy.get(), request.data(), request.size(), 0);
  EXPECT_EQ(get(server.port(), "/").status, 200);
}

TEST(WebServer, LimitsRequestsAtOnceButNotHealthChecks) {
  WebServerOptions options = local();
  options.max_requests = 2;
  std::promise<void> release;
  const std::shared_future<void> released = release.get_future().share();
  std::atomic<int> waiting{0};
  const Server server(
      [&](const HttpRequest& request) {
        if (request.path == "/slow") {
          ++waiting;
          released.wait();
        }
        return echo(request);
      },
      options);
  std::vector<std::future<int>> slow;
  slow.reserve(2);
  for (int index = 0; index < 2; ++index) {
    slow.push_back(
        std::async(std::launch::async, [&server] { return get(server.port(), "/slow").status; }));
  }
  while (waiting < 2) std::this_thread::yield();
  const HttpReply refused = get(server.port(), "/");
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.header("Retry-After"), "1");
  EXPECT_EQ(get(server.port(), "/-/healthy").status, 200);
  release.set_value();
  for (auto& status : slow) EXPECT_EQ(status.get(), 200);
  EXPECT_EQ(get(server.port(), "/").status, 200);
}

// Gives `pieces`, then waits until it is ended.
class Pieces : public HttpStream {
 public:
  explicit Pieces(std::vector<std::string> pieces) : pieces_(std::move(pieces)) {}
  std::string next() override {
    if (given_ < pieces_.size()) return pieces_[given_++];
    ended_.get_future().wait();
    return "";
  }
  void end() override { ended_.set_value(); }

 private:
  std::vector<std::string> pieces_;
  std::size_t given_ = 0;
  std::promise<void> ended_;
};

HttpResponse streaming(const HttpRequest& request) {
  if (request.path != "/stream") return echo(request);
  HttpResponse response;
  response.content_type = "text/event-stream";
  response.stream = std::make_shared<Pieces>(std::vector<std::string>{"one\n", "two\n"});
  return response;
}

// A client that has had the first two pieces.
base::UniqueFd listener(std::uint16_t port) {
  base::UniqueFd connection = connect_to(port);
  const std::string_view request = "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n";
  ::send(connection.get(), request.data(), request.size(), 0);
  std::string text;
  while (text.find("two\n") == std::string::npos) {
    std::array<char, 4096> piece{};
    const ssize_t count = ::recv(connection.get(), piece.data(), piece.size(), 0);
    if (count <= 0) break;
    text.append(piece.data(), static_cast<std::size_t>(count));
  }
  EXPECT_THAT(text, HasSubstr("Content-Type: text/event-stream\r\n\r\none\ntwo\n"));
  EXPECT_THAT(text, ::testing::Not(HasSubstr("Content-Length")));
  return connection;
}

TEST(WebServer, SendsAStreamPieceByPieceAndEndsItWhenItStops) {
  std::optional<Server> server(std::in_place, streaming);
  const base::UniqueFd connection = listener(server->port());
  const auto begin = std::chrono::steady_clock::now();
  server.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(1));
  char byte = 0;
  EXPECT_EQ(::recv(connection.get(), &byte, 1, 0), 0);
}

TEST(WebServer, RefusesMoreStreamsThanItMayHaveAndServesTheRest) {
  WebServerOptions options = local();
  options.workers = 1;
  options.max_streams = 2;
  options.max_requests = 1;
  const Server server(streaming, options);
  const base::UniqueFd one = listener(server.port());
  const base::UniqueFd two = listener(server.port());
  const HttpReply refused = get(server.port(), "/stream");
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.header("Content-Type"), "application/json");
  EXPECT_THAT(refused.body, HasSubstr("\"message\":\"too many streams"));
  EXPECT_EQ(get(server.port(), "/other").status, 200) << "streams are no requests in flight";
}

TEST(WebServer, ListensOnSeveralAddresses) {
  WebServerOptions options = local();
  options.listen = {{"127.0.0.1", 0}, {"127.0.0.1", 0}};
  const auto server = WebServer::start(options, echo);
  ASSERT_TRUE(server);
  ASSERT_EQ(server->addresses().size(), 2U);
  EXPECT_NE(server->addresses()[0].port, server->addresses()[1].port);
  for (const ListenAddress& address : server->addresses()) {
    EXPECT_NE(address.port, 0);
    EXPECT_EQ(get(address.port, "/").status, 200);
  }
}

TEST(WebServer, SaysWhichAddressItCannotListenOnAndWhy) {
  const Server first(echo);
  WebServerOptions options = local();
  options.listen.front().port = first.port();
  const auto second = WebServer::start(options, echo);
  ASSERT_FALSE(second);
  const std::string text = second.error().to_string();
  EXPECT_THAT(text, HasSubstr("127.0.0.1:" + std::to_string(first.port())));
  EXPECT_THAT(text, HasSubstr("Address already in use"));
}

TEST(WebServer, SaysThatItHasNoIpv6) {
  if (mg_check_feature(MG_FEATURES_IPV6) != 0) GTEST_SKIP() << "this CivetWeb has IPv6";
  WebServerOptions options = local();
  options.listen.push_back({"::1", 0});
  const auto server = WebServer::start(options, echo);
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().code, base::ErrorCode::unsupported);
  EXPECT_THAT(server.error().to_string(), HasSubstr("[::1]:0"));
  EXPECT_THAT(server.error().to_string(), HasSubstr("without IPv6"));
}

TEST(WebServer, StopsAtOnce) {
  const auto begin = std::chrono::steady_clock::now();
  { const Server server(echo); }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(1));
}

}  // namespace
