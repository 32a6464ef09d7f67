// SPDX-License-Identifier: Apache-2.0
// Something takes the traffic away again and again.
#include "tests/unit/watchdog/policy_fixture.hpp"

namespace hnv::watchdog {

namespace {

using namespace std::chrono_literals;

class PolicyBudget : public PolicyTest {
 protected:
  PolicyBudget() {
    config.moves_per_hour = 3;
    know_the_bond();
    view.primary = kSriov;
    look();
  }

  // Taken away for long, and brought back if we may.
  Decision contend() {
    take_traffic();
    look();
    Decision decision = look_after(config.move_spacing);
    if (decision.write) {
      answer(WriteAccepted{});
      show_success();
      look();
    }
    return decision;
  }
};

TEST_F(PolicyBudget, OnlySoManyMovesAnHour) {
  for (int moves = 0; moves < 3; ++moves) EXPECT_TRUE(contend().write);
  const Decision decision = contend();
  EXPECT_FALSE(decision.write);
  EXPECT_TRUE(decision.budget_spent);
  EXPECT_EQ(decision.assessment->state, WatchState::observing);
  EXPECT_EQ(decision.assessment->off_reason, OffReason::observe);
}

TEST_F(PolicyBudget, RefillsAnHourAfterTheFirst) {
  contend();
  const TimePoint first = state.moves.front();
  while (!contend().budget_spent) {
  }
  const Decision decision = look();
  ASSERT_TRUE(decision.wake_at);
  EXPECT_EQ(*decision.wake_at, first + 1h);
  now = *decision.wake_at;
  EXPECT_EQ(rule_of(look()), WriteRule::reassert);
}

TEST_F(PolicyBudget, DoesNotHoldBackWhenNoOtherSlaveIsHealthy) {
  while (!contend().budget_spent) {
  }
  lose_link(virtual_slave());
  EXPECT_EQ(rule_of(look()), WriteRule::reassert);
}

TEST_F(PolicyBudget, WritesThatMoveNothingAreNotCounted) {
  while (!contend().budget_spent) {
  }
  view.active = kSriov;
  view.primary.reset();
  EXPECT_EQ(rule_of(look()), WriteRule::keep);
}

TEST_F(PolicyBudget, RefusedWritesAreNoMoves) {
  take_traffic();
  look();
  ASSERT_TRUE(look_after(config.move_spacing).write);
  answer(WriteRefused{RestoreFailure::permission});
  EXPECT_TRUE(state.moves.empty());
}

}  // namespace

}  // namespace hnv::watchdog
