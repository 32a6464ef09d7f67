// SPDX-License-Identifier: Apache-2.0
// One bond on the status page. Pure.
#pragma once

#include <string>

#include "exporter/outline.hpp"
#include "exporter/snapshot.hpp"
#include "exporter/throughput_history.hpp"

namespace hnv::exporter {

// HTML. `open`: unfolded.
std::string bond_card(const Snapshot& snapshot, const ThroughputHistory& history,
                      const BondOutline& outline, bool open);

}  // namespace hnv::exporter
