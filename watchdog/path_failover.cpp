// SPDX-License-Identifier: Apache-2.0
#include "watchdog/path_failover.hpp"

#include "watchdog/policy.hpp"

namespace hnv::watchdog {

Duration silence_after_failover(Duration interval) {
  constexpr std::chrono::seconds kProberPause{2};
  const Duration silence = kProberPause + 2 * interval;
  return kPathVerdictIntervals * interval < silence ? silence : Duration{};
}

PathVerdict verdict_at(const BondView& view, TimePoint now) {
  const bool holds = view.path.valid_until && now < *view.path.valid_until;
  return holds ? view.path.verdict : PathVerdict::not_judged;
}

void follow(PathFailoverState& state, const BondView& view, const SlaveView& sriov) {
  // Once the kernel has seen a loss itself, it goes back by itself.
  if (view.active == sriov.index || sriov.mii != bond::MiiStatus::up) state.owed = false;
}

bool holds_return(const PathFailoverState& state, const BondView& view, TimePoint now) {
  const PathVerdict verdict = verdict_at(view, now);
  if (tells_of_dead_path(verdict, Role::sriov)) return true;
  // Without a verdict on this path, and where the fault is the target's, nothing is held back.
  const bool answers = verdict == PathVerdict::healthy || verdict == PathVerdict::isolated ||
                       verdict == PathVerdict::virtual_dead;
  return state.owed && answers && view.path.sriov_answers_in_row < kAnswersBeforeReturn;
}

PathFailover consider(const PolicyConfig& config, const PathFailoverState& state,
                      const BondView& view, const SlaveView& sriov, TimePoint now) {
  PathFailover move;
  if (!config.act_on_path || config.mode == Mode::observe) return move;
  // Both dead: there is nowhere to go.
  if (verdict_at(view, now) != PathVerdict::sriov_dead) return move;
  if (view.active != sriov.index || !sriov.is_active || !sriov.healthy()) return move;
  std::optional<bond::IfIndex> backup;
  for (const SlaveView& slave : view.slaves) {
    if (slave.index == sriov.index || !slave.healthy()) continue;
    if (backup) return move;  // the verdict is about a pair
    backup = slave.index;
  }
  if (!backup) return move;
  if (state.moved && now < *state.moved + kPathMovesApart) {
    move.wait = *state.moved + kPathMovesApart;
    return move;
  }
  move.write = Write{view.bond, *backup, WriteRule::path_failover};
  return move;
}

}  // namespace hnv::watchdog
