// SPDX-License-Identifier: Apache-2.0
#include "exporter/negotiation.hpp"

#include <gtest/gtest.h>

namespace {

using namespace hnv::exporter;
using std::chrono::milliseconds;

constexpr auto kText = ExpositionFormat::text;
constexpr auto kOpenMetrics = ExpositionFormat::openmetrics;

TEST(FormatFor, AnswersWhatPrometheusAsks) {
  EXPECT_EQ(format_for("application/openmetrics-text;version=1.0.0,"
                       "application/openmetrics-text;version=0.0.1;q=0.75,"
                       "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"),
            kOpenMetrics);
  // Prometheus 3, with protobuf and without.
  EXPECT_EQ(format_for("application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;"
                       "encoding=delimited;q=0.6,"
                       "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
                       "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
                       "text/plain;version=0.0.4;q=0.3,*/*;q=0.2"),
            kOpenMetrics);
  EXPECT_EQ(format_for("text/plain;version=1.0.0;escaping=allow-utf-8;q=0.6,"
                       "text/plain;version=0.0.4;q=0.5,"
                       "application/openmetrics-text;version=1.0.0;q=0.4,*/*;q=0.2"),
            kText);
  // As it asked before 2.34.
  EXPECT_EQ(format_for("application/openmetrics-text; version=0.0.1,"
                       "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"),
            kText);
}

TEST(FormatFor, AnswersTextToPeople) {
  EXPECT_EQ(format_for(""), kText);
  EXPECT_EQ(format_for("*/*"), kText);
  EXPECT_EQ(format_for("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"), kText);
  EXPECT_EQ(format_for("application/json"), kText);
}

TEST(FormatFor, WeighsQualities) {
  EXPECT_EQ(format_for("text/plain;q=0.3,application/openmetrics-text;q=0.31"), kOpenMetrics);
  EXPECT_EQ(format_for("text/plain;q=0.31,application/openmetrics-text;q=0.3"), kText);
  EXPECT_EQ(format_for("application/openmetrics-text;q=0,text/plain;q=0.001"), kText);
  EXPECT_EQ(format_for("application/openmetrics-text;q=0"), kText);
  EXPECT_EQ(format_for("application/openmetrics-text;q=0.5,*/*"), kText);
}

TEST(FormatFor, TakesTheFirstOfEquals) {
  EXPECT_EQ(format_for("application/openmetrics-text,text/plain"), kOpenMetrics);
  EXPECT_EQ(format_for("text/plain,application/openmetrics-text"), kText);
}

TEST(FormatFor, ReadsTheGrammarAsItIs) {
  EXPECT_EQ(format_for("Application/OpenMetrics-Text ; Version=\"1.0.0\" ;\tQ = 1.000"),
            kOpenMetrics);
  EXPECT_EQ(format_for(" , ,application/openmetrics-text;;q=0.5;, "), kOpenMetrics);
  EXPECT_EQ(format_for(R"(text/plain;note="a,application/openmetrics-text;\",b";q=0.2)"), kText);
  EXPECT_EQ(format_for("application/openmetrics-text;version=2.0.0"), kText);
  EXPECT_EQ(format_for("application/openmetrics-textual"), kText);
}

// What cannot be understood counts as not sent, and what stands beside it still counts.
TEST(FormatFor, TakesNonsenseForNothing) {
  for (const char* nonsense :
       {";", "\"", "\\", "application/openmetrics-text;q=", "application/openmetrics-text;q=nan",
        "application/openmetrics-text;q=-1", "application/openmetrics-text;q=1e9",
        "application/openmetrics-text;q=2", "application/openmetrics-text;q=0.5x",
        "application/openmetrics-text;version=\"1.0.0", ";q=1", "=,=;=", "\"\\"}) {
    EXPECT_EQ(format_for(nonsense), kText) << nonsense;
  }
  EXPECT_EQ(format_for("text/plain;q=x,application/openmetrics-text;q=0.1"), kOpenMetrics);
  EXPECT_EQ(format_for(std::string(100'000, ',')), kText);
}

TEST(AcceptsGzip, WhereItIsNamed) {
  EXPECT_TRUE(accepts_gzip("gzip"));
  EXPECT_TRUE(accepts_gzip("GZIP"));
  EXPECT_TRUE(accepts_gzip("x-gzip"));
  EXPECT_TRUE(accepts_gzip("gzip, deflate, br, zstd"));
  EXPECT_TRUE(accepts_gzip("br;q=1.0, gzip;q=0.001"));
  EXPECT_TRUE(accepts_gzip("*"));
  EXPECT_TRUE(accepts_gzip("identity;q=0.5, *;q=0.5"));
}

TEST(AcceptsGzip, NotWhereItIsNot) {
  EXPECT_FALSE(accepts_gzip(""));
  EXPECT_FALSE(accepts_gzip("identity"));
  EXPECT_FALSE(accepts_gzip("deflate, br"));
  EXPECT_FALSE(accepts_gzip("gzip;q=0"));
  EXPECT_FALSE(accepts_gzip("gzip;q=0.000"));
  EXPECT_FALSE(accepts_gzip("gzip;q=0, *"));
  EXPECT_FALSE(accepts_gzip("*, gzip;q=0"));
  EXPECT_FALSE(accepts_gzip("*;q=0"));
  EXPECT_FALSE(accepts_gzip("gzip;q=0.5, identity"));
  EXPECT_FALSE(accepts_gzip("gzip;q=wrong"));
  EXPECT_FALSE(accepts_gzip("gzipped"));
}

TEST(PatienceOf, EndsALittleBeforeTheScraperHangsUp) {
  EXPECT_EQ(patience_of("10"), milliseconds(9500));
  EXPECT_EQ(patience_of("10.000000"), milliseconds(9500));
  EXPECT_EQ(patience_of("2"), milliseconds(1500));
  EXPECT_EQ(patience_of("1"), milliseconds(750));
  EXPECT_EQ(patience_of(" 0.2 "), milliseconds(150));
  EXPECT_EQ(patience_of("0.0001"), milliseconds(0));
  EXPECT_EQ(patience_of("3600"), milliseconds(3599500));
}

TEST(PatienceOf, IsNotWhatNobodyMeans) {
  for (const char* nonsense : {"", "0", "0.0", "-1", "+1", "nan", "inf", "1e3", "0x10", "10s",
                               "ten", "3600.1", "1e400", "99999999999999999999", "1,5", "10, 20"}) {
    EXPECT_EQ(patience_of(nonsense), std::nullopt) << nonsense;
  }
}

}  // namespace
