// SPDX-License-Identifier: Apache-2.0
// The last quarter of an hour of a bond's devices as small drawings (SVG), all on one scale, so
// that it is seen which of them carried the traffic. Pure.
#pragma once

#include <string>

#include "exporter/snapshot.hpp"
#include "exporter/throughput_history.hpp"

namespace hnv::exporter {

// HTML; "" for a bond without devices.
std::string throughput_charts(const BondReport& bond, const ThroughputHistory& history);

}  // namespace hnv::exporter
