// SPDX-License-Identifier: Apache-2.0
// CivetWeb on its Unix socket, without the front.
#include "exporter/web_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <future>
#include <optional>
#include <stdexcept>

#include "http_client.hpp"
#include "tests/support/temporary_folder.hpp"

namespace {

using namespace hnv;
using namespace hnv::exporter;
using namespace hnv::exporter::test;
using ::testing::HasSubstr;

WebServerOptions local() {
  static const hnv::test::TemporaryFolder folder;
  static int count = 0;
  WebServerOptions options;
  options.socket = folder.path() / std::to_string(++count);
  options.workers = 8;
  return options;
}

HttpResponse echo(const HttpRequest& request) {
  return text_response(200, request.path + " " + request.query);
}

class Server {
 public:
  explicit Server(HttpHandler handler, const WebServerOptions& options = local())
      : place_(options.socket), server_(WebServer::start(options, std::move(handler))) {
    EXPECT_TRUE(server_) << server_.error().to_string();
  }
  [[nodiscard]] const std::string& place() const { return place_; }

 private:
  std::string place_;
  base::Expected<WebServer> server_;
};

TEST(WebServer, AnswersGet) {
  const Server server(echo);
  const HttpReply reply = get(server.place(), "/a/b?c=d");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "/a/b c=d");
  EXPECT_EQ(reply.header("Content-Length"), "8");
  EXPECT_EQ(reply.header("Content-Type"), "text/plain; charset=utf-8");
}

