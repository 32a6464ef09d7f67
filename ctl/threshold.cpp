// SPDX-License-Identifier: Apache-2.0
#include "ctl/threshold.hpp"

#include <locale>
#include <sstream>

namespace hnv::ctl {

namespace {

// clang's library has no from_chars() of a double.
std::optional<double> number_of(std::string_view text) {
  if (text.empty() || text.find_first_not_of("0123456789.-") != std::string_view::npos) {
    return std::nullopt;
  }
  std::istringstream stream{std::string(text)};
  stream.imbue(std::locale::classic());
  double value = 0;
  if (!(stream >> value) || !stream.eof()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<Threshold> parse_threshold(std::string_view text) {
  Threshold threshold;
  threshold.text = text;
  if (!text.empty() && text.front() == '@') {
    threshold.alerts_inside = true;
    text.remove_prefix(1);
  }
  const auto colon = text.find(':');
  const std::string_view end = colon == std::string_view::npos ? text : text.substr(colon + 1);
  if (colon != std::string_view::npos) {
    const std::string_view start = text.substr(0, colon);
    const auto from = number_of(start);
    if (!from && start != "~") return std::nullopt;
    threshold.from = from.value_or(-std::numeric_limits<double>::infinity());
  }
  if (!end.empty() || colon == std::string_view::npos) {
    const auto to = number_of(end);
    if (!to) return std::nullopt;
    threshold.to = *to;
  }
  if (threshold.from > threshold.to) return std::nullopt;
  return threshold;
}

}  // namespace hnv::ctl
