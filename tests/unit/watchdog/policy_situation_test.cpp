// SPDX-License-Identifier: Apache-2.0
// Pauses and migration windows hold every write back, whichever rule asks for it.
#include <functional>

#include "tests/unit/watchdog/policy_fixture.hpp"

namespace hnv::watchdog {

namespace {

using namespace std::chrono_literals;

struct PolicySituation : PolicyTest {
  void SetUp() override { know_the_bond(); }

  // Each way in which something is to be written.
  const std::vector<std::pair<WriteRule, std::function<void()>>> ways{
      {WriteRule::keep, [this] { view.active = kSriov; }},
      {WriteRule::latch,
       [this] {
         lose_link(sriov());
         take_traffic();
       }},
      {WriteRule::bring_back, [this] { strand(); }},
      {WriteRule::reassert,
       [this] {
         view.primary = kSriov;
         strand();
       }},
  };
  void in_each_way(const std::function<void(WriteRule)>& check) {
    const BondView before = view;
    const PolicyState known = state;
    for (const auto& [rule, arrange] : ways) {
      view = before;
      state = known;
      arrange();
      check(rule);
    }
  }
};

TEST_F(PolicySituation, EachWayIsWrittenWhenNothingGoesOn) {
  in_each_way([this](WriteRule rule) { EXPECT_EQ(rule_of(look()), rule); });
}

TEST_F(PolicySituation, NothingIsWrittenInAWindow) {
  in_each_way([this](WriteRule rule) {
    view.situation.lpm_window = true;
    EXPECT_EQ(rule_of(look()), std::nullopt) << base::name_of(rule);
    EXPECT_EQ(rule_of(look_after(24h)), std::nullopt) << base::name_of(rule);
  });
}

TEST_F(PolicySituation, NothingIsWrittenForAnyReasonToPause) {
  for (const PauseReason reason : base::all_values<PauseReason>()) {
    in_each_way([&](WriteRule rule) {
      view.situation = {};
      view.situation.pauses[reason] = true;
      EXPECT_EQ(rule_of(look()), std::nullopt)
          << base::name_of(rule) << ", " << base::name_of(reason);
      EXPECT_EQ(rule_of(look_after(24h)), std::nullopt);
    });
  }
}

TEST_F(PolicySituation, NothingIsWrittenUntilTheDisturbanceHasSettled) {
  in_each_way([this](WriteRule rule) {
    view.situation = {};
    view.situation.settled_at = now + 30s;
    const Decision decision = look();
    EXPECT_EQ(rule_of(decision), std::nullopt);
    EXPECT_EQ(decision.wake_at, now + 30s);
    EXPECT_EQ(decision.assessment->state, WatchState::settling);
    EXPECT_EQ(rule_of(look_after(30s)), rule);
  });
}

TEST_F(PolicySituation, NothingIsWrittenWhileAMigrationIsSuspected) {
  in_each_way([this](WriteRule rule) {
    view.situation = {};
    view.situation.suspected_until = now + 120s;
    EXPECT_EQ(rule_of(look()), std::nullopt);
    EXPECT_EQ(rule_of(look_after(119s)), std::nullopt);
    EXPECT_EQ(rule_of(look_after(1s)), rule);
  });
}

TEST_F(PolicySituation, WriteFollowsAtOnceWhenThePauseEnds) {
  strand();
  view.situation.pauses[PauseReason::operator_request] = true;
  look();
  view.situation = {};
  EXPECT_EQ(rule_of(look_after(1ms)), WriteRule::bring_back);
}

TEST_F(PolicySituation, WriteThatIsOutIsStillVerified) {
  strand();
  ASSERT_EQ(rule_of(look()), WriteRule::bring_back);
  view.situation.lpm_window = true;
  answer(WriteAccepted{});
  show_success();
  EXPECT_TRUE(is_confirmed(look_after(2ms)));
}

TEST_F(PolicySituation, WindowIsSaidWhoeverCarriesTheTraffic) {
  view.situation.lpm_window = true;
  view.primary = kSriov;
  EXPECT_EQ(look().assessment, (Assessment{WatchState::lpm, std::nullopt}));
  take_traffic();
  EXPECT_EQ(look().assessment, (Assessment{WatchState::lpm, OffReason::lpm}));
  view.slaves.erase(view.slaves.begin());
  view.sriov_absent = true;
  EXPECT_EQ(look().assessment, (Assessment{WatchState::lpm, OffReason::lpm}));
}

TEST_F(PolicySituation, PauseIsSaidWhereItHoldsSomethingBack) {
  view.situation.pauses[PauseReason::hcnmgr] = true;
  view.primary = kSriov;
  EXPECT_EQ(look().assessment, (Assessment{WatchState::steady, std::nullopt}));
  view.primary.reset();
  EXPECT_EQ(look().assessment, (Assessment{WatchState::paused, std::nullopt}));
  take_traffic();
  EXPECT_EQ(look().assessment, (Assessment{WatchState::paused, OffReason::paused}));
  lose_link(sriov());
  EXPECT_EQ(look().assessment, (Assessment{WatchState::paused, OffReason::link_down}));
  view.slaves.erase(view.slaves.begin());
  view.sriov_absent = true;
  EXPECT_EQ(look().assessment, (Assessment{WatchState::paused, OffReason::absent}));
}

TEST_F(PolicySituation, SuspicionOfADepartureKeepsItsReason) {
  view.slaves.erase(view.slaves.begin());
  view.sriov_absent = true;
  take_traffic();
  view.situation.suspected_until = now + 120s;
  EXPECT_EQ(look().assessment, (Assessment{WatchState::on_virtual, OffReason::absent}));
}

}  // namespace

}  // namespace hnv::watchdog
