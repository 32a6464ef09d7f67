// SPDX-License-Identifier: Apache-2.0
// What holds for the writes that are made by opt-in only: damping and fast failover, and for what
// limits all of them.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "tests/property/policy_views.hpp"

namespace hnv::watchdog {

namespace {

using bond::MiiStatus;
using bond::PrimaryReselect;

std::size_t healthy_others(const BondView& view) {
  return static_cast<std::size_t>(std::count_if(
      view.slaves.begin(), view.slaves.end(),
      [](const SlaveView& slave) { return slave.role != Role::sriov && slave.healthy(); }));
}

bool was_accepted(const std::optional<Write>& waiting, const Seen& seen) {
  return waiting && seen.view.answer && std::holds_alternative<WriteAccepted>(*seen.view.answer);
}

RC_GTEST_PROP(PolicyOptionProperty, NothingIsWrittenInAWindowOrAPause, ()) {
  for (const Seen& seen : any_run(*any_config())) {
    const Situation& situation = seen.view.situation;
    if (situation.lpm_window || situation.is_paused()) RC_ASSERT(!seen.decision.write);
  }
}

RC_GTEST_PROP(PolicyOptionProperty, OptionsAreWrittenWhereTheyAreAskedFor, ()) {
  const PolicyConfig config = *any_config();
  for (const Seen& seen : any_run(config)) {
    if (!seen.decision.write) continue;
    const WriteRule rule = seen.decision.write->rule;
    if (rule == WriteRule::fast_failover) RC_ASSERT(config.fast_failover);
    if (rule == WriteRule::suppress) RC_ASSERT(config.damping);
    RC_ASSERT(config.mode != Mode::observe);
  }
}

RC_GTEST_PROP(PolicyOptionProperty, WritesNothingElseWhileSuppressed, ()) {
  const PolicyConfig config = *any_config();
  for (const Seen& seen : any_run(config)) {
    const bool acts = config.damping && config.mode != Mode::observe;
    if (!acts || !seen.decision.write || !seen.decision.state.damping.suppressed_since) continue;
    RC_ASSERT(seen.decision.write->rule == WriteRule::suppress);
  }
}

RC_GTEST_PROP(PolicyOptionProperty, ChangesOnlyASettingThatIsKept, ()) {
  for (const Seen& seen : any_run(*any_config())) {
    const auto& write = seen.decision.write;
    if (!write || write->rule != WriteRule::suppress) continue;
    RC_ASSERT(seen.view.saved_is_kept);
    RC_ASSERT(seen.decision.state.damping.saved == seen.view.primary_reselect);
    RC_ASSERT(seen.view.primary_reselect != PrimaryReselect::failure);
  }
}

RC_GTEST_PROP(PolicyOptionProperty, PutsBackWhatItSaved, ()) {
  for (const Seen& seen : any_run(*any_config())) {
    const auto& write = seen.decision.write;
    if (!write || write->rule == WriteRule::suppress ||
        option_of(write->rule) != WrittenOption::primary_reselect) {
      continue;
    }
    RC_ASSERT(seen.before.damping.saved.has_value());
    RC_ASSERT(write->reselect == seen.before.damping.saved);
    RC_ASSERT(seen.view.primary_reselect == PrimaryReselect::failure);
  }
}

RC_GTEST_PROP(PolicyOptionProperty, SuppressesForTwentyMinutesAtMost, ()) {
  for (const Seen& seen : any_run(*any_config())) {
    const auto& since = seen.decision.state.damping.suppressed_since;
    if (seen.view.fresh && since) RC_ASSERT(seen.now - *since < Penalty::kLongestSuppression);
  }
}

RC_GTEST_PROP(PolicyOptionProperty, FastFailoverObeysItsGuards, ()) {
  for (const Seen& seen : any_run(*any_config())) {
    if (!seen.decision.write || seen.decision.write->rule != WriteRule::fast_failover) continue;
    const SlaveView* sriov = the_sriov_slave(seen.view);
    RC_ASSERT(seen.view.plain_miimon);
    RC_ASSERT(seen.view.active == sriov->index && sriov->is_active);
    RC_ASSERT(!sriov->lower_up && sriov->mii == MiiStatus::up);
    RC_ASSERT(healthy_others(seen.view) == 1);
  }
}

RC_GTEST_PROP(PolicyOptionProperty, FastFailoversAreFew, ()) {
  std::vector<TimePoint> moves;
  std::optional<Write> waiting;
  for (const Seen& seen : any_run(*any_config())) {
    if (was_accepted(waiting, seen) && waiting->rule == WriteRule::fast_failover) {
      moves.push_back(seen.now);
    }
    waiting = seen.decision.write;
  }
  for (std::size_t last = 1; last < moves.size(); ++last) {
    RC_ASSERT(moves[last] - moves[last - 1] >= kFastMovesApart);
    if (last < kFastMovesAMinute) continue;
    RC_ASSERT(moves[last] - moves[last - kFastMovesAMinute] >= std::chrono::minutes(1));
  }
}

// The livelock: a primary that is written while the kernel does not know of the loss yet selects
// the dead port, which is fled again.
RC_GTEST_PROP(PolicyOptionProperty, NoPrimaryIsWrittenBeforeTheKernelHasSeenTheLoss, ()) {
  for (const Seen& seen : any_run(*any_config())) {
    const SlaveView* sriov = the_sriov_slave(seen.view);
    if (!seen.decision.write || sriov == nullptr || sriov->lower_up) continue;
    if (sriov->mii == MiiStatus::down) continue;
    RC_ASSERT(option_of(seen.decision.write->rule) != WrittenOption::primary);
  }
}

RC_GTEST_PROP(PolicyOptionProperty, MovesStayInTheirBudget, ()) {
  const PolicyConfig config = *any_config();
  std::vector<TimePoint> moves;
  std::optional<Write> waiting;
  for (const Seen& seen : any_run(config)) {
    if (was_accepted(waiting, seen) && brings_back(waiting->rule)) moves.push_back(seen.now);
    waiting = seen.decision.write;
    if (!waiting || !brings_back(waiting->rule) || healthy_others(seen.view) == 0) continue;
    const auto in_the_last_hour = std::count_if(moves.begin(), moves.end(), [&](TimePoint moved) {
      return seen.now - moved < kBudgetPeriod;
    });
    RC_ASSERT(static_cast<std::size_t>(in_the_last_hour) < config.moves_per_hour);
  }
}

}  // namespace

}  // namespace hnv::watchdog
