// SPDX-License-Identifier: Apache-2.0
// The few words of HTTP/1.1's grammar (RFC 9112) that requests and responses share.
#pragma once

#include <algorithm>
#include <string_view>

namespace hnv::exporter {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kHeadEnd = "\r\n\r\n";

// Of ASCII, whatever the locale.
constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Names of headers, codings and schemes are the same in either case.
constexpr bool same_word(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

}  // namespace hnv::exporter
