// SPDX-License-Identifier: Apache-2.0
#include "exporter/text_serializer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <ostream>

namespace hnv::exporter {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
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

// Help texts escape \ and line feeds; label values quotes as well.
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

template <class Integer>
void append_integer(std::string& out, Integer value) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), end);
}

std::string_view type_name(MetricType type) {
  switch (type) {
    case MetricType::Counter:
      return "counter";
    case MetricType::Gauge:
      return "gauge";
    case MetricType::Summary:
      return "summary";
    case MetricType::Histogram:
      return "histogram";
    case MetricType::Untyped:
      break;
  }
  return "untyped";
}

void append_label(std::string& out, char before, std::string_view name, std::string_view value) {
  out.push_back(before);
  out.append(name).append("=\"");
  append_escaped(out, value, true);
  out.push_back('"');
}

// name + suffix {labels, extra="bound"} and the blank before the value.
void append_series(std::string& out, std::string_view name, std::string_view suffix,
                   const ClientMetric& metric, std::string_view extra = {},
                   std::string_view bound = {}) {
  out.append(name).append(suffix);
  char before = '{';
  for (const auto& label : metric.label) {
    append_label(out, before, label.name, label.value);
    before = ',';
  }
  if (!extra.empty()) {
    append_label(out, before, extra, bound);
    before = ',';
  }
  if (before == ',') out.push_back('}');
  out.push_back(' ');
}

void end_sample(std::string& out, const ClientMetric& metric) {
  if (metric.timestamp_ms != 0) {
    out.push_back(' ');
    append_integer(out, metric.timestamp_ms);
  }
  out.push_back('\n');
}

void append_value(std::string& out, const MetricFamily& family, const ClientMetric& metric,
                  double value) {
  append_series(out, family.name, "", metric);
  append_number(out, value);
  end_sample(out, metric);
}

void append_sum_and_count(std::string& out, const MetricFamily& family, const ClientMetric& metric,
                          double sum, std::uint64_t count) {
  append_series(out, family.name, "_sum", metric);
  append_number(out, sum);
  end_sample(out, metric);
  append_series(out, family.name, "_count", metric);
  append_integer(out, count);
  end_sample(out, metric);
}

void append_bucket(std::string& out, const MetricFamily& family, const ClientMetric& metric,
                   double bound, std::uint64_t count) {
  std::string text;
  append_number(text, bound);
  append_series(out, family.name, "_bucket", metric, "le", text);
  append_integer(out, count);
  end_sample(out, metric);
}

void append_histogram(std::string& out, const MetricFamily& family, const ClientMetric& metric) {
  const auto& histogram = metric.histogram;
  for (const auto& bucket : histogram.bucket) {
    append_bucket(out, family, metric, bucket.upper_bound, bucket.cumulative_count);
  }
  // The format demands this bucket; values made by hand may leave it out.
  if (histogram.bucket.empty() || !std::isinf(histogram.bucket.back().upper_bound)) {
    append_bucket(out, family, metric, HUGE_VAL, histogram.sample_count);
  }
  append_sum_and_count(out, family, metric, histogram.sample_sum, histogram.sample_count);
}

void append_summary(std::string& out, const MetricFamily& family, const ClientMetric& metric) {
  for (const auto& quantile : metric.summary.quantile) {
    std::string text;
    append_number(text, quantile.quantile);
    append_series(out, family.name, "", metric, "quantile", text);
    append_number(out, quantile.value);
    end_sample(out, metric);
  }
  append_sum_and_count(out, family, metric, metric.summary.sample_sum, metric.summary.sample_count);
}

void append_family(std::string& out, const MetricFamily& family) {
  if (!family.help.empty()) {
    out.append("# HELP ").append(family.name).append(" ");
    append_escaped(out, family.help, false);
    out.push_back('\n');
  }
  out.append("# TYPE ").append(family.name).append(" ").append(type_name(family.type));
  out.push_back('\n');
  for (const ClientMetric& metric : family.metric) {
    switch (family.type) {
      case MetricType::Counter:
        append_value(out, family, metric, metric.counter.value);
        break;
      case MetricType::Gauge:
        append_value(out, family, metric, metric.gauge.value);
        break;
      case MetricType::Untyped:
        append_value(out, family, metric, metric.untyped.value);
        break;
      case MetricType::Histogram:
        append_histogram(out, family, metric);
        break;
      case MetricType::Summary:
        append_summary(out, family, metric);
        break;
    }
  }
}

}  // namespace

void append_number(std::string& out, double value) {
  constexpr double kLargestExactInteger = 9007199254740992.0;  // 2^53
  if (std::isnan(value)) {
    out.append("NaN");
  } else if (std::isinf(value)) {
    out.append(value > 0 ? "+Inf" : "-Inf");
  } else if (std::abs(value) <= kLargestExactInteger && value == std::trunc(value)) {
    append_integer(out, static_cast<std::int64_t>(value));
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

std::string TextSerializer::Serialize(const std::vector<MetricFamily>& families) const {
  // A line is about 90 bytes; growing by doubling would copy and touch twice the memory.
  constexpr std::size_t kLine = 100;
  std::size_t lines = 0;
  for (const MetricFamily& family : families) lines += 3 + family.metric.size();
  std::string out;
  out.reserve(lines * kLine);
  for (const MetricFamily& family : families) append_family(out, family);
  return out;
}

void TextSerializer::Serialize(std::ostream& out, const std::vector<MetricFamily>& families) const {
  out << Serialize(families);
}

}  // namespace hnv::exporter
