// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hnv::bond {

// An Ethernet address. Other lengths (InfiniBand) are no address to us.
struct MacAddress {
  std::array<std::uint8_t, 6> bytes{};
  auto operator<=>(const MacAddress&) const = default;

  [[nodiscard]] std::string to_string() const;                    // "52:54:00:00:00:11"
  static std::optional<MacAddress> parse(std::string_view text);  // either case of hex digits
};

}  // namespace hnv::bond
