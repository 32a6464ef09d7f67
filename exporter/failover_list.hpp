// SPDX-License-Identifier: Apache-2.0
// A bond's last failovers, with cause and duration. Pure.
#pragma once

#include <string>

#include "exporter/snapshot.hpp"

namespace hnv::exporter {

// HTML; "" when the journal has none.
std::string failover_list(const Snapshot& snapshot, const BondReport& bond);

}  // namespace hnv::exporter
