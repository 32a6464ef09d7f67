// SPDX-License-Identifier: Apache-2.0
#include "watchdog/policy.hpp"

#include <algorithm>
#include <utility>

#include "watchdog/pending_write.hpp"

namespace hnv::watchdog {

namespace {

using bond::IfIndex;
using bond::MiiStatus;
using bond::PrimaryReselect;

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
    state.fast.carrier_lost.reset();
    state.healthy_since.reset();
    state.confirmed.reset();  // a primary that goes with its slave is not lost
    return;
  }
  const bool same = state.sriov == sriov->index;
  const std::uint64_t losses = same ? sriov->losses - state.losses : 0;
  if (!same || losses > 0 || !sriov->healthy()) {
    state.healthy_since.reset();
    state.reasserted = false;
  }
  // What an operator or a migration takes away has not flapped.
  const bool planned = !sriov->admin_up || view.situation.lpm_window || view.situation.is_paused();
  const bool carried = same && (!state.inactive_since || view.active == sriov->index);
  if (carried && !planned) note_losses(state.damping, losses, now);
  follow(state.fast, view, *sriov, losses > 0, now);
  follow(state.path, view, *sriov);
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

bool is_suppressing(const PolicyConfig& config, const PolicyState& state) {
  return config.damping && config.mode != Mode::observe &&
         state.damping.suppressed_since.has_value();
}

void wake(Decision& decision, TimePoint at) {
  if (!decision.wake_at || at < *decision.wake_at) decision.wake_at = at;
}

// The option that holds a link that flaps away from the traffic.
std::optional<Write> suppression(const PolicyConfig& config, Decision& decision,
                                 const BondView& view, const SlaveView& sriov, TimePoint now) {
  DampingState& damping = decision.state.damping;
  const bool holds = view.primary_reselect == PrimaryReselect::failure;
  if (!view.primary_reselect || holds || damping.gave_way) return std::nullopt;
  damping.saved = view.primary_reselect;
  decision.keep_saved = !view.saved_is_kept;
  if (decision.keep_saved) {
    wake(decision, now + config.first_backoff);  // if it cannot be kept
    return std::nullopt;
  }
  return Write{view.bond, sriov.index, WriteRule::suppress, PrimaryReselect::failure};
}

// Putting it back lets the kernel choose anew, which obeys what every other write obeys.
std::optional<WriteRule> release_rule(const BondView& view, const SlaveView& sriov) {
  if (view.active == sriov.index || sriov.mii == MiiStatus::down) return WriteRule::release;
  return sriov.healthy() ? std::optional(WriteRule::release_and_return) : std::nullopt;
}

// What is to be written, whether or not its time has come.
std::optional<Write> wanted_write(const PolicyConfig& config, Decision& decision,
                                  const BondView& view, const SlaveView& sriov, TimePoint now) {
  const PolicyState& state = decision.state;
  if (is_suppressing(config, state)) return suppression(config, decision, view, sriov, now);
  // Without a primary every choice of the kernel falls on the first slave that it finds.
  if (state.damping.in_force && view.primary == sriov.index) {
    const auto rule = release_rule(view, sriov);
    if (!rule) return std::nullopt;
    return Write{view.bond, sriov.index, *rule, state.damping.saved};
  }
  const auto rule = rule_for(state, view, sriov);
  if (!rule) return std::nullopt;
  return Write{view.bond, sriov.index, *rule};
}

bool is_allowed(Mode mode, const PolicyState& state, WriteRule rule, const BondView& view) {
  if (mode != Mode::repair) return mode == Mode::enforce;
  if (option_of(rule) != WrittenOption::primary) return true;
  return rule == WriteRule::reassert ? state.fast.owed || state.path.owed : !view.primary;
}

bool another_is_healthy(const BondView& view, const SlaveView& sriov) {
  return std::any_of(view.slaves.begin(), view.slaves.end(), [&sriov](const SlaveView& slave) {
    return slave.index != sriov.index && slave.healthy();
  });
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
  if (brings_back(rule) && another_is_healthy(view, sriov)) {
    // A slave that was healthy all the time and lost the traffic lost it by someone's hand: they
    // get the hold-down to finish what they do. What we took away in haste comes back sooner.
    const TimePoint quiet = std::max(*state.healthy_since, *state.inactive_since);
    also(quiet + (state.fast.owed ? config.fast_failover_hold : config.hold_down),
         WatchState::hold_down, OffReason::hold_down);
    also(*state.inactive_since + config.path_silence, WatchState::hold_down, OffReason::hold_down);
    if (state.path.owed && state.path.moved) {
      also(*state.path.moved + kPathStay, WatchState::path_dead, OffReason::path_dead);
    }
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
  // Where all but the path is well, what failed is not tried again, and rest() forgets it.
  const bool is_over = rule == WriteRule::path_failover && view.primary == sriov.index;
  if (state.retry_at && !is_over) {
    also(*state.retry_at, WatchState::backing_off, OffReason::restore_failed);
  }
  if (option_of(rule) == WrittenOption::primary && state.last_write &&
      state.primary_losses >= config.losses_before_slow_rate) {
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

// A write is under way. One that takes the traffic away restores nothing.
Assessment while_written(WriteRule rule, const BondView& view, const SlaveView& sriov) {
  if (option_of(rule) == WrittenOption::active_slave) return at_rest(view, sriov);
  const bool damps = option_of(rule) == WrittenOption::primary_reselect;
  return Assessment{
      WatchState::restoring,
      off_reason(view, sriov, damps ? OffReason::suppressed : OffReason::primary_unset)};
}

Assessment without_sriov(const BondView& view) {
  if (view.sriov_absent && view.active_backup && view.monitored) {
    return held_back(view, nullptr).value_or(Assessment{WatchState::on_virtual, OffReason::absent});
  }
  return Assessment{WatchState::unmanaged, OffReason::unknown};
}

// When the moves of the last hour leave room for another one.
TimePoint budget_refills_at(const PolicyConfig& config, const PolicyState& state) {
  if (state.moves.size() < config.moves_per_hour) return {};
  return state.moves[state.moves.size() - config.moves_per_hour] + kBudgetPeriod;
}

void write_now(Decision& decision, const Write& write, TimePoint now) {
  decision.write = write;
  decision.state.pending = PolicyState::PendingWrite{write, now, std::nullopt, std::nullopt, 0};
}

void decide_fast(const PolicyConfig& config, Decision& decision, const BondView& view,
                 const SlaveView& sriov, TimePoint now) {
  PolicyState& state = decision.state;
  const FastFailover fast = consider(config, state.fast, view, sriov, now);
  if (fast.wait) decision.wake_at = fast.wait;
  if (!fast.write && !fast.skipped) return;
  state.fast.decided = true;
  const bool waits =
      fast.write && now < last_gate(config, state, view, sriov, fast.write->rule).opens;
  if (fast.skipped) {
    decision.fast_skipped.push_back(*fast.skipped);
  } else if (waits || held_back(view, &sriov) || is_suppressing(config, state)) {
    decision.fast_skipped.push_back(FastSkip::held_back);
  } else {
    write_now(decision, *fast.write, now);
  }
}

// Away from a dead path, if that is asked for and nothing holds it back; then the rest goes on as
// if the path were alive.
void decide_path(const PolicyConfig& config, Decision& decision, const BondView& view,
                 const SlaveView& sriov, TimePoint now) {
  const PolicyState& state = decision.state;
  const PathFailover move = consider(config, state.path, view, sriov, now);
  if (move.wait) wake(decision, *move.wait);
  if (!move.write || held_back(view, &sriov) || is_suppressing(config, state)) return;
  const Gate gate = last_gate(config, state, view, sriov, move.write->rule);
  if (now < gate.opens) {
    wake(decision, gate.opens);
  } else {
    write_now(decision, *move.write, now);
  }
}

// Nothing is to be written.
void rest(const PolicyConfig& config, Decision& decision, const BondView& view,
          const SlaveView& sriov, TimePoint now) {
  PolicyState& state = decision.state;
  decision.assessment = at_rest(view, sriov);
  if (sriov.healthy() && tells_of_dead_path(verdict_at(view, now), Role::sriov)) {
    decision.assessment =
        Assessment{WatchState::path_dead, off_reason(view, sriov, OffReason::path_dead)};
  }
  if (is_suppressing(config, state)) {
    decision.assessment =
        Assessment{WatchState::suppressed, off_reason(view, sriov, OffReason::suppressed)};
  }
  // A pause holds nothing back here; that a migration is under way is said all the same.
  if (view.situation.lpm_window) decision.assessment = held_back(view, &sriov);
  if (view.active == sriov.index && view.primary == sriov.index) {
    state.failures = 0;
    state.retry_at.reset();
  }
}

void decide(const PolicyConfig& config, Decision& decision, const BondView& view,
            const SlaveView& sriov, TimePoint now) {
  PolicyState& state = decision.state;
  decide_fast(config, decision, view, sriov, now);
  if (!decision.write) decide_path(config, decision, view, sriov, now);
  // What the verdict holds back is free again when it is too old.
  if (verdict_at(view, now) != PathVerdict::not_judged) wake(decision, *view.path.valid_until);
  if (state.damping.suppressed_since) wake(decision, released_at(state.damping));
  if (decision.write) {
    decision.assessment = while_written(decision.write->rule, view, sriov);
    return;
  }
  const auto write = wanted_write(config, decision, view, sriov, now);
  if (!write) return rest(config, decision, view, sriov, now);
  if (const auto held = held_back(view, &sriov)) {
    decision.assessment = held;
    return;
  }
  const bool moves = brings_back(write->rule) && another_is_healthy(view, sriov);
  if (moves && holds_return(state.path, view, now)) {
    decision.assessment =
        Assessment{WatchState::path_dead, off_reason(view, sriov, OffReason::path_dead)};
    return;
  }
  const bool held_by_damping = option_of(write->rule) == WrittenOption::primary_reselect;
  Gate gate = last_gate(config, state, view, sriov, write->rule);
  if (held_by_damping) gate = Gate{gate.opens, WatchState::suppressed, OffReason::suppressed};
  if (now < gate.opens) {
    decision.assessment = Assessment{gate.state, off_reason(view, sriov, gate.reason)};
    wake(decision, gate.opens);
    return;
  }
  const TimePoint refills_at = budget_refills_at(config, state);
  if (moves && now < refills_at) {
    decision.budget_spent = true;
    decision.assessment =
        Assessment{WatchState::observing, off_reason(view, sriov, OffReason::observe)};
    wake(decision, refills_at);
    return;
  }
  if (!is_allowed(config.mode, state, write->rule, view)) {
    const OffReason reason =
        config.mode == Mode::observe ? OffReason::observe : OffReason::external;
    decision.withheld = write;
    decision.assessment = Assessment{WatchState::observing, off_reason(view, sriov, reason)};
    return;
  }
  write_now(decision, *write, now);
  decision.assessment = Assessment{
      WatchState::restoring,
      off_reason(view, sriov, held_by_damping ? OffReason::suppressed : OffReason::primary_unset)};
}

// Whether the slave of a write under way is still what it was when the write was decided.
bool is_about(const Write& write, const BondView& view, const SlaveView* sriov) {
  if (sriov == nullptr) return false;
  if (option_of(write.rule) != WrittenOption::active_slave) return write.slave == sriov->index;
  return std::any_of(view.slaves.begin(), view.slaves.end(),
                     [&write](const SlaveView& slave) { return slave.index == write.slave; });
}

void follow_up(const PolicyConfig& config, Decision& decision, const BondView& view,
               const SlaveView* sriov, TimePoint now) {
  const PolicyState::PendingWrite& pending = *decision.state.pending;
  if (is_about(pending.write, view, sriov)) {
    verify(config, decision, view, now);
  } else if (pending.accepted) {
    fail(config, decision, RestoreFailure::cleared, now);
  } else {
    decision.state.pending.reset();
  }
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
  follow(decision.state.damping, view.primary_reselect, now);
  const bool managed = sriov != nullptr && view.active_backup && view.monitored;
  if (decision.state.pending) follow_up(config, decision, view, managed ? sriov : nullptr, now);
  if (!managed) {
    decision.assessment = without_sriov(view);
    return decision;
  }
  if (decision.state.pending) {
    decision.assessment = while_written(decision.state.pending->write.rule, view, *sriov);
    return decision;
  }
  note_lost_primary(decision.state, view, *sriov);
  decide(config, decision, view, *sriov, now);
  return decision;
}

}  // namespace hnv::watchdog
