// SPDX-License-Identifier: Apache-2.0
// A range as monitoring plugins take it: "10" is 0 to 10, "10:" from 10 on, "~:10" up to 10,
// "10:20" between, "@10:20" outside of it (monitoring-plugins.org, development guidelines). Pure.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace hnv::ctl {

struct Threshold {
  double from = 0;
  double to = std::numeric_limits<double>::infinity();
  bool alerts_inside = false;
  std::string text;  // as it was written, for performance data

  // The value is one to alert of.
  [[nodiscard]] bool is_crossed_by(double value) const {
    const bool inside = value >= from && value <= to;
    return inside == alerts_inside;
  }
};

// Empty for what is no range.
std::optional<Threshold> parse_threshold(std::string_view text);

}  // namespace hnv::ctl
