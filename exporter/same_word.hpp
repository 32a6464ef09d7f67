// SPDX-License-Identifier: Apache-2.0
// Names and words of HTTP headers, whose case does not matter.
#pragma once

#include <algorithm>
#include <string_view>

namespace hnv::exporter {

// By ASCII letters, whatever the locale.
inline bool same_word(std::string_view left, std::string_view right) {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [&lower](char a, char b) { return lower(a) == lower(b); });
}

}  // namespace hnv::exporter
