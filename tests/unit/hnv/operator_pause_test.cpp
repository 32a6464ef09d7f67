// SPDX-License-Identifier: Apache-2.0
#include "hnv/operator_pause.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hnv/pause_words.hpp"
#include "tests/support/temporary_folder.hpp"

namespace {

using namespace hnv;
using namespace std::chrono_literals;
using base::BootTime;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr BootTime kNow{100h};
constexpr const char* kBoot = "0b5c";

OperatorPause written() {
  OperatorPause pause;
  pause.bond = "bond191554c8";
  pause.by = "alice";
  pause.reason = "work on = the switch";
  pause.since = kNow;
  pause.until = kNow + 2h;
  return pause;
}

std::string ends(const OperatorPause& pause) {
  return pause.until ? "ends" : "lasts";
}

TEST(OperatorPause, ReadsWhatIsWritten) {
  const OperatorPause pause = written();
  EXPECT_EQ(decode_pause(pause.bond, encode_pause(pause, kBoot), kBoot), pause);
}

TEST(OperatorPause, EmptyFileLastsAndIsNoMistake) {
  const OperatorPause pause = decode_pause("all", "", kBoot);
  EXPECT_EQ(ends(pause), "lasts");
  EXPECT_EQ(pause.problem, "");
  EXPECT_TRUE(pause.holds("bond1"));
}

TEST(OperatorPause, ReasonByHandIsShownAndLasts) {
  const OperatorPause pause = decode_pause("bond1", "reason=work\n", kBoot);
  EXPECT_EQ(pause.reason, "work");
  EXPECT_EQ(ends(pause), "lasts");
  EXPECT_EQ(pause.problem, "");
  EXPECT_FALSE(pause.holds("bond2"));
}

// An end that might be wrong must not let a write through.
TEST(OperatorPause, WhatIsNotUnderstoodLastsAndIsSaid) {
  for (const char* text :
       {"work on the switch\n", "until=tomorrow\nboot=0b5c\n", "until=12\n",
        "until=12\nboot=other\n", "until=-5\nboot=0b5c\n", "until=12x\nboot=0b5c\n",
        "until=12\nboot=0b5c\nnonsense", "until=99999999999999999999\nboot=0b5c\n",
        "since=x\nuntil=12\nboot=0b5c\n"}) {
    const OperatorPause pause = decode_pause("all", text, kBoot);
    EXPECT_EQ(ends(pause), "lasts") << text;
    EXPECT_NE(pause.problem, "") << text;
  }
}

TEST(OperatorPause, LineEndsInTextsAddNoLines) {
  OperatorPause pause = written();
  pause.reason = "work\nuntil=1";
  EXPECT_EQ(decode_pause(pause.bond, encode_pause(pause, kBoot), kBoot).until, kNow + 2h);
}

struct PauseFolder : testing::Test {
  test::TemporaryFolder root;
  [[nodiscard]] std::vector<std::string> names(BootTime now = kNow) const {
    std::vector<std::string> names;
    for (const OperatorPause& pause : read_pauses(root.path(), kBoot, now)) {
      names.push_back(pause.bond);
    }
    return names;
  }
};

TEST_F(PauseFolder, EndedOnesAreNoneFromTheirEndOn) {
  root.write("bond191554c8", encode_pause(written(), kBoot));
  EXPECT_THAT(names(kNow + 2h - 1ns), ElementsAre("bond191554c8"));
  EXPECT_THAT(names(kNow + 2h), IsEmpty());
}

TEST_F(PauseFolder, FileThatIsBeingWrittenIsNone) {
  root.write(".all", "");
  root.write("bond1", "");
  EXPECT_THAT(names(), ElementsAre("bond1"));
}

TEST_F(PauseFolder, WhatCannotBeReadIsOneWithoutEnd) {
  std::filesystem::create_directory(root.path() / "bond1");
  root.write("bond2", std::string(100'000, 'x'));
  const auto pauses = read_pauses(root.path(), kBoot, kNow);
  ASSERT_EQ(pauses.size(), 2U);
  EXPECT_THAT(pauses[0].problem, HasSubstr("EISDIR"));
  EXPECT_THAT(pauses[1].problem, HasSubstr("larger than"));
  EXPECT_EQ(ends(pauses[1]), "lasts");
}

TEST_F(PauseFolder, MissingFolderPausesNothing) {
  EXPECT_THAT(read_pauses(root.path() / "none", kBoot, kNow), IsEmpty());
}

TEST(OperatorPause, OneWithoutEndLastsLongest) {
  OperatorPause all = written();
  all.bond = OperatorPause::kAllBonds;
  const OperatorPause bond = written();
  EXPECT_EQ(longest_pause({all, bond}, "bond2")->bond, "all");
  EXPECT_EQ(longest_pause({bond}, "bond2"), nullptr);
  all.until.reset();
  EXPECT_FALSE(longest_pause({all, bond}, bond.bond)->until);
  EXPECT_FALSE(longest_pause({bond, all}, bond.bond)->until);
}

TEST(PauseWords, SayWhoUntilWhenAndWhy) {
  OperatorPause pause = written();
  EXPECT_EQ(pause_words(pause, kNow + 12min),
            "alice paused it for another 1 h 48 min: work on = the switch");
  EXPECT_EQ(pause_words(pause, std::nullopt), "alice paused it: work on = the switch");
  pause.until.reset();
  pause.bond = OperatorPause::kAllBonds;
  EXPECT_EQ(pause_words(pause, kNow), "alice paused all bonds without end: work on = the switch");
  EXPECT_EQ(pause_words(decode_pause("all", "", kBoot), kNow),
            "an operator paused all bonds without end (the file /run/hnv/pause/all)");
  EXPECT_THAT(pause_words(decode_pause("all", "by=bob\nx", kBoot), kNow),
              HasSubstr("of the file /run/hnv/pause/all not all is understood: a line is not"));
}

TEST(PauseWords, NameThePausesOfTheBondOnly) {
  BondStatus bond;
  bond.name = "bond1";
  bond.paused[PauseReason::operator_request] = true;
  ActivityStatus activity;
  activity.pauses = {decode_pause("bond1", "by=alice\n", kBoot),
                     decode_pause("bond2", "by=bob\n", kBoot)};
  const std::string words = pause_words(bond, activity, kNow);
  EXPECT_THAT(words, HasSubstr("alice"));
  EXPECT_THAT(words, Not(HasSubstr("bob")));
}

}  // namespace
