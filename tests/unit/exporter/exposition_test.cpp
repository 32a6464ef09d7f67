// SPDX-License-Identifier: Apache-2.0
#include "exporter/exposition.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace {

using namespace hnv::exporter;
using prometheus::MetricType;

std::string text_of(double value) {
  std::string text;
  append_number(text, value);
  return text;
}

std::string bound_of(double value) {
  std::string text;
  append_bound(text, value);
  return text;
}

std::string label_of(std::string_view value) {
  std::string text;
  append_label_value(text, value);
  return text;
}

std::string header_of(ExpositionFormat format, std::string_view name, MetricType type,
                      std::string_view help = "Help.") {
  std::string text;
  append_family_header(text, format, name, type, help);
  return text;
}

TEST(AppendNumber, WritesWholeNumbersWithoutExponent) {
  EXPECT_EQ(text_of(0), "0");
  EXPECT_EQ(text_of(-0.0), "0");
  EXPECT_EQ(text_of(1), "1");
  EXPECT_EQ(text_of(-17), "-17");
  EXPECT_EQ(text_of(1e6), "1000000");
  EXPECT_EQ(text_of(9007199254740992.0), "9007199254740992");
}

TEST(AppendNumber, WritesTheShortestTextThatReadsBack) {
  EXPECT_EQ(text_of(0.1), "0.1");
  EXPECT_EQ(text_of(1735787034.75), "1735787034.75");
  EXPECT_EQ(text_of(5e-324), "5e-324");
  for (const double value : {0.1 + 0.2, 1.0 / 3, 1e300, 18446744073709551615.0, 2.5e-7}) {
    EXPECT_EQ(std::stod(text_of(value)), value) << text_of(value);
  }
}

// Bounds of histograms are label values: they must not depend on who prints them.
TEST(AppendNumber, UsesExponentsWhereGoDoes) {
  EXPECT_EQ(text_of(0.0005), "0.0005");
  EXPECT_EQ(text_of(0.0001), "0.0001");
  EXPECT_EQ(text_of(0.00005), "5e-05");
  EXPECT_EQ(text_of(1e20), "100000000000000000000");
  EXPECT_EQ(text_of(1e21), "1e+21");
}

TEST(AppendNumber, SpellsSpecialValuesAsPrometheusDoes) {
  EXPECT_EQ(text_of(std::numeric_limits<double>::quiet_NaN()), "NaN");
  EXPECT_EQ(text_of(HUGE_VAL), "+Inf");
  EXPECT_EQ(text_of(-HUGE_VAL), "-Inf");
}

TEST(AppendBound, WritesWholeNumbersWithAPoint) {
  EXPECT_EQ(bound_of(1), "1.0");
  EXPECT_EQ(bound_of(10), "10.0");
  EXPECT_EQ(bound_of(0), "0.0");
  EXPECT_EQ(bound_of(2.5), "2.5");
  EXPECT_EQ(bound_of(0.0005), "0.0005");
  EXPECT_EQ(bound_of(HUGE_VAL), "+Inf");
}

TEST(FamilyHeader, IsHelpAndTypeInText) {
  EXPECT_EQ(header_of(ExpositionFormat::text, "a_seconds_total", MetricType::Counter),
            "# HELP a_seconds_total Help.\n# TYPE a_seconds_total counter\n");
  EXPECT_EQ(end_of(ExpositionFormat::text), "");
}

TEST(FamilyHeader, NamesFamilyAndUnitInOpenMetrics) {
  const auto openmetrics = [](std::string_view name, MetricType type) {
    return header_of(ExpositionFormat::openmetrics, name, type);
  };
  EXPECT_EQ(openmetrics("a_seconds_total", MetricType::Counter),
            "# HELP a_seconds Help.\n# TYPE a_seconds counter\n# UNIT a_seconds seconds\n");
  EXPECT_EQ(openmetrics("a_total", MetricType::Counter), "# HELP a Help.\n# TYPE a counter\n");
  EXPECT_EQ(openmetrics("a_bytes", MetricType::Gauge),
            "# HELP a_bytes Help.\n# TYPE a_bytes gauge\n# UNIT a_bytes bytes\n");
  EXPECT_EQ(openmetrics("a_seconds", MetricType::Histogram),
            "# HELP a_seconds Help.\n# TYPE a_seconds histogram\n# UNIT a_seconds seconds\n");
  EXPECT_EQ(openmetrics("kilobytes", MetricType::Gauge),
            "# HELP kilobytes Help.\n# TYPE kilobytes gauge\n");
  EXPECT_EQ(openmetrics("seconds", MetricType::Gauge),
            "# HELP seconds Help.\n# TYPE seconds gauge\n");
  EXPECT_EQ(end_of(ExpositionFormat::openmetrics), "# EOF\n");
}

TEST(FamilyHeader, EscapesHelpAsTheFormatDoes) {
  const std::string_view help = "a \\s, a \"quote\"\nand a line";
  EXPECT_EQ(header_of(ExpositionFormat::text, "m", MetricType::Gauge, help),
            "# HELP m a \\\\s, a \"quote\"\\nand a line\n# TYPE m gauge\n");
  EXPECT_EQ(header_of(ExpositionFormat::openmetrics, "m", MetricType::Gauge, help),
            "# HELP m a \\\\s, a \\\"quote\\\"\\nand a line\n# TYPE m gauge\n");
}

TEST(LabelValue, IsEscaped) {
  EXPECT_EQ(label_of("a\"b\\c\nd"), "a\\\"b\\\\c\\nd");
}

TEST(LabelValue, KeepsUtf8) {
  EXPECT_EQ(label_of("grün→\xF0\x9F\x94\x8C"), "grün→\xF0\x9F\x94\x8C");
}

TEST(LabelValue, ReplacesWhatIsNotUtf8) {
  const std::string mark = "\xEF\xBF\xBD";
  EXPECT_EQ(label_of("a\xFFz"), "a" + mark + "z");
  EXPECT_EQ(label_of("\xC3"), mark);                                   // cut off
  EXPECT_EQ(label_of("\xC3(\xBC"), mark + "(" + mark);                 // wrong continuation
  EXPECT_EQ(label_of("\xC0\xAF"), mark + mark);                        // overlong
  EXPECT_EQ(label_of("\xE0\x80\x80"), mark + mark + mark);             // overlong
  EXPECT_EQ(label_of("\xED\xA0\x80"), mark + mark + mark);             // surrogate
  EXPECT_EQ(label_of("\xF4\x90\x80\x80"), mark + mark + mark + mark);  // too high
}

}  // namespace
