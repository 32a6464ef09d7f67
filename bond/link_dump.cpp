// SPDX-License-Identifier: Apache-2.0
#include "bond/link_dump.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <utility>

#include "bond/link_message.hpp"
#include "bond/link_request.hpp"

namespace hnv::bond {

namespace {

using base::Expected;
using base::failure;

constexpr int kDumpAttempts = 5;

Expected<std::vector<Link>> read_once(NetlinkSocket& socket, std::span<const std::byte> request,
                                      const std::string& object) {
  std::vector<Link> links;
  const auto keep = [&links](std::span<const std::byte> message) -> Expected<void> {
    auto event = parse_link_message(message);
    if (!event) return failure(event.error());
    if (!*event) return {};
    Link& link = (*event)->link;
    if (link.is_bond() || link.is_slave_of_bond()) links.push_back(std::move(link));
    return {};
  };
  if (auto done = socket.transact(request, "read links", object, keep); !done) {
    return failure(done.error());
  }
  return links;
}

Expected<std::vector<Link>> dump(NetlinkSocket& socket, std::optional<IfIndex> master,
                                 const std::string& object) {
  for (int attempt = 1;; ++attempt) {
    auto links = read_once(socket, dump_links_request(socket.next_sequence(), master), object);
    if (links || links.error().code != base::ErrorCode::interrupted || attempt == kDumpAttempts) {
      return links;
    }
  }
}

}  // namespace

Expected<std::vector<Link>> read_bonds(NetlinkSocket& socket) {
  auto links = dump(socket, std::nullopt, "");
  if (!links) return links;
  // A master may be of another kind whose slave data we cannot read; what is left is bonds and
  // slaves of those bonds.
  std::vector<IfIndex> bonds;
  for (const Link& link : *links) {
    if (link.is_bond()) bonds.push_back(link.index);
  }
  std::sort(bonds.begin(), bonds.end());
  std::erase_if(*links, [&bonds](const Link& link) {
    return !link.is_bond() && !std::binary_search(bonds.begin(), bonds.end(), *link.master);
  });
  std::sort(links->begin(), links->end(),
            [](const Link& left, const Link& right) { return left.index < right.index; });
  return links;
}

Expected<std::vector<Link>> read_bond(NetlinkSocket& socket, IfIndex bond) {
  const std::string object = "of bond with ifindex " + std::to_string(bond.value);
  auto links = read_once(socket, get_link_request(socket.next_sequence(), bond), object);
  if (!links) return links;
  auto slaves = dump(socket, bond, object);
  if (!slaves) return slaves;
  for (Link& slave : *slaves) {
    // An old kernel may ignore the filter and send every link.
    if (slave.master == bond) links->push_back(std::move(slave));
  }
  return links;
}

Expected<void> read_stats(NetlinkSocket& socket, std::span<Link> links) {
  std::size_t found = 0;
  const auto take = [&](std::span<const std::byte> message) -> Expected<void> {
    const auto read = parse_stats_message(message);
    if (!read) return failure(read.error());
    const auto link =
        std::lower_bound(links.begin(), links.end(), read->link,
                         [](const Link& one, IfIndex index) { return one.index < index; });
    if (link == links.end() || link->index != read->link) return {};
    link->stats = read->stats;
    ++found;
    return {};
  };
  const auto request = dump_stats_request(socket.next_sequence());
  if (auto done = socket.transact(request, "read counters", "", take); !done) return done;
  if (found < links.size()) {
    return failure({base::ErrorCode::not_found, "read counters", "", "a link has gone"});
  }
  return {};
}

}  // namespace hnv::bond
