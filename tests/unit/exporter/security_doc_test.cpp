// SPDX-License-Identifier: Apache-2.0
// The limits that docs/security.md promises are those of the code; so is the port of the socket
// unit.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "exporter/front/limits.hpp"
#include "exporter/listen_address.hpp"

namespace {

using hnv::exporter::front::Limits;
using ::testing::HasSubstr;

std::string seconds(std::chrono::milliseconds time) {
  return std::to_string(time.count() / 1000) + " s";
}

std::string bytes(std::size_t size) {
  return std::to_string(size) + " bytes";
}

std::string read(const std::string& name) {
  std::ifstream file(HNV_SOURCE_DIR "/" + name);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(SocketUnit, ListensOnTheDefaultPort) {
  EXPECT_THAT(read("packaging/systemd/hnv-exporter.socket"),
              HasSubstr("\nListenStream=" + std::to_string(hnv::exporter::kDefaultPort) + "\n"));
}

TEST(SecurityDocument, ShowsTheLimitsOfTheCode) {
  const std::string text = read("docs/security.md");
  const Limits limits;
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"connections", std::to_string(limits.connections)},
      {"connections from one IPv4 address or IPv6 /64",
       std::to_string(limits.connections_per_address)},
      {"request line, also once its path is escaped again", bytes(limits.request_line)},
      {"request head", bytes(limits.head)},
      {"headers", std::to_string(limits.header_fields)},
      {"requests with the handler at once", std::to_string(limits.at_once)},
      {"health checks (below `/-/`) at once, beside those", std::to_string(limits.health_at_once)},
      {"requests in line", std::to_string(limits.waiting)},
      {"wait in line, or for the check of a password", seconds(limits.wait)},
      {"streams", std::to_string(limits.streams)},
      {"from connection to whole request, with the TLS handshake", seconds(limits.request)},
      {"between two requests", seconds(limits.idle)},
      {"the handler's first byte; between two bytes of a stream", seconds(limits.handler)},
      {"a client that takes nothing", seconds(limits.stall)},
      {"a whole response", seconds(limits.response)},
      {"a whole response while others wait in line", seconds(limits.pressed_response)},
      {"response held for one slow client", bytes(limits.response_buffer)},
      {"responses held for all slow clients", bytes(limits.response_buffers)},
      {"wrong passwords from one address",
       std::to_string(limits.wrong_passwords) + " in " + seconds(limits.password_window)},
      {"passwords to check, one address", std::to_string(limits.password_checks_per_address)},
      {"passwords to check, all", std::to_string(limits.password_checks)},
  };
  for (const auto& [name, value] : rows) {
    EXPECT_THAT(text, HasSubstr("\n| " + name + " | " + value + " | "));
  }
  EXPECT_THAT(text, HasSubstr("one piece (" + bytes(limits.piece) + ")"));
  const std::size_t relayed = (limits.head + limits.request_line) / 1024;
  EXPECT_THAT(text, HasSubstr(", " + std::to_string(relayed) + " KiB of the 16 KiB"));
}

}  // namespace
