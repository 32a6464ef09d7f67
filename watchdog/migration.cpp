// SPDX-License-Identifier: Apache-2.0
#include "watchdog/migration.hpp"

#include <algorithm>
#include <utility>

namespace hnv::watchdog {

namespace {

// A slave leaves and drmgr takes its lock in one deed, and both are seen at once or a poll apart.
constexpr std::chrono::seconds kTogether{5};

bool within(std::optional<TimePoint> time, Duration duration, TimePoint now) {
  return time && now - *time < duration;
}

bool is_removal(HcnCommand command) {
  return command == HcnCommand::hcnqrydev || command == HcnCommand::hcnrmdev;
}

template <class Predicate>
bool any_command(const Surroundings& seen, Predicate predicate) {
  return std::any_of(seen.processes.begin(), seen.processes.end(),
                     [&](const HcnProcess& process) { return predicate(process.command); }) ||
         std::any_of(seen.begun.begin(), seen.begun.end(), predicate);
}

bool is_quiet(const Surroundings& seen) {
  return seen.processes.empty() && !seen.dlpar;
}

// The steps below share one decision in the making.
class Step {
 public:
  Step(const MigrationConfig& config, const MigrationView& view, const MigrationState& state,
       TimePoint now)
      : config_(config), view_(view), seen_(view.surroundings), now_(now) {
    decision_.state = state;
  }

  MigrationDecision run() {
    note_activity();
    note_identity();
    note_hook();
    if (view_.fresh) note_bonds();
    if (state().window) close_window();
    if (state().arrival) settle_arrival();
    note_stuck();
    describe();
    return std::move(decision_);
  }

 private:
  MigrationState& state() { return decision_.state; }

  void wake(TimePoint at) {
    if (at <= now_) return;
    if (!decision_.wake_at || at < *decision_.wake_at) decision_.wake_at = at;
  }

  void disturb() {
    state().disturbed = now_;
    if (state().window) state().window->last_sign = now_;
  }

  // hcnmgr or drmgr begins a migration. If all that left for the one before are back, it is another
  // one, which has its own quiet to wait for.
  void begin() {
    if (state().window && has_been_away(*state().window) && all_are_back()) close_as_back();
    sign();
  }

  // The first sign of a migration, or another one.
  MigrationState::Window& sign() {
    MigrationState& state = this->state();
    if (!state.window) {
      decision_.opened = true;
      state.window = MigrationState::Window{};
      state.window->since = now_;
      // A slave that left a moment ago left for this.
      await_departed_within(config_.query_quiet);
    }
    state.window->last_sign = now_;
    return *state.window;
  }

  void await_departed_within(Duration time) {
    MigrationState::Window& window = *state().window;
    for (const auto& [index, bond] : state().bonds) {
      if (bond.sriov_enslaved || !within(bond.departed, time, now_)) continue;
      window.awaited.insert(index);
      window.since = std::min(window.since, *bond.departed);
    }
  }

  void note_activity() {
    MigrationState& state = this->state();
    const bool hcnmgr = seen_.hcnmgr_seen || !seen_.processes.empty() || !seen_.begun.empty();
    const bool dlpar = seen_.dlpar || seen_.dlpar_seen;
    if (hcnmgr) state.hcnmgr_seen = now_;
    if (any_command(seen_, [](HcnCommand command) { return !is_removal(command); })) {
      state.configuring = now_;
    }
    if (dlpar) state.dlpar_seen = now_;
    if (!seen_.dlpar) {
      state.dlpar_since.reset();
    } else if (!state.dlpar_since) {
      state.dlpar_since = now_;
    }
    if (hcnmgr || dlpar) disturb();
    if (any_command(seen_, is_removal)) begin();
  }

  void note_identity() {
    if (!seen_.frame || seen_.frame == state().frame) return;
    const bool moved = state().frame.has_value();
    state().frame = seen_.frame;
    if (!moved) return;
    decision_.moved_to = seen_.frame;
    state().identity_changed = now_;
    sign().identity_changed = now_;
    await_departed_within(config_.absent_timeout);
    disturb();
  }

