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

// Whom the prober must have asked for its verdict to be about this bond.
ProbedBond probed_bond(const bond::Topology& topology, bond::IfIndex bond, const std::string& name,
                       const RoleAssignment& roles);

// What fast failover needs: miimon, neither ARP monitoring nor downdelay, which asks to ride a
// glitch out.
bool is_plain_miimon(const bond::BondInfo& bond);

}  // namespace hnv::watchdog
