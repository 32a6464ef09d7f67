// SPDX-License-Identifier: Apache-2.0
#include "watchdog/pending_write.hpp"

#include <algorithm>

namespace hnv::watchdog {

namespace {

using bond::IfIndex;

// 10 s doubled up to 300 s, 10 % up or down: the same for the same failure of the same bond,
// different between partitions.
Duration backoff(const PolicyConfig& config, IfIndex bond, unsigned failures) {
  Duration wait = config.first_backoff;
  for (unsigned doubled = 1; doubled < failures && wait < config.longest_backoff; ++doubled) {
    wait *= 2;
  }
  wait = std::min(wait, config.longest_backoff);
  std::uint32_t mixed = config.jitter_seed ^ (bond.value * 2654435761U) ^ (failures * 40503U);
  mixed ^= mixed >> 15U;
  mixed *= 2246822519U;
  mixed ^= mixed >> 13U;
  constexpr std::uint32_t kSteps = 201;  // -10.0 % ... +10.0 % in tenths
  return wait + wait / 1000 * (static_cast<int>(mixed % kSteps) - 100);
}

bool is_in_force(const Write& write, const BondView& view) {
  switch (option_of(write.rule)) {
    case WrittenOption::primary:
      return view.primary == write.slave &&
             (!moves_traffic(write.rule) || view.active == write.slave);
    case WrittenOption::active_slave:
      return view.active == write.slave;
    case WrittenOption::primary_reselect:
      // Where the traffic goes from here is the kernel's answer to the setting that an operator
      // chose.
      return view.primary_reselect == write.reselect;
  }
  return false;
}

}  // namespace

void fail(const PolicyConfig& config, Decision& decision, RestoreFailure failure, TimePoint now) {
  PolicyState& state = decision.state;
  const Write write = state.pending->write;
  state.pending.reset();
  if (write.rule == WriteRule::fast_failover) {
    // No retry and no wait: the next tick does the same.
    decision.fast_skipped.push_back(FastSkip::rejected);
    return;
  }
  decision.outcome = WriteFailed{write, failure};
  // As if it had worked: the back-off ends at once where all else is well.
  if (write.rule == WriteRule::path_failover) state.path.moved = now;
  ++state.failures;
  state.retry_at = now + backoff(config, write.bond, state.failures);
}

namespace {

void note_accepted(PolicyState& state, TimePoint now) {
  const WriteRule rule = state.pending->write.rule;
  state.pending->accepted = now;
  if (option_of(rule) == WrittenOption::primary) state.last_write = now;
  if (brings_back(rule)) {
    state.last_move = now;
    std::erase_if(state.moves, [now](TimePoint moved) { return now - moved >= kBudgetPeriod; });
    state.moves.push_back(now);
  }
  if (rule == WriteRule::reassert) state.reasserted = true;
  if (rule == WriteRule::fast_failover) note_moved(state.fast, now);
  if (rule == WriteRule::path_failover) state.path.moved = now;
}

void note_outdated(const PolicyConfig& config, Decision& decision, TimePoint now) {
  const WriteRule rule = decision.state.pending->write.rule;
  decision.state.pending.reset();
  if (rule == WriteRule::fast_failover) {
    decision.fast_skipped.push_back(FastSkip::outdated);
  } else {
    // Messages that show the other picture are on their way.
    decision.state.retry_at = now + config.verify_after;
  }
}

}  // namespace

void take_answer(const PolicyConfig& config, Decision& decision, const WriteAnswer& answer,
                 TimePoint now) {
  if (std::holds_alternative<WriteAccepted>(answer)) {
    note_accepted(decision.state, now);
  } else if (const auto* refused = std::get_if<WriteRefused>(&answer)) {
    fail(config, decision, refused->failure, now);
  } else {
    note_outdated(config, decision, now);
  }
}

// Success is what the kernel shows, never its return code. A message that contradicts may be older
// than the write, so failure is judged only on a read-back that was asked for after the
// acknowledgement.
void verify(const PolicyConfig& config, Decision& decision, const BondView& view, TimePoint now) {
  PolicyState& state = decision.state;
  PolicyState::PendingWrite& pending = *state.pending;
  if (!pending.accepted) {
    const TimePoint due = pending.decided + config.verify_after;
    if (now < due) {
      decision.wake_at = due;
    } else {
      fail(config, decision, RestoreFailure::timeout, now);
    }
    return;
  }
  if (is_in_force(pending.write, view)) {
    decision.outcome = WriteConfirmed{pending.write, now - pending.decided};
    const WrittenOption option = option_of(pending.write.rule);
    if (option == WrittenOption::primary) state.confirmed = pending.write.slave;
    if (pending.write.rule == WriteRule::fast_failover) state.fast.owed = true;
    if (pending.write.rule == WriteRule::path_failover) state.path.owed = true;
    state.failures = 0;
    state.retry_at.reset();
    state.pending.reset();
    return;
  }
  if (!pending.read_back) {
    const TimePoint due = *pending.accepted + config.verify_after;
    if (now < due) {
      decision.wake_at = due;
      return;
    }
    decision.read_back = true;
    pending.read_back = now;
    pending.refreshes_before = view.refreshes;
    decision.wake_at = now + config.verify_after;
    return;
  }
  if (view.refreshes != pending.refreshes_before) {
    const bool cleared = option_of(pending.write.rule) == WrittenOption::primary && !view.primary;
    fail(config, decision, cleared ? RestoreFailure::cleared : RestoreFailure::overridden, now);
  } else if (now >= *pending.read_back + config.verify_after) {
    fail(config, decision, RestoreFailure::timeout, now);
  } else {
    decision.wake_at = *pending.read_back + config.verify_after;
  }
}

}  // namespace hnv::watchdog
