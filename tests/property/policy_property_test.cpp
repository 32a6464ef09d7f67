// SPDX-License-Identifier: Apache-2.0
// What holds for the policy whatever it is shown.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <random>

#include "tests/property/policy_views.hpp"

namespace hnv::watchdog {

namespace {

using bond::MiiStatus;

bool another_is_healthy(const BondView& view) {
  const SlaveView* sriov = the_sriov_slave(view);
  return std::any_of(view.slaves.begin(), view.slaves.end(), [sriov](const SlaveView& slave) {
    return &slave != sriov && slave.healthy();
  });
}

// A fast failover that is undone waits for less.
Duration hold_of(const PolicyConfig& config, const Seen& seen) {
  return seen.decision.state.fast.owed ? config.fast_failover_hold : config.hold_down;
}

RC_GTEST_PROP(PolicyProperty, WritesTheOneSriovSlaveAndNoOther, ()) {
  for (const Seen& seen : any_run(*any_config())) {
    for (const auto& write : {seen.decision.write, seen.decision.withheld}) {
      if (!write) continue;
      const SlaveView* sriov = the_sriov_slave(seen.view);
      RC_ASSERT(sriov != nullptr);
      const bool to_another = option_of(write->rule) == WrittenOption::active_slave;
      RC_ASSERT((write->slave == sriov->index) == !to_another);
      RC_ASSERT(write->bond == seen.view.bond);
    }
  }
}

RC_GTEST_PROP(PolicyProperty, WritesOnlyToAManagedBondInAFreshView, ()) {
  for (const Seen& seen : any_run(*any_config())) {
    if (!seen.decision.write) continue;
    RC_ASSERT(seen.view.fresh);
    RC_ASSERT(seen.view.active_backup);
    RC_ASSERT(seen.view.monitored);
  }
}

RC_GTEST_PROP(PolicyProperty, WritesNothingWhenAllIsRight, ()) {
  for (const Seen& seen : any_run(*any_config())) {
    const SlaveView* sriov = the_sriov_slave(seen.view);
    if (sriov == nullptr) continue;
    const bool right = seen.view.active == sriov->index && seen.view.primary == sriov->index;
    for (const auto& write : {seen.decision.write, seen.decision.withheld}) {
      RC_ASSERT(!(right && write && option_of(write->rule) == WrittenOption::primary));
    }
  }
}

// The kernel chooses anew at each write of primary or primary_reselect, by what its last tick saw.
RC_GTEST_PROP(PolicyProperty, NeverSelectsADeadPort, ()) {
  for (const Seen& seen : any_run(*any_config())) {
    const auto& write = seen.decision.write;
    if (!write) continue;
    const SlaveView* sriov = the_sriov_slave(seen.view);
    if (write->rule == WriteRule::fast_failover) {
      RC_ASSERT(std::any_of(
          seen.view.slaves.begin(), seen.view.slaves.end(),
          [&](const auto& slave) { return slave.index == write->slave && slave.healthy(); }));
      continue;
    }
    if (brings_back(write->rule)) RC_ASSERT(sriov->healthy());
    const bool stays = write->rule == WriteRule::suppress ||
                       (write->rule == WriteRule::release && seen.view.active == sriov->index);
    RC_ASSERT(stays || sriov->healthy() || sriov->mii == MiiStatus::down);
  }
}

RC_GTEST_PROP(PolicyProperty, WritesOneAtATime, ()) {
  for (const Seen& seen : any_run(*any_config())) {
    if (!seen.decision.write) continue;
    RC_ASSERT(seen.decision.state.pending->write == *seen.decision.write);
    if (!seen.before.pending) continue;
    // The one before has ended, or its slave is not the SR-IOV slave any more.
    const bool replaced = seen.before.pending->write.slave != seen.decision.write->slave;
    RC_ASSERT(seen.decision.outcome || !seen.decision.fast_skipped.empty() || replaced);
  }
}

RC_GTEST_PROP(PolicyProperty, WakesLaterOrNever, ()) {
  for (const Seen& seen : any_run(*any_config())) {
    if (seen.decision.wake_at) RC_ASSERT(*seen.decision.wake_at > seen.now);
  }
}

RC_GTEST_PROP(PolicyProperty, ObserveNeverWrites, ()) {
  PolicyConfig config = *any_config();
  config.mode = Mode::observe;
  for (const Seen& seen : any_run(config)) RC_ASSERT(!seen.decision.write);
}

RC_GTEST_PROP(PolicyProperty, RepairWritesOverNobodysChoice, ()) {
  PolicyConfig config = *any_config();
  config.mode = Mode::repair;
  for (const Seen& seen : any_run(config)) {
    const auto& write = seen.decision.write;
    if (!write || option_of(write->rule) != WrittenOption::primary) continue;
    // What we took away ourselves we may bring back.
    const PolicyState& state = seen.decision.state;
    RC_ASSERT(!seen.view.primary || state.fast.owed || state.path.owed);
  }
}

RC_GTEST_PROP(PolicyProperty, SettlesAfterEachChangeOfMembership, ()) {
  const PolicyConfig config = *any_config();
  std::optional<std::uint64_t> generation;
  TimePoint changed;
  for (const Seen& seen : any_run(config)) {
    if (seen.view.fresh && generation != seen.view.membership_generation) {
      generation = seen.view.membership_generation;
      changed = seen.now;
    }
    if (seen.decision.write) RC_ASSERT(seen.now - changed >= config.settle);
  }
}

RC_GTEST_PROP(PolicyProperty, MovesTrafficOnlyAfterUninterruptedHealth, ()) {
  const PolicyConfig config = *any_config();
  TimePoint unhealthy = kStart;
  const SlaveView* last = nullptr;
  const auto looks = any_run(config);
  for (const Seen& seen : looks) {
    const SlaveView* sriov = the_sriov_slave(seen.view);
    if (!seen.view.fresh) continue;
    const bool lost = sriov == nullptr || last == nullptr || sriov->index != last->index ||
                      sriov->losses != last->losses || !sriov->healthy();
    if (lost) unhealthy = seen.now;
    last = sriov;
    const auto& write = seen.decision.write;
    if (!write || !brings_back(write->rule) || !another_is_healthy(seen.view)) continue;
    RC_ASSERT(seen.now - unhealthy >= hold_of(config, seen));
  }
}

RC_GTEST_PROP(PolicyProperty, LeavesMovedTrafficAloneForTheHoldDown, ()) {
  const PolicyConfig config = *any_config();
  TimePoint active = kStart;
  bool known = false;
  for (const Seen& seen : any_run(config)) {
    const SlaveView* sriov = the_sriov_slave(seen.view);
    if (!seen.view.fresh || sriov == nullptr) continue;
    if (!std::exchange(known, true) || seen.view.active == sriov->index) active = seen.now;
    const auto& write = seen.decision.write;
    if (!write || !brings_back(write->rule) || !another_is_healthy(seen.view)) continue;
    RC_ASSERT(seen.now - active >= hold_of(config, seen));
  }
}

RC_GTEST_PROP(PolicyProperty, MovesAreSpaced, ()) {
  const PolicyConfig config = *any_config();
  std::optional<TimePoint> moved;
  std::optional<Write> waiting;
  for (const Seen& seen : any_run(config)) {
    const bool accepted =
        waiting && seen.view.answer && std::holds_alternative<WriteAccepted>(*seen.view.answer);
    if (accepted && brings_back(waiting->rule)) moved = seen.now;
    waiting = seen.decision.write;
    if (!waiting || !brings_back(waiting->rule) || !another_is_healthy(seen.view)) continue;
    RC_ASSERT(!moved || seen.now - *moved >= config.move_spacing);
  }
}

RC_GTEST_PROP(PolicyProperty, RefusedWritesBackOff, ()) {
  const PolicyConfig config = *any_config();
  std::optional<TimePoint> failed;
  for (const Seen& seen : any_run(config)) {
    const SlaveView* sriov = the_sriov_slave(seen.view);
    const bool right = seen.view.fresh && sriov != nullptr && seen.view.active == sriov->index &&
                       seen.view.primary == sriov->index;
    if (seen.decision.outcome) {
      const bool is_failure = std::holds_alternative<WriteFailed>(*seen.decision.outcome);
      failed = is_failure ? std::optional(seen.now) : std::nullopt;
    }
    if (right) failed.reset();  // someone repaired it
    if (seen.decision.write && failed)
      RC_ASSERT(seen.now - *failed >= config.first_backoff * 9 / 10);
  }
}

// Each write that was made has exactly one outcome, or none if the bond went away meanwhile.
RC_GTEST_PROP(PolicyProperty, OutcomesBelongToWrites, ()) {
  std::optional<Write> waiting;
  for (const Seen& seen : any_run(*any_config())) {
    if (const auto& outcome = seen.decision.outcome) {
      const Write& write = std::visit([](const auto& any) { return any.write; }, *outcome);
      RC_ASSERT(waiting == write);
      waiting.reset();
    }
    if (seen.decision.write) waiting = seen.decision.write;
  }
}

bool same_but_for_time(const Decision& left, const Decision& right) {
  return left.assessment == right.assessment && left.write == right.write &&
         left.withheld == right.withheld && left.read_back == right.read_back &&
         left.outcome.has_value() == right.outcome.has_value();
}

RC_GTEST_PROP(PolicyProperty, OrderOfSlavesDoesNotMatter, (unsigned seed)) {
  const PolicyConfig config = *any_config();
  const auto looks = *any_looks();
  auto shuffled = looks;
  std::mt19937 random(seed);
  for (Look& look : shuffled) {
    std::shuffle(look.view.slaves.begin(), look.view.slaves.end(), random);
  }
  const auto left = run(config, looks, kStart);
  const auto right = run(config, shuffled, kStart);
  for (std::size_t index = 0; index < left.size(); ++index) {
    RC_ASSERT(same_but_for_time(left[index].decision, right[index].decision));
    RC_ASSERT(left[index].decision.state == right[index].decision.state);
    RC_ASSERT(left[index].decision.wake_at == right[index].decision.wake_at);
  }
}

RC_GTEST_PROP(PolicyProperty, ShiftedTimeShiftsEverything, ()) {
  const PolicyConfig config = *any_config();
  const auto looks = *any_looks();
  const Duration shift = std::chrono::milliseconds(*rc::gen::inRange(1, 1'000'000'000));
  const auto left = run(config, looks, kStart);
  const auto right = run(config, looks, kStart + shift);
  for (std::size_t index = 0; index < left.size(); ++index) {
    const Decision& early = left[index].decision;
    const Decision& late = right[index].decision;
    RC_ASSERT(same_but_for_time(early, late));
    RC_ASSERT(early.wake_at.has_value() == late.wake_at.has_value());
    if (early.wake_at) RC_ASSERT(*early.wake_at + shift == *late.wake_at);
  }
}

// Looking more often changes nothing but the moment at which waiting ends.
RC_GTEST_PROP(PolicyProperty, LookingTwiceChangesNothing, ()) {
  const PolicyConfig config = *any_config();
  for (const Seen& seen : any_run(config)) {
    if (seen.decision.write || seen.decision.outcome || seen.decision.read_back) continue;
    BondView again = seen.view;
    again.answer.reset();
    const Decision second = step(config, seen.decision.state, again, seen.now);
    RC_ASSERT(second.state == seen.decision.state);
    RC_ASSERT(same_but_for_time(second, seen.decision));
    RC_ASSERT(second.wake_at == seen.decision.wake_at);
  }
}

}  // namespace

}  // namespace hnv::watchdog
