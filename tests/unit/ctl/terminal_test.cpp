// SPDX-License-Identifier: Apache-2.0
#include "ctl/terminal.hpp"

#include <gtest/gtest.h>

namespace hnv::ctl {
namespace {

Page lines(std::size_t count) {
  Page page;
  for (std::size_t number = 1; number <= count; ++number) {
    page.push_back({Span{"line " + std::to_string(number), Style::plain}});
  }
  return page;
}

TEST(WantsColour, OnATerminalUnlessTheEnvironmentForbidsIt) {
  EXPECT_TRUE(wants_colour(ColourChoice::automatic, true, true));
  EXPECT_FALSE(wants_colour(ColourChoice::automatic, false, true));
  EXPECT_FALSE(wants_colour(ColourChoice::automatic, true, false));
}

TEST(WantsColour, AnExplicitChoiceWins) {
  EXPECT_TRUE(wants_colour(ColourChoice::always, false, false));
  EXPECT_FALSE(wants_colour(ColourChoice::never, true, true));
}

// nullptr: unset.
void set_environment(const char* name, const char* value) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread
  const int done = value != nullptr ? ::setenv(name, value, 1) : ::unsetenv(name);
  ASSERT_EQ(done, 0);
}

TEST(WantsColour, NoColorAndADumbTerminalForbidIt) {
  set_environment("TERM", "vt100");
  set_environment("NO_COLOR", nullptr);
  EXPECT_TRUE(environment_allows_colour());
  set_environment("NO_COLOR", "");  // no-color.org: only a value that is not empty counts
  EXPECT_TRUE(environment_allows_colour());
  set_environment("NO_COLOR", "1");
  EXPECT_FALSE(environment_allows_colour());
  set_environment("NO_COLOR", nullptr);
  set_environment("TERM", "dumb");
  EXPECT_FALSE(environment_allows_colour());
}

TEST(Redraw, OverwritesFromTheCornerAndErasesOnlyRests) {
  EXPECT_EQ(redraw(lines(2), Window{}, false), "\x1b[Hline 1\x1b[K\nline 2\x1b[K\n\x1b[J");
}

TEST(Redraw, NeverScrolls) {
  const std::string bytes = redraw(lines(30), Window{80, 24}, false);
  EXPECT_EQ(std::count(bytes.begin(), bytes.end(), '\n'), 23);
  EXPECT_NE(bytes.find("line 22\x1b[K"), std::string::npos);
  EXPECT_EQ(bytes.find("line 23\x1b[K"), std::string::npos);
  EXPECT_NE(bytes.find("(8 more lines do not fit"), std::string::npos) << bytes;
}

TEST(Redraw, ShowsAPageThatJustFits) {
  const std::string bytes = redraw(lines(23), Window{80, 24}, false);
  EXPECT_NE(bytes.find("line 23\x1b[K"), std::string::npos);
  EXPECT_EQ(bytes.find("do not fit"), std::string::npos);
}

TEST(Redraw, CutsLinesAtANarrowWindow) {
  EXPECT_EQ(redraw(lines(1), Window{4, 24}, false), "\x1b[Hline\x1b[K\n\x1b[J");
}

}  // namespace
}  // namespace hnv::ctl
