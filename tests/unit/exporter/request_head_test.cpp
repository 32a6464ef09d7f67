// SPDX-License-Identifier: Apache-2.0
#include "exporter/front/request_head.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace hnv::exporter::front;
using ::testing::HasSubstr;
using ::testing::Not;

RequestReading read(const std::string& bytes) {
  return read_request_head(bytes, Limits{});
}

RequestHead head_of(const std::string& bytes) {
  auto reading = read(bytes);
  if (const auto* refusal = std::get_if<RequestRefusal>(&reading)) {
    ADD_FAILURE() << refusal->status << " " << refusal->reason;
  }
  auto* head = std::get_if<RequestHead>(&reading);
  return head != nullptr ? *head : RequestHead{};
}

// 0: not refused.
int status_of(const std::string& bytes) {
  const auto reading = read(bytes);
  const auto* refusal = std::get_if<RequestRefusal>(&reading);
  return refusal != nullptr ? refusal->status : 0;
}

std::string with_target(const std::string& target) {
  return "GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n";
}

std::string with_header(const std::string& line) {
  return "GET / HTTP/1.1\r\nHost: a\r\n" + line + "\r\n\r\n";
}

TEST(RequestHead, IsRead) {
  const RequestHead head = head_of(
      "HEAD /a%20b?c=%20d HTTP/1.1\r\nHost: x\r\nACCEPT: text/plain\r\nAccept:\t*/*;q=0.1 "
      "\r\n\r\nrest");
  EXPECT_TRUE(head.is_head);
  EXPECT_EQ(head.path, "/a b");
  EXPECT_EQ(head.query, "c=%20d");
  EXPECT_TRUE(head.keep_alive);
  EXPECT_EQ(head.header("accept"), "text/plain, */*;q=0.1");
  EXPECT_EQ(head.header("none"), std::nullopt);
}

TEST(RequestHead, EndsWhereTheNextBegins) {
  const std::string first = with_target("/");
  EXPECT_EQ(head_of(first + "GET /next").size, first.size());
}

TEST(RequestHead, IsIncompleteUntilItsLastByte) {
  const std::string whole = with_header("Accept: a");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_TRUE(std::holds_alternative<RequestIncomplete>(read(whole.substr(0, size)))) << size;
  }
}

TEST(RequestHead, PathHasNoDotSegments) {
  for (const auto& [target, path] :
       std::vector<std::pair<std::string, std::string>>{{"/", "/"},
                                                        {"/a/./b/../c", "/a/c"},
                                                        {"/../../etc/passwd", "/etc/passwd"},
                                                        {"/%2e%2e/%2E%2e/etc", "/etc"},
                                                        {"/a/..%2f..%2fb", "/b"},
                                                        {"//a///b", "/a/b"},
                                                        {"/a/", "/a/"},
                                                        {"/a/..", "/"},
                                                        {"/-/ready", "/-/ready"},
                                                        {"http://host/metrics?x", "/metrics"},
                                                        {"/a\\..\\b", "/a\\..\\b"}}) {
    EXPECT_EQ(head_of(with_target(target)).path, path) << target;
  }
}

TEST(RequestHead, BadTargetsAreRefused) {
  for (const char* target :
       {"", "a", "*", "/a b", "/%", "/%4", "/%zz", "/%00", "/%0d%0aX:", "/\x01", "/\xff", "/#a",
        "http://host", "http://host?x", "ftp://host/"}) {
    EXPECT_EQ(status_of(with_target(target)), 400) << target;
  }
}

TEST(RequestHead, OtherMethodsAreRefused) {
  for (const char* method : {"POST", "PUT", "get", "TRACE", "BREW"}) {
    EXPECT_EQ(status_of(std::string(method) + " / HTTP/1.1\r\nHost: a\r\n\r\n"), 405) << method;
  }
  EXPECT_EQ(status_of("PRI * HTTP/2.0\r\n\r\n"), 505);
}

TEST(RequestHead, BadLinesAreRefused) {
  for (const char* bytes :
       {"GET /\r\n\r\n", "GET / HTTP/1.1 x\r\n\r\n", "G(T / HTTP/1.1\r\n\r\n",
        "GET / HTTP/11\r\n\r\n", " GET / HTTP/1.1\r\n\r\n", "\r\nGET / HTTP/1.1\r\n\r\n",
        "GET / http/1.1\r\n\r\n", "GET / HTTP/1.1\nHost: a\n\r\n\r\n"}) {
    EXPECT_EQ(status_of(bytes), 400) << bytes;
  }
  for (const char* line : {"Accept : a", "Accept", ": a", " folded", "Acc ept: a", "A: b\nC: d",
                           "A: \x01", "A: b\rC: d", "Host: b"}) {
    EXPECT_EQ(status_of(with_header(line)), 400) << line;
  }
  EXPECT_EQ(status_of(with_header(std::string("A: b\0c", 6))), 400);
}

TEST(RequestHead, NoHttpIsToldByItsFirstByte) {
  EXPECT_EQ(status_of("\x16\x03\x01"), 400);
  EXPECT_EQ(status_of(std::string(1, '\0')), 400);
}

TEST(RequestHead, HostIsNeededByHttp11Alone) {
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.0\r\n\r\n"), 0);
}

