// SPDX-License-Identifier: Apache-2.0
// From what the kernel and the configuration say of a bond to what its probing needs. Pure.
#pragma once

#include "hnv/partition.hpp"
#include "prober/bond_prober.hpp"
#include "prober/targets.hpp"

namespace hnv::prober {

BondView view_of(const BondReport& report, const PathConfig& config, const HostNetwork& host);

}  // namespace hnv::prober
