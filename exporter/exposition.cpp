// SPDX-License-Identifier: Apache-2.0
#include "exporter/exposition.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>

namespace hnv::exporter {

namespace {

using prometheus::MetricType;

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

bool is_continuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

// Bytes of the well-formed UTF-8 sequence at the start of `text` (RFC 3629, section 4); 0 when
// there is none.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [text](std::size_t index) { return static_cast<unsigned char>(text[index]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  if (!std::all_of(text.begin() + 1, text.begin() + static_cast<std::ptrdiff_t>(length),
                   is_continuation)) {
    return 0;
  }
  const bool overlong = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xF0 && byte(1) < 0x90);
  const bool surrogate = first == 0xED && byte(1) >= 0xA0;
  const bool too_high = first == 0xF4 && byte(1) >= 0x90;
  return overlong || surrogate || too_high ? 0 : length;
}

// Backslash and line feed are always escaped.
void append_escaped(std::string& out, std::string_view text, bool quotes) {
  const auto is_plain = [quotes](char c) {
    return static_cast<unsigned char>(c) < 0x80 && c != '\\' && c != '\n' && (c != '"' || !quotes);
  };
  while (!text.empty()) {
    const auto* const special = std::find_if_not(text.begin(), text.end(), is_plain);
    const auto plain = static_cast<std::size_t>(special - text.begin());
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) return;
    std::size_t length = 1;
    if (text.front() == '\n') {
      out.append("\\n");
    } else if (text.front() == '\\' || text.front() == '"') {
      out.push_back('\\');
      out.push_back(text.front());
    } else if (const std::size_t sequence = utf8_length(text); sequence != 0) {
      out.append(text.substr(0, sequence));
      length = sequence;
    } else {
      out.append(kReplacement);
    }
    text.remove_prefix(length);
  }
}

// Whether nothing needs an escape: hundreds of thousands of label values, and hardly one that does.
// A table, since the compiler makes three comparisons of the condition otherwise.
bool is_plain(std::string_view text) {
  static constexpr auto plain = [] {
    std::array<bool, 256> table{};
    for (std::size_t byte = 0; byte < 0x80; ++byte) table[byte] = true;
    for (const char special : {'\\', '\n', '"'}) table[static_cast<unsigned char>(special)] = false;
    return table;
  }();
  bool all = true;
  for (const char c : text) all &= plain[static_cast<unsigned char>(c)];
  return all;
}

std::string_view unit_of(std::string_view family) {
  for (const std::string_view unit : {"seconds", "bytes"}) {
    if (family.size() <= unit.size() || !family.ends_with(unit)) continue;
    if (family[family.size() - unit.size() - 1] == '_') return unit;
  }
  return {};
}

void append_line(std::string& out, std::string_view keyword, std::string_view name,
                 std::string_view rest) {
  out.append("# ").append(keyword).append(" ").append(name).append(" ").append(rest);
  out.push_back('\n');
}

}  // namespace

std::string_view type_word(MetricType type) {
  switch (type) {
    case MetricType::Counter:
      return "counter";
    case MetricType::Histogram:
      return "histogram";
    default:
      return "gauge";
  }
}

ExpositionName name_of(ExpositionFormat format) {
  if (format == ExpositionFormat::openmetrics) {
    return {"application/openmetrics-text", "1.0.0",
            "application/openmetrics-text; version=1.0.0; charset=utf-8"};
  }
  return {"text/plain", "0.0.4", "text/plain; version=0.0.4; charset=utf-8"};
}

void append_family_header(std::string& out, ExpositionFormat format, std::string_view name,
                          MetricType type, std::string_view help) {
  const bool openmetrics = format == ExpositionFormat::openmetrics;
  constexpr std::string_view kTotal = "_total";
  if (openmetrics && type == MetricType::Counter && name.ends_with(kTotal)) {
    name.remove_suffix(kTotal.size());
  }
  std::string escaped;
  append_escaped(escaped, help, openmetrics);
  append_line(out, "HELP", name, escaped);
  append_line(out, "TYPE", name, type_word(type));
  const std::string_view unit = unit_of(name);
  if (openmetrics && !unit.empty()) append_line(out, "UNIT", name, unit);
}

std::string_view end_of(ExpositionFormat format) {
  return format == ExpositionFormat::openmetrics ? "# EOF\n" : "";
}

void append_label_value(std::string& out, std::string_view value) {
  if (is_plain(value)) {
    out.append(value);
  } else {
    append_escaped(out, value, true);
  }
}

void append_number(std::string& out, double value) {
  constexpr double kLargestExactInteger = 9007199254740992.0;  // 2^53
  if (std::isnan(value)) {
    out.append("NaN");
  } else if (std::isinf(value)) {
    out.append(value > 0 ? "+Inf" : "-Inf");
  } else if (std::abs(value) <= kLargestExactInteger && value == std::trunc(value)) {
    std::array<char, 24> digits{};
    const auto whole = static_cast<std::int64_t>(value);
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), whole).ptr;
    out.append(digits.data(), end);
  } else {
    // As Go's clients print it: histogram bounds are label values, and 5e-04 would be another one
    // than 0.0005.
    const double size = std::abs(value);
    const auto format =
        size >= 1e-4 && size < 1e21 ? std::chars_format::fixed : std::chars_format::scientific;
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, format).ptr;
    out.append(digits.data(), end);
  }
}

void append_bound(std::string& out, double bound) {
  const std::size_t begin = out.size();
  append_number(out, bound);
  if (out.find_first_not_of("-0123456789", begin) == std::string::npos) out.append(".0");
}

}  // namespace hnv::exporter
