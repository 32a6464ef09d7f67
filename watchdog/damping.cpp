// SPDX-License-Identifier: Apache-2.0
#include "watchdog/damping.hpp"

#include <algorithm>

namespace hnv::watchdog {

using bond::PrimaryReselect;

void note_losses(DampingState& state, std::uint64_t losses, TimePoint now) {
  if (losses > 0) state.penalty.add_losses(losses, now);
}

TimePoint released_at(const DampingState& state) {
  return std::min(state.penalty.decayed_at(),
                  *state.suppressed_since + Penalty::kLongestSuppression);
}

void follow(DampingState& state, std::optional<PrimaryReselect> present, TimePoint now) {
  if (!state.suppressed_since) {
    if (state.penalty.at(now) > Penalty::kSuppressAbove) state.suppressed_since = now;
  } else if (now >= released_at(state)) {
    // After the longest suppression the link gets its chance, whatever it did meanwhile.
    state.penalty = Penalty{std::min(state.penalty.at(now), Penalty::kReleaseBelow), now};
    state.suppressed_since.reset();
    state.gave_way = false;
  }
  if (!state.saved) return;
  if (present == PrimaryReselect::failure) {
    state.in_force = true;
  } else if (state.in_force || !state.suppressed_since) {
    // Put back by us, changed by someone else, or never changed.
    state.gave_way = state.in_force && state.suppressed_since.has_value();
    state.saved.reset();
    state.in_force = false;
  }
}

}  // namespace hnv::watchdog
