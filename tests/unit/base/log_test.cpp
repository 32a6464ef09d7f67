// SPDX-License-Identifier: Apache-2.0
#include "base/log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

namespace {

using namespace hnv::base;

std::string logged(LogLevel threshold, LogFormat format, LogLevel level,
                   const std::vector<LogField>& fields) {
  testing::internal::CaptureStderr();
  set_up_log(threshold, format);
  log_event(level, "failover", fields);
  return testing::internal::GetCapturedStderr();
}

TEST(Log, WritesOneLineOfKeysAndValues) {
  EXPECT_THAT(logged(LogLevel::info, LogFormat::logfmt, LogLevel::warn,
                     {{"bond", std::string("bond0")}, {"count", std::int64_t{3}}, {"ok", true}}),
              testing::MatchesRegex("time=[^ ]+Z level=warn event=failover bond=bond0 count=3 "
                                    "ok=true\n"));
}

TEST(Log, QuotesWhatCouldBeMisread) {
  EXPECT_THAT(logged(LogLevel::info, LogFormat::logfmt, LogLevel::info,
                     {{"err", std::string("a \"b\"\nlevel=error")}, {"none", std::string()}}),
              testing::EndsWith("err=\"a \\\"b\\\"\\nlevel=error\" none=\"\"\n"));
}

TEST(Log, WritesJsonThatCanBeRead) {
  const std::string line = logged(LogLevel::info, LogFormat::json, LogLevel::info,
                                  {{"device", std::string("a\"b\xff")}, {"n", std::int64_t{-1}}});
  const auto json = nlohmann::json::parse(line);
  EXPECT_EQ(json["event"], "failover");
  EXPECT_EQ(json["level"], "info");
  EXPECT_EQ(json["n"], -1);
}

TEST(Log, KeepsQuietBelowItsLevel) {
  EXPECT_EQ(logged(LogLevel::warn, LogFormat::logfmt, LogLevel::info, {}), "");
}

TEST(Log, CarriesThePriorityForTheJournal) {
  ::setenv("JOURNAL_STREAM", "1:2", 1);
  const std::string line = logged(LogLevel::info, LogFormat::logfmt, LogLevel::error, {});
  ::unsetenv("JOURNAL_STREAM");
  EXPECT_EQ(line, "<3>level=error event=failover\n");
}

}  // namespace
