// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hnv {

// An IPv4 or an IPv6 address, without scope.
struct IpAddress {
  enum class Family : std::uint8_t { v4, v6 };

  Family family = Family::v4;
  std::array<std::uint8_t, 16> bytes{};  // network order; of IPv4 the first four, the rest is 0
  auto operator<=>(const IpAddress&) const = default;

  [[nodiscard]] std::string to_string() const;                   // as inet_ntop writes it
  static std::optional<IpAddress> parse(std::string_view text);  // as inet_pton reads it
};

}  // namespace hnv
