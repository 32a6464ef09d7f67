// SPDX-License-Identifier: Apache-2.0
// What fits on one screen, and what of it is written.
#include "ctl/watch_page.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "ctl/screen.hpp"
#include "tests/unit/ctl/sample_picture.hpp"

namespace hnv::ctl::test {
namespace {

using namespace std::chrono_literals;

const Window kSmall{80, 24};

std::vector<JournalEvent> events(std::size_t count) {
  std::vector<JournalEvent> all(count);
  for (std::size_t number = 0; number < count; ++number) {
    all[number].name = "restored";
    all[number].fields = {{"bond", std::string(kBond)}, {"rule", "rule" + std::to_string(number)}};
  }
  return all;
}

Picture many_bonds(unsigned count) {
  Picture picture = stranded_picture();
  for (unsigned number = 2; number <= count; ++number) {
    picture.bonds.push_back(sample_bond(number));
  }
  return picture;
}

std::string text_of(const Picture& picture, std::size_t first = 0, const Window& window = kSmall,
                    std::size_t count = 3) {
  return to_bytes(
      watch_page(picture, judge(picture, {}), events(count), "lpar1", first, window).page, false);
}

std::size_t lines_of(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

bool has(const std::string& text, const std::string& words) {
  return text.find(words) != std::string::npos;
}

TEST(WatchPage, ShowsABondWithItsStateItsReasonAndWhatIsNext) {
  const std::string text = text_of(stranded_picture());
  for (const char* words :
       {"HNV lpar1  ", "watchdog: enforce", "q quits", "1 bond, 1 managed, 1 not on the SR-IOV",
        "bond191554c8    NOT OK      env3            hold_down, 7 s", "    the bond has no primary",
        "    next: hold_down: the watchdog moves", "rule rule2"}) {
    EXPECT_TRUE(has(text, words)) << words << "\n" << text;
  }
}

TEST(WatchPage, ShowsAMigrationAndWhoPausedIt) {
  Picture picture = sample_picture();
  picture.published.status->lpm.window_since = picture.now - 75s;
  OperatorPause pause;
  pause.bond = OperatorPause::kAllBonds;
  pause.by = "alice";
  picture.published.status->activity.pauses = {pause};
  const std::string text = text_of(picture);
  EXPECT_TRUE(has(text, "migration: a migration (LPM) has been under way for 1 min 15 s")) << text;
  EXPECT_TRUE(has(text, "paused: alice paused all bonds without end")) << text;
}

TEST(WatchPage, SaysThatNoWatchdogRuns) {
  Picture picture = sample_picture();
  remove_watchdog(picture);
  EXPECT_TRUE(has(text_of(picture), "watchdog NOT RUNNING"));
}

TEST(WatchPage, FitsWhateverThereIs) {
  for (const unsigned bonds : {1U, 10U, 12U, 40U}) {
    for (const std::size_t rows : {1U, 4U, 8U, 24U, 60U}) {
      for (const std::size_t first : {0U, 5U, 100U}) {
        const std::string text = text_of(many_bonds(bonds), first, Window{80, rows}, 12);
        EXPECT_LE(lines_of(text), rows) << bonds << " bonds\n" << text;
      }
    }
  }
}

TEST(WatchPage, ShowsTheWorstOfManyFirstAndTheRestPageByPage) {
  const Picture picture = many_bonds(40);
  const auto verdicts = judge(picture, {});
  std::size_t first = 0;
  std::set<std::string> seen;
  for (int pages = 0; first < verdicts.size() && pages < 40; ++pages) {
    const WatchPage page = watch_page(picture, verdicts, events(12), "lpar1", first, kSmall);
    const std::string text = to_bytes(page.page, false);
    if (first == 0) {
      EXPECT_TRUE(has(text, "\nbond191554c8    NOT OK"));
    }
    for (std::size_t at = first; at < first + page.shown; ++at) {
      EXPECT_TRUE(has(text, "\n" + verdicts[at].bond + " ")) << verdicts[at].bond << text;
      seen.insert(verdicts[at].bond);
    }
    const std::size_t rest = verdicts.size() - first - page.shown;
    EXPECT_TRUE(has(text, rest != 0 ? std::to_string(rest) + " more: space" : "first ones again"));
    EXPECT_TRUE(has(text, "rule rule11")) << "the last events stay";
    ASSERT_GT(page.shown, 0U);
    first += page.shown;
  }
  EXPECT_EQ(seen.size(), 40U);
}

TEST(Screen, WritesOnlyTheLinesThatHaveChanged) {
  Screen screen(false);
  const Page before{{Span{"one"}}, {Span{"two"}}, {Span{"three"}}};
  EXPECT_EQ(screen.show(before, kSmall), "\x1b[H\x1b[2J\x1b[1;1Hone\x1b[2;1Htwo\x1b[3;1Hthree");
  EXPECT_EQ(screen.show(before, kSmall), "");
  EXPECT_EQ(screen.show({{Span{"one"}}, {Span{"2"}}}, kSmall), "\x1b[2;1H2\x1b[K\x1b[3;1H\x1b[K");
}

TEST(Screen, DrawsAnewInAnotherWindowAndAfterAStop) {
  Screen screen(false);
  const Page page{{Span{"one"}}};
  screen.show(page, kSmall);
  EXPECT_EQ(screen.show(page, Window{80, 25}), "\x1b[H\x1b[2J\x1b[1;1Hone");
  screen.forget();
  EXPECT_EQ(screen.show(page, Window{80, 25}), "\x1b[H\x1b[2J\x1b[1;1Hone");
}

TEST(Screen, CutsLinesBeforeTheLastColumnAndDropsWhatHasNoRow) {
  Screen screen(false);
  const std::string bytes = screen.show({{Span{std::string(200, 'x')}}, {Span{"y"}}}, {80, 1});
  EXPECT_EQ(bytes, "\x1b[H\x1b[2J\x1b[1;1H" + std::string(79, 'x'));
}

}  // namespace
}  // namespace hnv::ctl::test
