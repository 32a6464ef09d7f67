// SPDX-License-Identifier: Apache-2.0
// The two formats that Prometheus reads, text 0.0.4 and OpenMetrics 1.0, as far as gauges, counters
// and histograms go. They differ in the lines that begin with #; a sample is the same line in both.
// Written from rows to bytes, without prometheus::MetricFamily in between:
// docs/decisions/0002-exposition-writer.md.
#pragma once

#include <prometheus/metric_type.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace hnv::exporter {

enum class ExpositionFormat : std::uint8_t { text, openmetrics };

struct ExpositionName {
  std::string_view media_type;
  std::string_view version;
  std::string_view content_type;  // both of them, and the character set
};

ExpositionName name_of(ExpositionFormat format);

// The formats' word for a type.
std::string_view type_word(prometheus::MetricType type);

// The lines before a family's samples. `name` is that of its samples: in OpenMetrics a counter's
// family has it without "_total". There the unit is told too, where the name ends in one.
void append_family_header(std::string& out, ExpositionFormat format, std::string_view name,
                          prometheus::MetricType type, std::string_view help);

// What ends a body.
std::string_view end_of(ExpositionFormat format);

// True: a label's value that stands in the text as it is. False: perhaps not.
bool is_plain_label_value(std::string_view value);

// A label's value: escaped, and with U+FFFD for what is not UTF-8, as the name of a network
// interface may be; Prometheus refuses the whole scrape for it.
void append_label_value(std::string& out, std::string_view value);

// The shortest text that reads back as the same number, with an exponent only for very small and
// very large ones. "NaN", "+Inf", "-Inf".
void append_number(std::string& out, double value);
// The same into room for kLongestNumber bytes; returns its end.
inline constexpr std::size_t kLongestNumber = 32;
char* write_number(char* out, double value);

// A bound of a histogram, which is a label value: 1 is "1.0", as OpenMetrics demands, and as
// Prometheus stores it from version 3 on whichever the format.
void append_bound(std::string& out, double bound);

}  // namespace hnv::exporter
