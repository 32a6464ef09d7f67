// SPDX-License-Identifier: Apache-2.0
#include "watchdog/fast_failover.hpp"

#include <algorithm>

#include "watchdog/policy.hpp"

namespace hnv::watchdog {

namespace {

constexpr std::chrono::minutes kQuiet{1};

// MII status still says up: a tick has not come yet, and the kernel's own view is out of date.
bool is_lost_before_its_tick(const BondView& view, const SlaveView& sriov) {
  return view.active == sriov.index && sriov.is_active && !sriov.lower_up &&
         sriov.mii == bond::MiiStatus::up;
}

}  // namespace

void follow(FastFailoverState& state, const BondView& view, const SlaveView& sriov, bool lost,
            TimePoint now) {
  if (lost) {
    if (state.last_loss && now - *state.last_loss >= kQuiet) state.exhausted = false;
    state.last_loss = now;
    state.decided = false;
  }
  std::erase_if(state.moves, [now](TimePoint moved) { return now - moved >= kQuiet; });
  if (!is_lost_before_its_tick(view, sriov)) {
    state.carrier_lost.reset();
    state.decided = false;
  } else if (!state.carrier_lost || lost) {
    state.carrier_lost = now;
  }
  // Once the kernel has seen the loss itself, it goes back by itself.
  if (view.active == sriov.index || sriov.mii != bond::MiiStatus::up) state.owed = false;
}

void note_moved(FastFailoverState& state, TimePoint now) {
  state.moves.push_back(now);
  if (state.moves.size() >= kFastMovesAMinute) state.exhausted = true;
}

FastFailover consider(const PolicyConfig& config, const FastFailoverState& state,
                      const BondView& view, const SlaveView& sriov, TimePoint now) {
  FastFailover fast;
  if (!config.fast_failover || config.mode == Mode::observe) return fast;
  if (!state.carrier_lost || state.decided || !view.plain_miimon) return fast;
  const TimePoint due = *state.carrier_lost + config.fast_failover_delay;
  if (now < due) {
    fast.wait = due;
    return fast;
  }
  std::vector<bond::IfIndex> able;
  for (const SlaveView& slave : view.slaves) {
    if (slave.index != sriov.index && slave.healthy()) able.push_back(slave.index);
  }
  const bool dead_end = tells_of_dead_path(verdict_at(view, now), Role::virtual_device);
  const bool too_soon = !state.moves.empty() && now - state.moves.back() < kFastMovesApart;
  if (able.empty()) {
    fast.skipped = FastSkip::no_backup;
  } else if (able.size() > 1) {
    fast.skipped = FastSkip::several_backups;  // which one is the kernel's business
  } else if (dead_end) {
    fast.skipped = FastSkip::path_dead;
  } else if (state.exhausted || too_soon) {
    fast.skipped = FastSkip::rate_limited;
  } else {
    fast.write = Write{view.bond, able.front(), WriteRule::fast_failover};
  }
  return fast;
}

}  // namespace hnv::watchdog
