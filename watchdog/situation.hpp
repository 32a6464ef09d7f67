// SPDX-License-Identifier: Apache-2.0
// What holds writes to a bond back beside the bond's own state: decided once for all HNV bonds by
// watchdog/migration, obeyed for each by watchdog/policy.
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "base/enum_names.hpp"
#include "hnv/operator_pause.hpp"
#include "hnv/vocabulary.hpp"

namespace hnv::watchdog {

using Duration = base::BootClock::duration;
using TimePoint = base::BootTime;

using Pauses = base::EnumArray<PauseReason, bool>;

struct Situation {
  Pauses pauses;
  bool lpm_window = false;
  // A slave of some bond left, and it is not known yet whether a migration begins.
  std::optional<TimePoint> suspected_until;
  // hcnmgr, drmgr, a hook or a new machine was seen: nothing is written before.
  std::optional<TimePoint> settled_at;
  bool hcnmgr_at_work = false;                 // now or a moment ago
  std::vector<OperatorPause> operator_pauses;  // that hold this bond; for telling
  bool operator==(const Situation&) const = default;

  [[nodiscard]] bool is_paused() const {
    const auto reasons = base::all_values<PauseReason>();
    return std::any_of(reasons.begin(), reasons.end(),
                       [this](PauseReason reason) { return pauses[reason]; });
  }
};

}  // namespace hnv::watchdog
