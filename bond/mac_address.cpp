// SPDX-License-Identifier: Apache-2.0
#include "bond/mac_address.hpp"

#include <charconv>

namespace hnv::bond {

std::string MacAddress::to_string() const {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : bytes) {
    if (!text.empty()) text.push_back(':');
    text.push_back(kDigits[byte >> 4U]);
    text.push_back(kDigits[byte & 0xFU]);
  }
  return text;
}

std::optional<MacAddress> MacAddress::parse(std::string_view text) {
  MacAddress address;
  constexpr std::size_t kGroup = 3;  // two digits and the colon
  if (text.size() != address.bytes.size() * kGroup - 1) return std::nullopt;
  for (std::size_t index = 0; index < address.bytes.size(); ++index) {
    const char* const digits = text.data() + index * kGroup;
    const auto [end, error] = std::from_chars(digits, digits + 2, address.bytes[index], 16);
    if (error != std::errc() || end != digits + 2) return std::nullopt;
    if (index + 1 < address.bytes.size() && digits[2] != ':') return std::nullopt;
  }
  return address;
}

}  // namespace hnv::bond
