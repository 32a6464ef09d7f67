// SPDX-License-Identifier: Apache-2.0
#include "hnv/hcn_id.hpp"

#include <charconv>

namespace hnv {

namespace {

constexpr std::string_view kDigits = "0123456789abcdef";
constexpr std::size_t kLength = 8;
constexpr unsigned kBitsPerDigit = 4;

}  // namespace

std::string to_string(HcnId id) {
  std::string text(kLength, '0');
  std::uint32_t rest = id.value;
  for (std::size_t place = kLength; place > 0; --place) {
    text[place - 1] = kDigits[rest & 0xfU];
    rest >>= kBitsPerDigit;
  }
  return text;
}

std::optional<HcnId> parse_hcn_id(std::string_view text) {
  if (text.size() != kLength || text.find_first_not_of(kDigits) != std::string_view::npos) {
    return std::nullopt;
  }
  HcnId id;
  constexpr int kHexadecimal = 16;
  std::from_chars(text.data(), text.data() + text.size(), id.value, kHexadecimal);
  return id;
}

std::string bond_name(HcnId id) {
  return "bond" + to_string(id);
}

}  // namespace hnv
