// SPDX-License-Identifier: Apache-2.0
// A drawing (SVG) of a bond and its devices: who carries the traffic. Pure.
#pragma once

#include <string>

#include "exporter/outline.hpp"
#include "exporter/snapshot.hpp"

namespace hnv::exporter {

// "" for a bond of more devices than can be drawn; the table has them all.
std::string bond_picture(const Snapshot& snapshot, const BondOutline& outline);

}  // namespace hnv::exporter
