// SPDX-License-Identifier: Apache-2.0
// Whole explanations, as a person reads them.
#include "ctl/state_story.hpp"

#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "tests/unit/ctl/repository_file.hpp"
#include "tests/unit/ctl/sample_picture.hpp"

namespace hnv::ctl::test {
namespace {

using namespace std::chrono_literals;

std::string story(const Picture& picture) {
  return "\n" + to_bytes(state_story(picture, judge(picture, {kBond}).at(0)), false);
}

bool says(const std::string& text, const std::string& words) {
  return std::regex_replace(text, std::regex("\\s+"), " ").find(words) != std::string::npos;
}

TEST(StateStory, OfABondInHoldDown) {
  const std::string text = story(stranded_picture());
  for (const char* words :
       {"NOT OK the traffic is on env3 (virtual) for 14 s", "why The bond has no primary",
        "hold_down for 4 s; it looks again by itself in 7 s, at 20", "(P-16, P-18, P-20 of docs",
        "next Hold_down: the watchdog moves the traffic to enP16392p1s0 in 7 s",
        "would change Time without a lost link", "you can Wait, or hold it back: sudo hnvctl"}) {
    EXPECT_TRUE(says(text, words)) << words << text;
  }
}

TEST(StateStory, OfAnOperatorsPauseSaysWhoAndHowToEndIt) {
  Picture picture = stranded_picture();
  set_state(picture, WatchState::paused, OffReason::paused);
  watched_of(picture).paused[PauseReason::operator_request] = true;
  OperatorPause pause;
  pause.bond = OperatorPause::kAllBonds;
  pause.by = "alice";
  pause.until = picture.now + 1h;
  picture.published.status->activity.pauses = {pause};
  const std::string text = story(picture);
  EXPECT_TRUE(says(text, "held back Alice paused all bonds for another 1 h")) << text;
  EXPECT_TRUE(says(text, "(P-37, P-47 of docs/policy.md)")) << text;
}

TEST(StateStory, WithoutWatchdogSaysThatNobodyDecides) {
  Picture picture = stranded_picture();
  remove_watchdog(picture);
  EXPECT_TRUE(says(story(picture), "No watchdog runs, so nobody decides anything"));
}

// Every state, with requirements that there are.
TEST(StateStory, NamesRequirementsOfThePolicy) {
  const std::string policy = hnv::test::read_repository_file("docs/policy.md");
  const std::regex id("P-[0-9]+");
  for (const auto state : base::all_values<WatchState>()) {
    const std::string ids(reasoning_of(state).requirements);
    std::size_t count = 0;
    for (std::sregex_iterator found(ids.begin(), ids.end(), id), end; found != end; ++found) {
      ++count;
      EXPECT_NE(policy.find("**" + found->str() + "**"), std::string::npos) << found->str();
    }
    EXPECT_GT(count, 0U) << base::name_of(state);
    Picture picture = stranded_picture();
    set_state(picture, state, OffReason::hold_down);
    for (const Line& line : state_story(picture, judge(picture, {kBond}).at(0))) {
      EXPECT_LE(width_of(line), kColumns);
    }
  }
}

}  // namespace
}  // namespace hnv::ctl::test
