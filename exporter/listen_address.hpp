// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/expected.hpp"

namespace hnv::exporter {

inline constexpr std::uint16_t kDefaultPort = 10468;

// Where to listen, as Prometheus exporters write it: ":10468" (every address of the machine),
// "127.0.0.1:10468", "localhost:10468", "[::1]:10468". Port 0 is any free port. Or
// "unix:/run/hnv-exporter.sock", the path of a Unix socket.
struct ListenAddress {
  std::string host;  // "" for every address; an IPv6 address stands here without its brackets
  std::uint16_t port = kDefaultPort;
  std::string unix_path = {};  // absolute; then there is neither host nor port
  bool operator==(const ListenAddress&) const = default;

  [[nodiscard]] bool is_ipv6() const { return host.find(':') != std::string::npos; }
  [[nodiscard]] std::string to_string() const;
};

// Error invalid, naming what is allowed.
base::Expected<ListenAddress> parse_listen_address(std::string_view text);

}  // namespace hnv::exporter