TEST(WebServer, SendsSecurityHeadersWithEveryResponse) {
  const Server server(echo);
  const std::string big(20000, 'x');
  for (const std::string& request :
       {std::string("GET / HTTP/1.0\r\n\r\n"), std::string("POST / HTTP/1.0\r\n\r\n"),
        std::string("nonsense\r\n\r\n"), std::string("GET / HTTP/9.9\r\n\r\n"),
        "GET /" + big + " HTTP/1.1\r\n\r\n"}) {
    const HttpReply reply = send_request(server.place(), request);
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
  const HttpReply reply =
      send_request(server.place(), "HEAD /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
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
    const HttpReply reply = send_request(
        server.place(), std::string(method) +
                            " / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nOrigin: http://evil\r\n"
                            "Access-Control-Request-Method: PUT\r\n\r\n");
    EXPECT_EQ(reply.status, 405) << method;
    EXPECT_EQ(reply.header("Allow"), "GET, HEAD") << method;
    EXPECT_EQ(reply.header("Access-Control-Allow-Origin"), "") << method;
  }
  // CivetWeb itself takes this one for nonsense.
  EXPECT_EQ(send_request(server.place(), "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n").status, 400);
  EXPECT_EQ(calls, 0);
}

TEST(WebServer, RefusesTwoLengths) {
  const Server server(echo);
  const HttpReply reply =
      send_request(server.place(),
                   "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 1\r\n"
                   "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
  EXPECT_EQ(reply.status, 400);
}

TEST(WebServer, DoesNotUpgradeToWebsocket) {
  const Server server(echo);
  const HttpReply reply = send_request(
      server.place(),
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  EXPECT_EQ(reply.status, 200);
}

TEST(WebServer, HandsOnTheHeaders) {
  HttpRequest seen;
  const Server server([&seen](const HttpRequest& request) {
    seen = request;
    return echo(request);
  });
  send_request(
      server.place(),
      "GET / HTTP/1.0\r\nHost: a\r\naccept: text/html\r\nAccept: */*;q=0.1\r\nX-Empty:\r\n\r\n");
  EXPECT_EQ(seen.header("Host"), "a");
  EXPECT_EQ(seen.header("ACCEPT"), "text/html, */*;q=0.1");
  EXPECT_EQ(seen.header("x-empty"), "");
  EXPECT_EQ(seen.header("Accept-Encoding"), std::nullopt);
  EXPECT_EQ(seen.header("Acc"), std::nullopt);
  ASSERT_EQ(seen.headers.size(), 4U);
  EXPECT_EQ(seen.headers[1].first, "accept");
}

TEST(WebServer, CleansThePath) {
  const Server server(echo);
  EXPECT_EQ(get(server.place(), "/x/../%6Detrics").body, "/metrics ");
}

TEST(WebServer, TurnsExceptionsIntoAnError) {
  const Server server([](const HttpRequest&) -> HttpResponse { throw std::runtime_error("no"); });
  EXPECT_EQ(get(server.place(), "/").status, 500);
  EXPECT_EQ(get(server.place(), "/").status, 500);
}

TEST(WebServer, SendsLargeBodies) {
  const auto body = std::make_shared<const std::string>(std::size_t{5} * 1024 * 1024, 'x');
  const Server server([&body](const HttpRequest&) {
    HttpResponse response;
    response.body = body;
    return response;
  });
  EXPECT_EQ(get(server.place(), "/").body, *body);
}

TEST(WebServer, AnswersManyAtOnce) {
  const Server server(echo);
  std::vector<std::future<std::string>> replies;
  replies.reserve(16);
  for (int index = 0; index < 16; ++index) {
    replies.push_back(std::async(std::launch::async, [&server, index] {
      std::string bodies;
      for (int turn = 0; turn < 10; ++turn) {
        bodies = get(server.place(), "/" + std::to_string(index)).body;
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
  std::vector<base::UniqueFd> silent(7);
  for (auto& connection : silent) connection = connect_to(server.place());
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(get(server.place(), "/").status, 200);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(1));
}

TEST(WebServer, SilentClientsAreCut) {
  WebServerOptions options = local();
  options.request_timeout = std::chrono::milliseconds(500);
  const Server server(echo, options);
  std::vector<base::UniqueFd> silent(8);
  for (auto& connection : silent) connection = connect_to(server.place());
  EXPECT_EQ(get(server.place(), "/").status, 200);
}

TEST(WebServer, KeepsAConnectionForAWhile) {
  WebServerOptions options = local();
  options.workers = 1;
  options.idle_timeout = std::chrono::milliseconds(500);
  const Server server(echo, options);
  const base::UniqueFd connection = connect_to(server.place());
  for (const char* path : {"/1", "/2", "/3"}) {
    send_text(connection.get(), std::string("GET ") + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
    const HttpReply reply = read_one_reply(connection.get());
    EXPECT_EQ(reply.body, std::string(path) + " ");
    EXPECT_EQ(reply.header("Connection"), "keep-alive");
  }
  EXPECT_EQ(get(server.place(), "/").status, 200) << "its worker is free again";
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
  const base::UniqueFd lazy = connect_to(server.place());
  const std::string_view request = "GET /large HTTP/1.0\r\n\r\n";
  ::send(lazy.get(), request.data(), request.size(), 0);
  EXPECT_EQ(get(server.place(), "/").status, 200);
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
base::UniqueFd listener(const std::string& place) {
  base::UniqueFd connection = connect_to(place);
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
  const base::UniqueFd connection = listener(server->place());
  const auto begin = std::chrono::steady_clock::now();
  server.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(1));
  char byte = 0;
  EXPECT_EQ(::recv(connection.get(), &byte, 1, 0), 0);
}

TEST(WebServer, HeadOfAStreamSaysWhatGetWould) {
  const Server server(streaming);
  const HttpReply reply = send_request(server.place(), "HEAD /stream HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.header("Content-Type"), "text/event-stream");
  EXPECT_EQ(reply.header("Connection"), "close");
  EXPECT_THAT(reply.headers, ::testing::Not(HasSubstr("Content-Length")));
  EXPECT_EQ(reply.body, "");
}

TEST(WebServer, RefusesMoreStreamsThanItMayHaveAndServesTheRest) {
  WebServerOptions options = local();
  options.workers = 1;
  options.max_streams = 2;
  const Server server(streaming, options);
  const base::UniqueFd one = listener(server.place());
  const base::UniqueFd two = listener(server.place());
  const HttpReply refused = get(server.place(), "/stream");
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.header("Content-Type"), "application/json");
  EXPECT_THAT(refused.body, HasSubstr("\"message\":\"too many streams"));
  EXPECT_EQ(get(server.place(), "/other").status, 200) << "streams have workers of their own";
}

TEST(WebServer, ListensOnItsSocketAndOnNothingElse) {
  const Server server(echo);
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    const int fd = std::stoi(entry.path().filename());
    int listens = 0;
    int family = 0;
    socklen_t size = sizeof listens;
    if (::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 || listens == 0) continue;
    size = sizeof family;
    ::getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &size);
    EXPECT_EQ(family, AF_UNIX) << "descriptor " << fd;
  }
  EXPECT_EQ(get(server.place(), "/").status, 200);
}

TEST(WebServer, SaysWhichSocketItCannotMakeAndWhy) {
  WebServerOptions options = local();
  options.socket = "/proc/none/http";
  const auto server = WebServer::start(options, echo);
  ASSERT_FALSE(server);
  EXPECT_THAT(server.error().to_string(), HasSubstr("/proc/none/http"));
  EXPECT_THAT(server.error().to_string(), HasSubstr("No such file"));
}

TEST(WebServer, StopsAtOnce) {
  const auto begin = std::chrono::steady_clock::now();
  { const Server server(echo); }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(1));
}

}  // namespace
