// SPDX-License-Identifier: Apache-2.0
#include "ctl/text.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace hnv::ctl {
namespace {

using namespace std::chrono_literals;

TEST(AgeText, NamesTheTwoLargestUnits) {
  EXPECT_EQ(age_text(0s), "0 s");
  EXPECT_EQ(age_text(14s), "14 s");
  EXPECT_EQ(age_text(59s + 999ms), "59 s");
  EXPECT_EQ(age_text(60s), "1 min");
  EXPECT_EQ(age_text(192s), "3 min 12 s");
  EXPECT_EQ(age_text(2h + 5min + 59s), "2 h 5 min");
  EXPECT_EQ(age_text(51h + 59min), "2 d 3 h");
  EXPECT_EQ(age_text(400 * 24h), "400 d");
}

TEST(AgeText, TakesLessThanNothingForNothing) {
  EXPECT_EQ(age_text(-5s), "0 s");
}

TEST(CountdownText, RoundsUpAndIsEmptyWhenDue) {
  EXPECT_EQ(countdown_text(6500ms), "7 s");
  EXPECT_EQ(countdown_text(1ms), "1 s");
  EXPECT_EQ(countdown_text(0s), "");
  EXPECT_EQ(countdown_text(-1s), "");
}

TEST(AddWrapped, ContinuesOnLinesIndentedAlike) {
  Page page;
  add_wrapped(page, {Span{"  why", Style::faint}}, 8,
              std::string(60, 'a') + " " + "bb cc " + "dddddddd");
  EXPECT_EQ(to_bytes(page, false),
            "  why   " + std::string(60, 'a') + " bb cc\n        dddddddd\n");
}

TEST(AddWrapped, UsesTheLastColumnAndNoMore) {
  Page page;
  add_wrapped(page, {}, 0, std::string(39, 'a') + " " + std::string(39, 'b') + " c");
  ASSERT_EQ(page.size(), 2U);
  EXPECT_EQ(width_of(page[0]), kColumns);
  EXPECT_EQ(width_of(page[1]), 1U);
}

TEST(AddWrapped, BreaksAWordThatIsLongerThanALine) {
  Page page;
  add_wrapped(page, {}, 10, std::string(150, 'x'));
  ASSERT_EQ(page.size(), 3U);
  EXPECT_EQ(width_of(page[0]), kColumns);
  EXPECT_EQ(width_of(page[1]), kColumns);
  EXPECT_EQ(width_of(page[2]), 10 + 150 - 2 * (kColumns - 10));
}

TEST(ToBytes, HasNoColourCodesUnlessAskedFor) {
  const Line line{Span{"bond0", Style::strong}, Span{" DOWN", Style::bad}};
  EXPECT_EQ(to_bytes(line, false), "bond0 DOWN");
  EXPECT_EQ(to_bytes(line, true), "\x1b[1mbond0\x1b[0m\x1b[1;31m DOWN\x1b[0m");
}

TEST(ToBytes, MakesOneSpanOfWordsInOneStyle) {
  Page page;
  add_wrapped(page, {}, 0, "two words", Style::warn);
  EXPECT_EQ(to_bytes(page, true), "\x1b[33mtwo words\x1b[0m\n");
}

TEST(ToBytes, LetsNoNameCommandTheTerminal) {
  const Line line{Span{"eth\x1b[2J\xc3\xa4\n", Style::plain}};
  EXPECT_EQ(to_bytes(line, true), "eth?[2J???");
}

TEST(Clipped, CutsAcrossSpans) {
  const Line line{Span{"abc", Style::good}, Span{"def", Style::bad}};
  EXPECT_EQ(to_bytes(clipped(line, 4), false), "abcd");
  EXPECT_EQ(to_bytes(clipped(line, 2), false), "ab");
  EXPECT_EQ(clipped(line, 6), line);
}

}  // namespace
}  // namespace hnv::ctl
