// SPDX-License-Identifier: Apache-2.0
#include "watchdog/policy.hpp"

#include <algorithm>
#include <utility>

namespace hnv::watchdog {

namespace {

using bond::IfIndex;
using bond::MiiStatus;

// The SR-IOV slave, if there is exactly one.
const SlaveView* sriov_slave(const BondView& view) {
  const auto is_sriov = [](const SlaveView& slave) { return slave.role == Role::sriov; };
  const auto found = std::find_if(view.slaves.begin(), view.slaves.end(), is_sriov);
  if (found == view.slaves.end()) return nullptr;
  return std::any_of(std::next(found), view.slaves.end(), is_sriov) ? nullptr : &*found;
}

// A loss starts the hold-down anew, also one that has come and gone between two views.
void remember(PolicyState& state, const BondView& view, const SlaveView* sriov, TimePoint now) {
  if (state.membership_generation != view.membership_generation) {
    state.membership_generation = view.membership_generation;
    state.membership_since = now;
  }
  if (sriov == nullptr) {
    state.sriov.reset();
    state.healthy_since.reset();
    state.confirmed.reset();  // a primary that goes with its slave is not lost
    return;
  }
  const bool lost =
      state.sriov != sriov->index || state.losses != sriov->losses || !sriov->healthy();
  if (lost) {
    state.healthy_since.reset();
    state.reasserted = false;
  }
  if (sriov->healthy() && !state.healthy_since) state.healthy_since = now;
  state.sriov = sriov->index;
  state.losses = sriov->losses;
  if (view.active == sriov->index) {
    state.reasserted = false;
    state.inactive_since.reset();
  } else if (!state.inactive_since) {
    state.inactive_since = now;
  }
}

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

void fail(const PolicyConfig& config, Decision& decision, RestoreFailure failure, TimePoint now) {
  PolicyState& state = decision.state;
  decision.outcome = WriteFailed{state.pending->write, failure};
  ++state.failures;
  state.retry_at = now + backoff(config, state.pending->write.bond, state.failures);
  state.pending.reset();
}

void take_answer(const PolicyConfig& config, Decision& decision, const WriteAnswer& answer,
                 TimePoint now) {
  PolicyState& state = decision.state;
  if (std::holds_alternative<WriteAccepted>(answer)) {
    state.pending->accepted = now;
    state.last_write = now;
    if (moves_traffic(state.pending->write.rule)) state.last_move = now;
    if (state.pending->write.rule == WriteRule::reassert) state.reasserted = true;
  } else if (const auto* refused = std::get_if<WriteRefused>(&answer)) {
    fail(config, decision, refused->failure, now);
  } else {
    // Messages that show the other picture are on their way.
    state.pending.reset();
    state.retry_at = now + config.verify_after;
  }
}

bool is_in_force(const SetPrimary& write, const BondView& view) {
  return view.primary == write.slave && (!moves_traffic(write.rule) || view.active == write.slave);
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
    state.confirmed = pending.write.slave;
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
    fail(config, decision, view.primary ? RestoreFailure::overridden : RestoreFailure::cleared,
         now);
  } else if (now >= *pending.read_back + config.verify_after) {
    fail(config, decision, RestoreFailure::timeout, now);
  } else {
    decision.wake_at = *pending.read_back + config.verify_after;
  }
}

void note_lost_primary(PolicyState& state, const BondView& view, const SlaveView& sriov) {
  if (!state.confirmed || view.primary == state.confirmed) return;
  if (*state.confirmed == sriov.index) ++state.primary_losses;
  state.confirmed.reset();
}

// The row of the table that this view is in; empty where nothing is to be written.
std::optional<WriteRule> rule_for(const PolicyState& state, const BondView& view,
                                  const SlaveView& sriov) {
  const bool is_active = view.active == sriov.index;
  if (view.primary == sriov.index) {
    const bool once = sriov.healthy() && !is_active && !state.reasserted;
    return once ? std::optional(WriteRule::reassert) : std::nullopt;
  }
  if (sriov.mii == MiiStatus::down && !is_active) return WriteRule::latch;
  // Without carrier and with MII status still up, as between two ticks of miimon, a write would
  // select a dead port; while updelay or downdelay runs it would cut short what an operator asked
  // for.
  if (!sriov.healthy()) return std::nullopt;
  return is_active ? WriteRule::keep : WriteRule::bring_back;
}

bool is_allowed(Mode mode, WriteRule rule, const BondView& view) {
  switch (mode) {
    case Mode::observe:
      return false;
    case Mode::repair:
      return rule != WriteRule::reassert && !view.primary;
    case Mode::enforce:
      return true;
  }
  return false;
}

// What a write waits for.
struct Gate {
  TimePoint opens;
  WatchState state = WatchState::settling;
  OffReason reason = OffReason::settling;
};

// The gate that opens last. Hold-down and settle run in parallel.
Gate last_gate(const PolicyConfig& config, const PolicyState& state, const BondView& view,
               const SlaveView& sriov, WriteRule rule) {
  Gate last{state.membership_since + config.settle, WatchState::settling, OffReason::settling};
  const auto also = [&last](TimePoint opens, WatchState watch_state, OffReason reason) {
    if (opens > last.opens) last = Gate{opens, watch_state, reason};
  };
  const bool other_is_healthy = std::any_of(
      view.slaves.begin(), view.slaves.end(),
      [&sriov](const SlaveView& slave) { return slave.index != sriov.index && slave.healthy(); });
  if (moves_traffic(rule) && other_is_healthy) {
    // A slave that was healthy all the time and lost the traffic lost it by someone's hand: they
    // get the hold-down to finish what they do.
    also(std::max(*state.healthy_since, *state.inactive_since) + config.hold_down,
         WatchState::hold_down, OffReason::hold_down);
    if (state.last_move) {
      also(*state.last_move + config.move_spacing, WatchState::hold_down, OffReason::hold_down);
    }
  }
  const Situation& situation = view.situation;
  if (situation.settled_at) {
    also(*situation.settled_at, WatchState::settling, OffReason::settling);
  }
  if (situation.suspected_until) {
    also(*situation.suspected_until, WatchState::settling, OffReason::settling);
  }
  if (state.retry_at) {
    also(*state.retry_at, WatchState::backing_off, OffReason::restore_failed);
  }
  if (state.last_write && state.primary_losses >= config.losses_before_slow_rate) {
    also(*state.last_write + config.longest_backoff, WatchState::backing_off,
         OffReason::primary_unset);
  }
  return last;
}

std::optional<OffReason> off_reason(const BondView& view, const SlaveView& sriov,
                                    OffReason when_healthy) {
  if (view.active == sriov.index) return std::nullopt;
  if (sriov.healthy()) return when_healthy;
  return sriov.admin_up ? OffReason::link_down : OffReason::admin;
}

// A migration or a pause holds every write back. In a window whatever is missing is missing because
// of it.
std::optional<Assessment> held_back(const BondView& view, const SlaveView* sriov) {
  const bool is_active = sriov != nullptr && view.active == sriov->index;
  if (view.situation.lpm_window) {
    return Assessment{WatchState::lpm, is_active ? std::nullopt : std::optional(OffReason::lpm)};
  }
  if (!view.situation.is_paused()) return std::nullopt;
  return Assessment{WatchState::paused, sriov != nullptr
                                            ? off_reason(view, *sriov, OffReason::paused)
                                            : std::optional(OffReason::absent)};
}

// Nothing to write: either all is well, or the kernel returns by itself, or someone's choice is
// respected.
Assessment at_rest(const BondView& view, const SlaveView& sriov) {
  const bool is_active = view.active == sriov.index;
  return Assessment{is_active ? WatchState::steady : WatchState::on_virtual,
                    off_reason(view, sriov, OffReason::external)};
}

Assessment without_sriov(const BondView& view) {
  if (view.sriov_absent && view.active_backup && view.monitored) {
    return held_back(view, nullptr).value_or(Assessment{WatchState::on_virtual, OffReason::absent});
  }
  return Assessment{WatchState::unmanaged, OffReason::unknown};
}

void decide(const PolicyConfig& config, Decision& decision, const BondView& view,
            const SlaveView& sriov, TimePoint now) {
  PolicyState& state = decision.state;
  const auto rule = rule_for(state, view, sriov);
  const auto held = held_back(view, &sriov);
  if (!rule) {
    decision.assessment = at_rest(view, sriov);
    // A pause holds nothing back here; that a migration is under way is said all the same.
    if (held && view.situation.lpm_window) decision.assessment = held;
    if (view.active == sriov.index && view.primary == sriov.index) {
      state.failures = 0;
      state.retry_at.reset();
    }
    return;
  }
  if (held) {
    decision.assessment = held;
    return;
  }
  const Gate gate = last_gate(config, state, view, sriov, *rule);
  if (now < gate.opens) {
    decision.assessment = Assessment{gate.state, off_reason(view, sriov, gate.reason)};
    decision.wake_at = gate.opens;
    return;
  }
  const SetPrimary write{view.bond, sriov.index, *rule};
  if (!is_allowed(config.mode, *rule, view)) {
    const OffReason reason =
        config.mode == Mode::observe ? OffReason::observe : OffReason::external;
    decision.withheld = write;
    decision.assessment = Assessment{WatchState::observing, off_reason(view, sriov, reason)};
    return;
  }
  decision.write = write;
  state.pending = PolicyState::PendingWrite{write, now, std::nullopt, std::nullopt, 0};
  decision.assessment =
      Assessment{WatchState::restoring, off_reason(view, sriov, OffReason::primary_unset)};
}

}  // namespace

Decision step(const PolicyConfig& config, const PolicyState& state, const BondView& view,
              TimePoint now) {
  Decision decision;
  decision.state = state;
  if (decision.state.pending && view.answer) take_answer(config, decision, *view.answer, now);
  if (!view.fresh) {
    // An acknowledged write is verified as soon as the view is whole again.
    return decision;
  }
  const SlaveView* sriov = sriov_slave(view);
  remember(decision.state, view, sriov, now);
  const bool managed = sriov != nullptr && view.active_backup && view.monitored;
  if (decision.state.pending) {
    if (managed && decision.state.pending->write.slave == sriov->index) {
      verify(config, decision, view, now);
    } else if (decision.state.pending->accepted) {
      fail(config, decision, RestoreFailure::cleared, now);
    } else {
      decision.state.pending.reset();
    }
  }
  if (!managed) {
    decision.assessment = without_sriov(view);
    return decision;
  }
  if (decision.state.pending) {
    decision.assessment =
        Assessment{WatchState::restoring, off_reason(view, *sriov, OffReason::primary_unset)};
    return decision;
  }
  note_lost_primary(decision.state, view, *sriov);
  decide(config, decision, view, *sriov, now);
  return decision;
}

}  // namespace hnv::watchdog
