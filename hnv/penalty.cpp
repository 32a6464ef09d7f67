// SPDX-License-Identifier: Apache-2.0
#include "hnv/penalty.hpp"

#include <algorithm>
#include <cmath>

namespace hnv {

namespace {

double half_lives(double count) {
  return count * base::to_seconds(Penalty::kHalfLife);
}

}  // namespace

double Penalty::at(base::BootTime now) const {
  if (now <= since) return value;
  return value * std::exp2(-base::to_seconds(now - since) / half_lives(1));
}

void Penalty::add_losses(std::uint64_t losses, base::BootTime now) {
  value = std::min(kCeiling, at(now) + kPerLoss * static_cast<double>(losses));
  since = now;
}

base::BootTime Penalty::decayed_at() const {
  if (value <= kReleaseBelow) return since;
  const std::chrono::duration<double> wait(half_lives(std::log2(value / kReleaseBelow)));
  // Rounded up, so that it has decayed indeed when that time has come.
  return since + std::chrono::ceil<std::chrono::milliseconds>(wait);
}

}  // namespace hnv
