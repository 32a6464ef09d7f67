// SPDX-License-Identifier: Apache-2.0
#include "hnv/ip_address.hpp"

#include <arpa/inet.h>

namespace hnv {

std::string IpAddress::to_string() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int of = family == Family::v4 ? AF_INET : AF_INET6;
  return ::inet_ntop(of, bytes.data(), text.data(), text.size());
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  const std::string terminated(text);  // a 0 inside would end it early and hide the rest
  if (terminated.find('\0') != std::string::npos) return std::nullopt;
  IpAddress address;
  if (::inet_pton(AF_INET, terminated.c_str(), address.bytes.data()) == 1) return address;
  address.family = Family::v6;
  if (::inet_pton(AF_INET6, terminated.c_str(), address.bytes.data()) == 1) return address;
  return std::nullopt;
}

}  // namespace hnv
