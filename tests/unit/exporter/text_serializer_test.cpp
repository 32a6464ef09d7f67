// SPDX-License-Identifier: Apache-2.0
#include "exporter/text_serializer.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <sstream>

namespace {

using hnv::exporter::append_number;
using hnv::exporter::TextSerializer;
using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

std::string text_of(double value) {
  std::string text;
  append_number(text, value);
  return text;
}

MetricFamily family_of(MetricType type, ClientMetric metric) {
  MetricFamily family;
  family.name = "some_metric";
  family.help = "Help.";
  family.type = type;
  family.metric = {std::move(metric)};
  return family;
}

std::string value_line(const std::string& label_value) {
  ClientMetric metric;
  metric.label = {{"bond", label_value}};
  MetricFamily family = family_of(MetricType::Gauge, metric);
  family.help = "";
  const std::string text = TextSerializer().Serialize({family});
  return text.substr(text.find('\n') + 1);
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

TEST(TextSerializer, WritesHelpTypeAndValue) {
  ClientMetric metric;
  metric.label = {{"bond", "bond0"}, {"role", "sriov"}};
  metric.counter.value = 3;
  EXPECT_EQ(TextSerializer().Serialize({family_of(MetricType::Counter, metric)}),
            "# HELP some_metric Help.\n# TYPE some_metric counter\n"
            "some_metric{bond=\"bond0\",role=\"sriov\"} 3\n");
}

TEST(TextSerializer, WritesTheSameToAStream) {
  const std::vector<MetricFamily> families = {family_of(MetricType::Gauge, {})};
  std::ostringstream out;
  TextSerializer().Serialize(out, families);
  EXPECT_EQ(out.str(), TextSerializer().Serialize(families));
  EXPECT_FALSE(out.str().empty());
}

TEST(TextSerializer, WritesTimestampsAndUntypedValues) {
  ClientMetric metric;
  metric.untyped.value = 1.5;
  metric.timestamp_ms = 1735787045000;
  EXPECT_EQ(
      TextSerializer().Serialize({family_of(MetricType::Untyped, metric)}),
      "# HELP some_metric Help.\n# TYPE some_metric untyped\nsome_metric 1.5 1735787045000\n");
}

TEST(TextSerializer, EscapesHelp) {
  MetricFamily family = family_of(MetricType::Gauge, {});
  family.help = "a \\s, a \"quote\"\nand a line";
  EXPECT_EQ(TextSerializer().Serialize({family}),
            "# HELP some_metric a \\\\s, a \"quote\"\\nand a line\n# TYPE some_metric gauge\n"
            "some_metric 0\n");
}

TEST(TextSerializer, EscapesLabelValues) {
  EXPECT_EQ(value_line("a\"b\\c\nd"), "some_metric{bond=\"a\\\"b\\\\c\\nd\"} 0\n");
}

TEST(TextSerializer, KeepsUtf8) {
  EXPECT_EQ(value_line("grün→\xF0\x9F\x94\x8C"), "some_metric{bond=\"grün→\xF0\x9F\x94\x8C\"} 0\n");
}

TEST(TextSerializer, ReplacesWhatIsNotUtf8) {
  const std::string mark = "\xEF\xBF\xBD";
  const auto label_with = [](const std::string& value) {
    return "some_metric{bond=\"" + value + "\"} 0\n";
  };
  EXPECT_EQ(value_line("a\xFFz"), label_with("a" + mark + "z"));
  EXPECT_EQ(value_line("\xC3"), label_with(mark));                        // cut off
  EXPECT_EQ(value_line("\xC3(\xBC"), label_with(mark + "(" + mark));      // wrong continuation
  EXPECT_EQ(value_line("\xC0\xAF"), label_with(mark + mark));             // overlong
  EXPECT_EQ(value_line("\xE0\x80\x80"), label_with(mark + mark + mark));  // overlong
  EXPECT_EQ(value_line("\xED\xA0\x80"), label_with(mark + mark + mark));  // surrogate
  EXPECT_EQ(value_line("\xF4\x90\x80\x80"), label_with(mark + mark + mark + mark));  // too high
}

TEST(TextSerializer, WritesHistograms) {
  ClientMetric metric;
  metric.label = {{"bond", "b"}};
  metric.histogram.sample_count = 5;
  metric.histogram.sample_sum = 1.25;
  metric.histogram.bucket = {{2, 0.005}, {4, 0.1}};
  const std::string expected =
      "# HELP some_metric Help.\n# TYPE some_metric histogram\n"
      "some_metric_bucket{bond=\"b\",le=\"0.005\"} 2\n"
      "some_metric_bucket{bond=\"b\",le=\"0.1\"} 4\n"
      "some_metric_bucket{bond=\"b\",le=\"+Inf\"} 5\n"
      "some_metric_sum{bond=\"b\"} 1.25\n"
      "some_metric_count{bond=\"b\"} 5\n";
  EXPECT_EQ(TextSerializer().Serialize({family_of(MetricType::Histogram, metric)}), expected);
  metric.histogram.bucket.push_back({5, HUGE_VAL});
  EXPECT_EQ(TextSerializer().Serialize({family_of(MetricType::Histogram, metric)}), expected);
}

TEST(TextSerializer, WritesSummaries) {
  ClientMetric metric;
  metric.summary.sample_count = 2;
  metric.summary.sample_sum = 3;
  metric.summary.quantile = {{0.5, std::numeric_limits<double>::quiet_NaN()}};
  EXPECT_EQ(TextSerializer().Serialize({family_of(MetricType::Summary, metric)}),
            "# HELP some_metric Help.\n# TYPE some_metric summary\n"
            "some_metric{quantile=\"0.5\"} NaN\nsome_metric_sum 3\nsome_metric_count 2\n");
}

}  // namespace
