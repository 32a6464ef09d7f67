// SPDX-License-Identifier: Apache-2.0
// What a prober found about one bond as it is now, and the words for it, the same on every screen.
// Pure.
#pragma once

#include <optional>
#include <string>

#include "base/clock.hpp"
#include "hnv/partition.hpp"
#include "hnv/path_health.hpp"
#include "hnv/path_status.hpp"

namespace hnv {

struct PathView {
  const BondPath* path = nullptr;  // as published; never nullptr
  bool fresh = false;              // young enough for what it says of single slaves to be believed
  PathHealth health;               // what of the verdict may be believed
};

// `status`: nullptr without a prober; then, and for a bond that it does not speak of, empty. The
// view points into `status`.
std::optional<PathView> path_view(const PathStatus* status, const std::string& boot_id,
                                  const BondReport& bond, base::BootTime now);

// Nothing answers behind the slave that carries the traffic, although its link is up.
bool loses_traffic(PathVerdict verdict, const BondReport& bond);

// "nothing answers behind env3 (virtual) although its link is up: nothing is left to fall back to"
std::string path_words(const PathHealth& health, const BondReport& bond);

// "answers", "dead", "not probed: no carrier", "not known yet"; empty when nothing recent is said
// about the slave.
std::string path_words(const PathView& view, const SlaveReport& slave);

}  // namespace hnv
