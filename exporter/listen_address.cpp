// SPDX-License-Identifier: Apache-2.0
#include "exporter/listen_address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace hnv::exporter {

namespace {

constexpr std::string_view kUnixPrefix = "unix:";

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, port);
  if (text.empty() || error != std::errc() || rest != end) return std::nullopt;
  return port;
}

bool is_address(int family, const std::string& text) {
  in6_addr address{};  // large enough for both families
  return ::inet_pton(family, text.c_str(), &address) == 1;
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_host_name(const std::string& text) {
  // What begins with a digit was meant to be an address.
  return is_letter(text.front()) && std::all_of(text.begin(), text.end(), [](char c) {
           return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
         });
}

}  // namespace

std::string ListenAddress::to_string() const {
  if (!unix_path.empty()) return std::string(kUnixPrefix) + unix_path;
  const std::string shown = is_ipv6() ? "[" + host + "]" : host;
  return shown + ":" + std::to_string(port);
}

base::Expected<ListenAddress> parse_listen_address(std::string_view text) {
  const auto bad = [text] {
    return base::failure({base::ErrorCode::invalid, "read listen address", std::string(text),
                          "allowed: :PORT, ADDRESS:PORT or [IPV6-ADDRESS]:PORT with a port of 0 to "
                          "65535, or unix:/PATH"});
  };
  if (text.starts_with(kUnixPrefix)) {
    const std::string_view path = text.substr(kUnixPrefix.size());
    if (path.size() < 2 || path.front() != '/') return bad();
    return ListenAddress{"", 0, std::string(path)};
  }
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return bad();
  const auto port = parse_port(text.substr(colon + 1));
  if (!port) return bad();
  ListenAddress address{std::string(text.substr(0, colon)), *port};
  std::string& host = address.host;
  if (host.empty()) return address;
  if (host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
    if (!is_address(AF_INET6, host)) return bad();
    return address;
  }
  if (!is_address(AF_INET, host) && !is_host_name(host)) return bad();
  return address;
}

}  // namespace hnv::exporter