  void note_hook() {
    MigrationState& state = this->state();
    if (!seen_.hook || (state.hook && state.hook->stamp == seen_.hook->stamp)) return;
    state.hook = seen_.hook;
    state.hook_is_done = false;
    if (hook_is_open()) {
      begin();
      state.hook_is_done = false;  // what has closed is the window before
    }
    if (!state.window) return;
    state.window->hooked = true;
    disturb();
  }

  // drmgr said that a migration begins, and has not said that it is over.
  bool hook_is_open() {
    const MigrationState& state = this->state();
    if (!state.hook || state.hook_is_done) return false;
    const bool begins =
        state.hook->phase == HookPhase::check || state.hook->phase == HookPhase::pre;
    return begins && now_ < state.hook->at + config_.hook_timeout;
  }

  void note_bonds() {
    std::map<bond::IfIndex, MigrationState::KnownBond> known;
    for (const HnvBond& bond : view_.bonds) {
      const auto before = state().bonds.find(bond.index);
      MigrationState::KnownBond& now_known = known[bond.index];
      if (before != state().bonds.end()) now_known = before->second;
      const bool was_enslaved = now_known.sriov_enslaved;
      now_known.sriov_enslaved = bond.sriov_enslaved;
      if (was_enslaved != bond.sriov_enslaved && state().window) state().window->last_sign = now_;
      if (bond.sriov_enslaved) {
        now_known.departed.reset();
      } else if (was_enslaved) {
        now_known.departed = now_;
        if (state().window) state().window->awaited.insert(bond.index);
      }
    }
    state().bonds = std::move(known);
    confirm_by_dlpar();
  }

  void confirm_by_dlpar() {
    if (state().window || !within(state().dlpar_seen, kTogether, now_) || is_configuring()) return;
    const auto& bonds = state().bonds;
    if (std::any_of(bonds.begin(), bonds.end(), [this](const auto& bond) {
          return within(bond.second.departed, kTogether, now_);
        })) {
      sign();
    }
  }

  // hcnmgr takes each fresh port out once and puts it in again.
  bool is_configuring() { return within(state().configuring, kTogether, now_); }

  bool is_awaited(bond::IfIndex bond) {
    return state().window->awaits_all || state().window->awaited.contains(bond);
  }

  bool all_are_back() {
    const auto& bonds = state().bonds;
    // At boot the bonds themselves are made by and by.
    const bool all_known = !state().window->awaits_all || state().window->kind == LpmKind::live ||
                           bonds.size() >= seen_.hnv_pairs;
    return all_known && std::all_of(bonds.begin(), bonds.end(), [this](const auto& bond) {
             return bond.second.sriov_enslaved || !is_awaited(bond.first);
           });
  }

  // Since when the first of them is awaited.
  TimePoint first_departure() {
    TimePoint first = now_;
    for (const auto& [index, bond] : state().bonds) {
      if (bond.sriov_enslaved || !is_awaited(index)) continue;
      first = std::min(first, bond.departed.value_or(state().window->since));
    }
    return first;
  }

  void close(LpmOutcome outcome) {
    MigrationState& state = this->state();
    const MigrationState::Window window = *std::exchange(state.window, std::nullopt);
    decision_.closed = ClosedWindow{outcome, now_ - window.since};
    state.hook_is_done = true;
    if (outcome == LpmOutcome::migrated) {
      state.arrival =
          MigrationState::Arrival{window.kind, *window.identity_changed + config_.restore_timeout};
    } else if (outcome == LpmOutcome::not_restored) {
      decision_.counted = CountedMigration{window.kind, LpmResult::not_restored};
    }
  }

  static bool has_been_away(const MigrationState::Window& window) {
    return !window.awaited.empty() || window.identity_changed;
  }

  void close_as_back() {
    const bool moved = state().window->identity_changed.has_value();
    close(moved ? LpmOutcome::migrated : LpmOutcome::returned);
  }

  void close_window() {
    MigrationState::Window& window = *state().window;
    const bool quiet = is_quiet(seen_);
    if (!view_.fresh) return;
    if (all_are_back()) {
      const TimePoint at =
          has_been_away(window) ? window.last_sign + config_.settle : quiet_end(window);
      if (quiet && now_ >= at) {
        close_as_back();
      } else {
        wake(at);
      }
      return;
    }
    const TimePoint due = window.identity_changed
                              ? *window.identity_changed + config_.restore_timeout
                              : first_departure() + config_.absent_timeout;
    if (now_ < due) return wake(due);
    if (!std::exchange(window.overdue, true)) {
      decision_.overdue =
          window.identity_changed ? LpmOutcome::not_restored : LpmOutcome::timed_out;
    }
    if (window.identity_changed) {
      if (quiet) close(LpmOutcome::not_restored);
    } else if (quiet && !hook_is_open()) {
      close(LpmOutcome::timed_out);
    } else if (hook_is_open()) {
      wake(state().hook->at + config_.hook_timeout);
    }
  }

