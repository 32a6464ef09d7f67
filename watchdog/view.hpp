// SPDX-License-Identifier: Apache-2.0
// From the kernel's picture to what the policy looks at. Pure.
#pragma once

#include "bond/topology.hpp"
#include "hnv/roles.hpp"
#include "watchdog/policy.hpp"

namespace hnv::watchdog {

// `roles` as assign_roles() gives them for topology.slaves_of(bond), in that order. `fresh` and
// `refreshes` are the link monitor's.
BondView make_view(const bond::Topology& topology, bond::IfIndex bond, const RoleAssignment& roles,
                   bool fresh, std::uint64_t refreshes);

}  // namespace hnv::watchdog
