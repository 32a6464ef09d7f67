// SPDX-License-Identifier: Apache-2.0
#include "hnv/restraint_words.hpp"

#include <gtest/gtest.h>

namespace {

using namespace hnv;
using bond::PrimaryReselect;
using std::chrono::seconds;

constexpr base::BootTime kNow{std::chrono::hours(10)};

BondStatus damped_bond() {
  BondStatus bond;
  bond.state = WatchState::suppressed;
  bond.penalty = Penalty{2600, kNow};
  bond.suppressed = true;
  bond.saved_reselect = PrimaryReselect::always;
  return bond;
}

TEST(RestraintWords, APenaltyThatIsOnlyCountedDampsNothing) {
  BondStatus bond = damped_bond();
  EXPECT_TRUE(is_damped(bond));
  bond.state = WatchState::paused;
  EXPECT_TRUE(is_damped(bond)) << "primary_reselect is still changed";
  bond.saved_reselect.reset();
  EXPECT_FALSE(is_damped(bond));
}

TEST(RestraintWords, ThePenaltyIsThatOfNow) {
  const BondStatus bond = damped_bond();
  EXPECT_EQ(penalty_words(bond, kNow),
            "its penalty is 2600: 1000 for each loss, halved every 5 minutes");
  EXPECT_EQ(penalty_words(bond, kNow + Penalty::kHalfLife),
            "its penalty is 1300: 1000 for each loss, halved every 5 minutes");
}

TEST(RestraintWords, DampingEndsWhenThePenaltyHasDecayed) {
  BondStatus bond = damped_bond();
  const base::BootTime ends_at = damping_ends_at(bond);
  EXPECT_LE(bond.penalty.at(ends_at), Penalty::kReleaseBelow);
  EXPECT_GT(bond.penalty.at(ends_at - seconds(1)), Penalty::kReleaseBelow);
  bond.suppressed = false;
  bond.waits_until = kNow + seconds(7);
  EXPECT_EQ(damping_ends_at(bond), kNow + seconds(7));
}

TEST(RestraintWords, SayWhoBringsTheTrafficBack) {
  BondStatus bond = damped_bond();
  EXPECT_EQ(release_words(bond, "9 min"),
            "damping ends in 9 min at the latest; then the watchdog puts primary_reselect back to "
            "always, and the kernel goes back by itself");
  EXPECT_EQ(release_words(bond, ""),
            "damping ends now; then the watchdog puts primary_reselect back to always, and the "
            "kernel goes back by itself");
  bond.suppressed = false;
  EXPECT_EQ(release_words(bond, "7 s"),
            "damping is over; the watchdog puts primary_reselect back to always in 7 s, and the "
            "kernel goes back by itself");
  bond.saved_reselect.reset();  // it was failure all the time
  EXPECT_EQ(release_words(bond, "7 s"),
            "damping is over; the watchdog brings the traffic back in 7 s");
}

TEST(RestraintWords, NameTheChangedSettingWhileItIsChanged) {
  BondStatus bond = damped_bond();
  EXPECT_EQ(reselect_words(bond, PrimaryReselect::failure),
            "the watchdog has changed primary_reselect from always to failure");
  EXPECT_EQ(reselect_words(bond, PrimaryReselect::always), "") << "about to be changed";
  EXPECT_EQ(reselect_words(bond, std::nullopt), "");
  bond.saved_reselect.reset();
  EXPECT_EQ(reselect_words(bond, PrimaryReselect::failure), "") << "an operator's";
}

TEST(RestraintWords, TellWhatToDoAboutASpentBudget) {
  EXPECT_EQ(budget_words("23 min"),
            "the watchdog has brought the traffic back as often as it may in an hour, and does so "
            "again in 23 min; find who takes it away: hnvctl events has the cause of each time");
}

}  // namespace
