// SPDX-License-Identifier: Apache-2.0
// How much a link has flapped lately, as route flap damping counts it (RFC 2439): each loss adds,
// and time halves. Pure.
#pragma once

#include <chrono>

#include "base/clock.hpp"

namespace hnv {

struct Penalty {
  static constexpr double kPerLoss = 1000;
  static constexpr std::chrono::seconds kHalfLife{300};
  static constexpr double kSuppressAbove = 2000;
  static constexpr double kReleaseBelow = 750;
  static constexpr std::chrono::seconds kLongestSuppression{1200};
  // What has decayed to kReleaseBelow after the longest suppression.
  static constexpr double kCeiling = 12000;

  double value = 0;  // at `since`
  base::BootTime since;
  bool operator==(const Penalty&) const = default;

  [[nodiscard]] double at(base::BootTime now) const;
  void add_losses(std::uint64_t losses, base::BootTime now);
  // When it falls to kReleaseBelow; `since` or earlier if it is below already.
  [[nodiscard]] base::BootTime decayed_at() const;
};

}  // namespace hnv
