// SPDX-License-Identifier: Apache-2.0
// Bytes are what a netlink socket has read: messages, parsed and applied to a topology that is
// asked for everything after each of them; counters are parsed. A message of another type begins or
// ends a dump.
#include <linux/rtnetlink.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "bond/audit.hpp"
#include "bond/link_message.hpp"
#include "bond/netlink_socket.hpp"
#include "bond/topology.hpp"

namespace {

using namespace hnv::bond;

void require(bool holds) {
  if (!holds) std::abort();
}

void check(const Topology& topology) {
  const auto links = topology.links();
  require(std::is_sorted(links.begin(), links.end(), [](const Link& left, const Link& right) {
    return left.index < right.index;
  }));
  require(std::none_of(links.begin(), links.end(),
                       [&topology](const Link& link) { return contradicts(topology, link); }));
  for (const auto& [index, link] : topology.bonds()) {
    require(link.is_bond() && link.index == index);
    for (const SlaveRecord* slave : topology.slaves_of(index)) {
      require(slave != nullptr && slave->bond == index && slave->link.master == index);
      has_mac_conflict(link, slave->link);
    }
    const Topology part = topology.only(index);
    require(part.slaves_of(index).size() == topology.slaves_of(index).size());
  }
}

void apply(Topology& topology, const LinkEvent& event) {
  const Change change = topology.apply(event);
  require(change.kind == Change::Kind::unchanged || change.bond.has_value());
  const Change again = topology.apply(event);
  require(again.kind == Change::Kind::unchanged && !again.active_slave && !again.membership);
  check(topology);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<std::byte> aligned(size);
  if (size > 0) std::memcpy(aligned.data(), data, size);
  std::span<const std::byte> batch(aligned);
  Topology topology;
  bool dumping = false;
  while (const auto message = take_message(batch)) {
    nlmsghdr header{};
    std::memcpy(&header, message->data(), sizeof header);
    if (header.nlmsg_type == RTM_NEWLINK || header.nlmsg_type == RTM_DELLINK) {
      const auto event = parse_link_message(*message);
      if (!event) require(!event.error().to_string().empty());
      if (event && *event) apply(topology, **event);
    } else if (header.nlmsg_type == RTM_NEWSTATS) {
      const auto stats = parse_stats_message(*message);
      if (!stats) require(!stats.error().to_string().empty());
    } else if (dumping) {
      topology.end_dump(header.nlmsg_type == NLMSG_DONE);
      dumping = false;
      check(topology);
    } else {
      topology.begin_dump(header.nlmsg_seq == 0 ? std::nullopt
                                                : std::optional(IfIndex{header.nlmsg_seq}));
      dumping = true;
    }
  }
  return 0;
}
