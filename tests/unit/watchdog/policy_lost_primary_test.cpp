// SPDX-License-Identifier: Apache-2.0
// A primary that is lost while its slave stays is someone's doing: a stored profile overwrites it.
#include "tests/unit/watchdog/policy_fixture.hpp"

namespace hnv::watchdog {

namespace {

using namespace std::chrono_literals;

class PolicyLostPrimary : public PolicyTest {
 protected:
  void SetUp() override { know_the_bond(); }
  void set_and_lose_primary() {
    ASSERT_TRUE(look().write);
    answer(WriteAccepted{});
    show_success();
    ASSERT_TRUE(is_confirmed(look()));
    view.primary.reset();
    look();
    now += 1s;
  }
};

TEST_F(PolicyLostPrimary, IsRepairedAtOnceAndCounted) {
  set_and_lose_primary();
  EXPECT_EQ(state.primary_losses, 1U);
  EXPECT_TRUE(state.pending);
}

TEST_F(PolicyLostPrimary, ThirdLossSlowsRepairsDown) {
  view.active = view.primary = kSriov;
  for (int loss = 0; loss < 3; ++loss) {
    view.primary.reset();
    state.pending.reset();
    set_and_lose_primary();
    state.pending.reset();
  }
  EXPECT_EQ(state.primary_losses, 3U);
  const TimePoint last = state.last_write.value();
  EXPECT_EQ(look().wake_at, last + config.longest_backoff);
  now = last + config.longest_backoff - 1ms;
  EXPECT_EQ(look().write, std::nullopt);
  now += 1ms;
  EXPECT_EQ(rule_of(look()), WriteRule::keep);
}

TEST_F(PolicyLostPrimary, IsCountedOnce) {
  set_and_lose_primary();
  answer(WriteOutdated{});
  look();
  look();
  EXPECT_EQ(state.primary_losses, 1U);
}

TEST_F(PolicyLostPrimary, IsNoLossWhenTheSlaveWasReplaced) {
  ASSERT_TRUE(look().write);
  answer(WriteAccepted{});
  show_success();
  ASSERT_TRUE(is_confirmed(look()));
  sriov().index = bond::IfIndex{9};
  view.primary.reset();
  view.active = bond::IfIndex{9};
  ++view.membership_generation;
  look();
  EXPECT_EQ(state.primary_losses, 0U);
}

TEST_F(PolicyLostPrimary, IsNoLossWhenTheSlaveWasAway) {
  ASSERT_TRUE(look().write);
  answer(WriteAccepted{});
  show_success();
  ASSERT_TRUE(is_confirmed(look()));
  const SlaveView away = sriov();
  view.slaves.erase(view.slaves.begin());
  view.sriov_absent = true;
  view.primary.reset();
  view.active = kVirtual;
  ++view.membership_generation;
  look();
  view.slaves.insert(view.slaves.begin(), away);
  view.sriov_absent = false;
  ++view.membership_generation;
  look();
  EXPECT_EQ(state.primary_losses, 0U);
}

TEST_F(PolicyLostPrimary, PrimaryThatWeNeverSetIsNoLoss) {
  view.primary = kSriov;
  look();
  view.primary.reset();
  look();
  EXPECT_EQ(state.primary_losses, 0U);
}

}  // namespace

}  // namespace hnv::watchdog
