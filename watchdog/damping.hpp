// SPDX-License-Identifier: Apache-2.0
// Damping of a link that flaps: a penalty that rises with each unplanned loss of the active SR-IOV
// slave, and what is remembered while `primary_reselect` is changed because of it. Pure.
#pragma once

#include <optional>

#include "bond/types.hpp"
#include "hnv/penalty.hpp"
#include "watchdog/situation.hpp"

namespace hnv::watchdog {

struct DampingState {
  Penalty penalty;
  std::optional<TimePoint> suppressed_since;
  // What the bond's primary_reselect was, from the moment that we want to change it until it is
  // that again. Recorded before it is changed, so that nobody's setting is forgotten in a crash.
  std::optional<bond::PrimaryReselect> saved;
  bool in_force = false;  // the bond was seen with `failure` in its place
  bool gave_way = false;  // someone else changed it in this suppression: not again
  bool operator==(const DampingState&) const = default;
};

// Unplanned losses of the active SR-IOV slave.
void note_losses(DampingState& state, std::uint64_t losses, TimePoint now);

// What time and the bond's present primary_reselect make of it.
void follow(DampingState& state, std::optional<bond::PrimaryReselect> present, TimePoint now);

// When the suppression ends without another loss.
TimePoint released_at(const DampingState& state);

}  // namespace hnv::watchdog
