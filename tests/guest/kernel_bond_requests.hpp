// SPDX-License-Identifier: Apache-2.0
// Requests by which the contract suite pokes a real kernel: what ip(8) would send. The watchdog
// itself never sends any of them.
#pragma once

#include <string>

#include "bond/link_request.hpp"
#include "tests/support/bond_world.hpp"

namespace hnv::test {

bond::RequestBytes add_veth_request(std::uint32_t sequence, const std::string& name,
                                    const std::string& peer);
bond::RequestBytes add_bond_request(std::uint32_t sequence, const std::string& name,
                                    const BondWorldOptions& options);
bond::RequestBytes delete_link_request(std::uint32_t sequence, bond::IfIndex link);
bond::RequestBytes set_admin_request(std::uint32_t sequence, bond::IfIndex link, bool up);
// Without a master: releases.
bond::RequestBytes set_master_request(std::uint32_t sequence, bond::IfIndex link,
                                      std::optional<bond::IfIndex> master);
bond::RequestBytes rename_request(std::uint32_t sequence, bond::IfIndex link,
                                  const std::string& name);
// The message that looks right and does nothing.
bond::RequestBytes set_primary_by_setlink_request(std::uint32_t sequence, bond::IfIndex bond,
                                                  bond::IfIndex slave);

}  // namespace hnv::test
