// SPDX-License-Identifier: Apache-2.0
// All bonds of a snapshot with their explanations, and one sentence for the whole. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "exporter/explanation.hpp"
#include "exporter/snapshot.hpp"

namespace hnv::exporter {

struct BondOutline {
  const BondReport* bond;  // never nullptr
  WatchdogView watchdog;
  Explanation words;
  std::optional<PathView> path;  // empty: no prober tells
};

// Nothing answers behind a device of the bond whose link is up.
bool has_dead_path(const BondOutline& outline);

// The worst first, then by name. Points into the snapshot.
std::vector<BondOutline> outline(const Snapshot& snapshot);

struct Headline {
  Explanation::Level level = Explanation::Level::neutral;
  std::string text;
};

Headline headline(const Snapshot& snapshot, const std::vector<BondOutline>& bonds);

}  // namespace hnv::exporter
