// SPDX-License-Identifier: Apache-2.0
// The present state, read at once: for those who do not follow events, and right before a write.
#pragma once

#include <span>
#include <vector>

#include "base/expected.hpp"
#include "bond/link.hpp"
#include "bond/netlink_socket.hpp"

namespace hnv::bond {

// All bonds and all their slaves by ifindex, from one dump. A dump that was interrupted by links
// that came or went is repeated a few times before it is an error. Without the bonding module: an
// empty list. `socket` has no link_events.
base::Expected<std::vector<Link>> read_bonds(NetlinkSocket& socket);

// One bond and its slaves. Error not_found when the bond has gone.
base::Expected<std::vector<Link>> read_bond(NetlinkSocket& socket, IfIndex bond);

// The counters of these links, which are in order of ifindex, by RTM_GETSTATS: a tenth of what
// read_bonds() costs. Error not_found when one of them has gone; their counters are then those of
// either time.
base::Expected<void> read_stats(NetlinkSocket& socket, std::span<Link> links);

}  // namespace hnv::bond