// What request smuggling is made of.
TEST(RequestHead, BodiesAreRefused) {
  EXPECT_EQ(status_of(with_header("Content-Length: 0")), 0);
  EXPECT_EQ(status_of(with_header("Content-Length: 5")), 413);
  EXPECT_EQ(status_of(with_header("Content-Length: 99999999999999999999999")), 413);
  for (const char* line :
       {"Content-Length: 0\r\nContent-Length: 0", "Content-Length: -1", "Content-Length: +0",
        "Content-Length: 0, 0", "Content-Length:", "Transfer-Encoding: chunked",
        "Transfer-Encoding: identity", "Content-Length: 0\r\nTransfer-Encoding: chunked"}) {
    EXPECT_EQ(status_of(with_header(line)), 400) << line;
  }
  EXPECT_EQ(status_of(with_header("Expect: 100-continue")), 417);
}

TEST(RequestHead, ConnectionStaysUnlessSaidOtherwise) {
  EXPECT_TRUE(head_of(with_target("/")).keep_alive);
  EXPECT_TRUE(head_of(with_header("Connection: keep-alive, TE")).keep_alive);
  EXPECT_FALSE(head_of(with_header("Connection: TE, Close")).keep_alive);
  EXPECT_FALSE(head_of("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").keep_alive);
}

TEST(RequestHead, LimitsHoldAlsoForPartsOfIt) {
  const Limits limits;
  const std::string long_line = "/" + std::string(limits.request_line, 'a');
  EXPECT_EQ(status_of("GET " + long_line), 414);
  EXPECT_EQ(status_of(with_target(long_line)), 414);
  const std::string long_header = "A: " + std::string(limits.head, 'a');
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\n" + long_header), 431);
  EXPECT_EQ(status_of(with_header(long_header)), 431);
  std::string many = "GET / HTTP/1.1\r\n";
  for (std::size_t index = 0; index <= limits.header_fields; ++index) many += "A: b\r\n";
  EXPECT_EQ(status_of(many + "\r\n"), 431);
}

TEST(RequestHead, HandlerGetsWhatItMaySeeInOurWords) {
  const RequestHead head = head_of(
      "GET /a%2Fb%41%20;x?q=1 HTTP/1.1\r\nHost: evil\r\nAuthorization: Basic c2VjcmV0\r\n"
      "Cookie: c\r\nUpgrade: websocket\r\naccept: "
      "text/plain\r\nX-Prometheus-Scrape-Timeout-Seconds: 5\r\n"
      "User-Agent: u\r\nLast-Event-ID: 7\r\nAccept-Encoding: gzip\r\n\r\n");
  const std::string relayed = to_relay(head);
  EXPECT_THAT(relayed, HasSubstr("GET /a/bA%20%3Bx?q=1 HTTP/1.1\r\n"));
  for (const char* line :
       {"\r\nHost: localhost\r\n", "\r\nAccept: text/plain\r\n",
        "\r\nX-Prometheus-Scrape-Timeout-Seconds: 5\r\n", "\r\nAccept-Encoding: gzip\r\n"}) {
    EXPECT_THAT(relayed, HasSubstr(line));
  }
  for (const char* word :
       {"Authorization", "c2VjcmV0", "Cookie", "Upgrade", "evil", "User-Agent", "Last-Event-ID"}) {
    EXPECT_THAT(relayed, Not(HasSubstr(word)));
  }
}

TEST(RequestHead, HandlerGetsPrintableValuesOnly) {
  const std::string relayed = to_relay(
      head_of(with_header("Accept: \xc3\xa4\r\nX-Prometheus-Scrape-Timeout-Seconds: 5\t\x80\r\n"
                          "Accept-Encoding: gzip")));
  EXPECT_THAT(relayed, Not(HasSubstr("Accept:")));
  EXPECT_THAT(relayed, Not(HasSubstr("X-Prometheus")));
  EXPECT_THAT(relayed, HasSubstr("\r\nAccept-Encoding: gzip\r\n"));
}

// Its path is escaped again, which makes it longer: "!" becomes "%21".
TEST(RequestHead, TargetThatIsTooLongOnceEscapedIsRefused) {
  const Limits limits;
  EXPECT_EQ(status_of(with_target("/" + std::string(limits.request_line / 2, '!'))), 414);
  EXPECT_EQ(status_of(with_target("/" + std::string(limits.request_line / 2, 'a'))), 0);
  EXPECT_EQ(status_of(with_target("/!?" + std::string(limits.request_line - 20, 'a'))), 0);
}

// The bound that docs/security.md tells of what CivetWeb is sent.
TEST(RequestHead, HandlerGetsNoMoreThanPromised) {
  const Limits limits;
  const std::string line = "/" + std::string((limits.request_line - 1) / 3, '!');
  std::string bytes = with_target(line);
  bytes.resize(bytes.size() - 2);
  bytes += "Accept: ";
  bytes += std::string(limits.head - bytes.size() - 4, 'a') + "\r\n\r\n";
  ASSERT_EQ(bytes.size(), limits.head);
  EXPECT_LE(to_relay(head_of(bytes)).size(), limits.head + limits.request_line);
}

}  // namespace
