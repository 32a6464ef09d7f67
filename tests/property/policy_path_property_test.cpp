// SPDX-License-Identifier: Apache-2.0
// What holds whatever a prober says.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "tests/property/policy_views.hpp"

namespace hnv::watchdog {

namespace {

bool another_can_carry(const BondView& view, const SlaveView& sriov) {
  return std::any_of(view.slaves.begin(), view.slaves.end(), [&sriov](const SlaveView& slave) {
    return slave.index != sriov.index && slave.healthy();
  });
}

RC_GTEST_PROP(PolicyPathProperty, NothingIsBroughtToADeadPath, ()) {
  for (const Seen& seen : any_run(*any_config())) {
    const auto& write = seen.decision.write;
    const SlaveView* sriov = the_sriov_slave(seen.view);
    if (!write || sriov == nullptr || !another_can_carry(seen.view, *sriov)) continue;
    const bool judged = seen.view.path.valid_until && seen.now < *seen.view.path.valid_until;
    const PathVerdict verdict = judged ? seen.view.path.verdict : PathVerdict::not_judged;
    const bool dead = verdict == PathVerdict::sriov_dead || verdict == PathVerdict::both_dead;
    if (brings_back(write->rule)) RC_ASSERT(!dead);
    if (write->rule == WriteRule::fast_failover) {
      RC_ASSERT(verdict != PathVerdict::virtual_dead && verdict != PathVerdict::both_dead);
    }
  }
}

RC_GTEST_PROP(PolicyPathProperty, MovesAreAskedForAndFew, ()) {
  const PolicyConfig config = *any_config();
  std::optional<TimePoint> tried;
  std::optional<Write> waiting;
  for (const Seen& seen : any_run(config)) {
    const bool answered =
        seen.view.answer && !std::holds_alternative<WriteOutdated>(*seen.view.answer);
    if (waiting && waiting->rule == WriteRule::path_failover && answered) tried = seen.now;
    waiting = seen.decision.write;
    if (!waiting || waiting->rule != WriteRule::path_failover) continue;
    RC_ASSERT(config.act_on_path && config.mode != Mode::observe);
    RC_ASSERT(seen.view.path.verdict == PathVerdict::sriov_dead);
    RC_ASSERT(seen.now < *seen.view.path.valid_until);
    RC_ASSERT(!seen.view.situation.lpm_window && !seen.view.situation.is_paused());
    if (tried) RC_ASSERT(seen.now - *tried >= std::chrono::minutes(5));
  }
}

RC_GTEST_PROP(PolicyPathProperty, WithoutAVerdictThereIsNoDifference, ()) {
  const PolicyConfig config = *any_config();
  PolicyConfig plain = config;
  plain.act_on_path = false;
  std::vector<Look> looks = *any_looks();
  for (Look& look : looks) look.view.path = {};
  std::vector<Look> old = looks;
  for (Look& look : old) {
    look.view.path.verdict = PathVerdict::sriov_dead;
    look.judged_for = Duration::zero();
  }
  const auto without = run(plain, looks, kStart);
  const auto with = run(config, old, kStart);
  for (std::size_t index = 0; index < without.size(); ++index) {
    RC_ASSERT(without[index].decision.write == with[index].decision.write);
    RC_ASSERT(without[index].decision.assessment == with[index].decision.assessment);
    RC_ASSERT(without[index].decision.wake_at == with[index].decision.wake_at);
  }
}

}  // namespace

}  // namespace hnv::watchdog
