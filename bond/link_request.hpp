// SPDX-License-Identifier: Apache-2.0
// Values to bytes: the requests that we send. Pure; `sequence` comes back in the answers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "bond/types.hpp"

namespace hnv::bond {

using RequestBytes = std::vector<std::byte>;

// RTM_GETLINK dump of all links, or of the slaves of `master` alone.
RequestBytes dump_links_request(std::uint32_t sequence, std::optional<IfIndex> master);

// RTM_GETSTATS dump: the counters of all links, and nothing else of them (since Linux 4.7).
RequestBytes dump_stats_request(std::uint32_t sequence);

// RTM_GETLINK of one link, acknowledged after its answer.
RequestBytes get_link_request(std::uint32_t sequence, IfIndex link);

// Writes one option of `bond`: RTM_NEWLINK, acknowledged. Without NLM_F_CREATE, so that a bond that
// has gone is ENODEV and never made anew; not RTM_SETLINK, whose IFLA_LINKINFO the kernel accepts
// and ignores.

// IFLA_BOND_PRIMARY. The acknowledgement proves nothing: a slave that has left the bond is answered
// with success and clears the primary (bond_option_primary_set).
RequestBytes set_primary_request(std::uint32_t sequence, IfIndex bond, IfIndex slave);

// IFLA_BOND_ACTIVE_SLAVE. EINVAL for a slave that is not up, also when only its carrier is gone
// (bond_option_active_slave_set).
RequestBytes set_active_slave_request(std::uint32_t sequence, IfIndex bond, IfIndex slave);

// IFLA_BOND_PRIMARY_RESELECT. The kernel chooses the active slave anew
// (bond_option_primary_reselect_set).
RequestBytes set_primary_reselect_request(std::uint32_t sequence, IfIndex bond,
                                          PrimaryReselect reselect);

}  // namespace hnv::bond
