// SPDX-License-Identifier: Apache-2.0
#include "exporter/exposition.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstring>

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

// One bit of each byte of `word` that is `byte`, and perhaps of such as come after one.
std::uint64_t bytes_that_are(std::uint64_t word, char byte) {
  constexpr std::uint64_t kLowBits = 0x0101010101010101;
  constexpr std::uint64_t kHighBits = kLowBits << 7U;
  const std::uint64_t zeros = word ^ (kLowBits * static_cast<unsigned char>(byte));
  return (zeros - kLowBits) & ~zeros & kHighBits;
}

bool is_plain_word(std::uint64_t word) {
  constexpr std::uint64_t kNotAscii = 0x8080808080808080;
  return (bytes_that_are(word, '\\') | bytes_that_are(word, '"') | bytes_that_are(word, '\n') |
          (word & kNotAscii)) == 0;
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

// Eight bytes at a time: a scrape has hundreds of thousands of values, and hardly one that needs an
// escape.
bool is_plain_label_value(std::string_view value) {
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  const auto word_at = [value](std::size_t index) {
    std::uint64_t word = 0;
    std::memcpy(&word, value.data() + index, kWord);
    return word;
  };
  if (value.size() < kWord) {
    std::uint64_t word = 0;
    for (const char c : value) word = word << 8U | static_cast<unsigned char>(c);
    return is_plain_word(word);
  }
  for (std::size_t index = 0; index + kWord < value.size(); index += kWord) {
    if (!is_plain_word(word_at(index))) return false;
  }
  return is_plain_word(word_at(value.size() - kWord));  // some bytes for a second time
}

void append_label_value(std::string& out, std::string_view value) {
  if (is_plain_label_value(value)) {
    out.append(value);
  } else {
    append_escaped(out, value, true);
  }
}

char* write_number(char* out, double value) {
  constexpr double kLargestExactInteger = 9007199254740992.0;  // 2^53
  const auto write = [out](std::string_view text) { return out + text.copy(out, text.size()); };
  if (std::isnan(value)) return write("NaN");
  if (std::isinf(value)) return write(value > 0 ? "+Inf" : "-Inf");
  char* const end = out + kLongestNumber;
  if (std::abs(value) <= kLargestExactInteger) {
    const auto whole = static_cast<std::int64_t>(value);
    if (static_cast<double>(whole) == value) return std::to_chars(out, end, whole).ptr;
  }
  // As Go's clients print it: histogram bounds are label values, and 5e-04 would be another one
  // than 0.0005.
  const double size = std::abs(value);
  const auto format =
      size >= 1e-4 && size < 1e21 ? std::chars_format::fixed : std::chars_format::scientific;
  return std::to_chars(out, end, value, format).ptr;
}

void append_number(std::string& out, double value) {
  std::array<char, kLongestNumber> text{};
  out.append(text.data(), write_number(text.data(), value));
}

void append_bound(std::string& out, double bound) {
  const std::size_t begin = out.size();
  append_number(out, bound);
  if (out.find_first_not_of("-0123456789", begin) == std::string::npos) out.append(".0");
}

}  // namespace hnv::exporter
