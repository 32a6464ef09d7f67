// SPDX-License-Identifier: Apache-2.0
// Bytes to values: RTM_NEWLINK and RTM_DELLINK messages. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "base/expected.hpp"
#include "bond/link.hpp"

namespace hnv::bond {

// `message` is one whole netlink message, header included, aligned to 4 bytes as the kernel
// delivers it. Empty for a message of another family: AF_BRIDGE messages about a bond that is a
// bridge port carry the bond's ifindex and RTM_DELLINK, and mean the port, not the bond
// (br_ifinfo_notify in net/bridge/br_netlink.c). Error invalid: truncated, of another type, or an
// attribute of the wrong size.
base::Expected<std::optional<LinkEvent>> parse_link_message(std::span<const std::byte> message);

// One RTM_NEWSTATS message: the counters of one link. `stats` is empty when the message has none.
struct LinkStatsMessage {
  IfIndex link;
  std::optional<LinkStats> stats;
};
base::Expected<LinkStatsMessage> parse_stats_message(std::span<const std::byte> message);

}  // namespace hnv::bond