  // When a window closes in which no slave has left and the machine is the same.
  TimePoint quiet_end(const MigrationState::Window& window) {
    if (!window.hooked) return window.last_sign + config_.query_quiet;
    const HookNote& hook = *state().hook;
    if (hook_is_open()) return hook.at + config_.hook_timeout;
    // "post" or "undocheck": over. A hook that timed out has had its time.
    return hook.at;
  }

  void settle_arrival() {
    const MigrationState::Arrival arrival = *state().arrival;
    const bool all_active =
        view_.fresh && std::all_of(view_.bonds.begin(), view_.bonds.end(),
                                   [](const HnvBond& bond) { return bond.sriov_active; });
    if (!all_active && now_ < arrival.deadline) return wake(arrival.deadline);
    state().arrival.reset();
    decision_.counted =
        CountedMigration{arrival.kind, all_active ? LpmResult::restored : LpmResult::not_restored};
  }

  void note_stuck() {
    std::optional<TimePoint> since = state().dlpar_since;
    for (const HcnProcess& process : seen_.processes) {
      since = since ? std::min(*since, process.started) : process.started;
    }
    if (!since) {
      state().stuck = false;
      return;
    }
    const TimePoint due = *since + config_.stuck_after;
    if (now_ < due) {
      state().stuck = false;
      return wake(due);
    }
    if (!std::exchange(state().stuck, true)) decision_.stuck = true;
  }

  void describe() {
    const MigrationState& state = this->state();
    Situation& situation = decision_.situation;
    situation.lpm_window = state.window.has_value();
    for (const HcnProcess& process : seen_.processes) {
      situation.pauses[process.at_boot ? PauseReason::hcn_init : PauseReason::hcnmgr] = true;
    }
    situation.pauses[PauseReason::dlpar] = seen_.dlpar;
    situation.pauses[PauseReason::blind] = seen_.blind;
    situation.pauses[PauseReason::hook] = hook_is_open();
    if (within(state.identity_changed, config_.settle, now_)) {
      situation.pauses[PauseReason::identity] = true;
      wake(*state.identity_changed + config_.settle);
    }
    if (hook_is_open()) wake(state.hook->at + config_.hook_timeout);
    situation.hcnmgr_at_work = within(state.hcnmgr_seen, kTogether, now_);
    if (within(state.disturbed, config_.settle, now_)) {
      situation.settled_at = *state.disturbed + config_.settle;
    }
    if (!state.window) suspect();
  }

  // Another slave may follow one that left.
  void suspect() {
    if (is_configuring()) return;
    for (const auto& [index, bond] : state().bonds) {
      if (!within(bond.departed, config_.query_quiet, now_)) continue;
      auto& until = decision_.situation.suspected_until;
      until = std::max(until.value_or(now_), *bond.departed + config_.query_quiet);
    }
    if (decision_.situation.suspected_until) wake(*decision_.situation.suspected_until);
  }

  const MigrationConfig& config_;
  const MigrationView& view_;
  const Surroundings& seen_;
  TimePoint now_;
  MigrationDecision decision_;
};

}  // namespace

MigrationState start_on(const std::optional<FrameKey>& present, const std::optional<Moved>& moved,
                        TimePoint now) {
  MigrationState state;
  state.frame = present;
  if (!moved) return state;
  state.disturbed = state.identity_changed = now;
  state.window = MigrationState::Window{};
  state.window->since = state.window->last_sign = now;
  state.window->identity_changed = now;
  state.window->kind = moved->kind;
  state.window->awaits_all = true;
  return state;
}

MigrationDecision step(const MigrationConfig& config, const MigrationState& state,
                       const MigrationView& view, TimePoint now) {
  return Step(config, view, state, now).run();
}

}  // namespace hnv::watchdog
