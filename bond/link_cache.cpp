// SPDX-License-Identifier: Apache-2.0
#include "bond/link_cache.hpp"

#include <utility>

#include "bond/link_dump.hpp"

namespace hnv::bond {

using base::Expected;
using base::failure;

Expected<LinkCache> LinkCache::open() {
  NetlinkSocketOptions options;
  options.link_events = true;
  auto messages = NetlinkSocket::open(options);
  if (!messages) return failure(messages.error());
  auto requests = NetlinkSocket::open({});
  if (!requests) return failure(requests.error());
  return LinkCache(std::move(*messages), std::move(*requests));
}

Expected<std::vector<Link>> LinkCache::read(base::BootTime now) {
  // Before the dump: what is said during it is found by the next read.
  const auto said = anything_said();
  if (!said) return failure(said.error());
  const bool kept = links_ && !*said && now < dumped_at_ + kLongestKept;
  // Counters that cannot be read alone come with a dump: a link may have gone since, or the kernel
  // may not know the request.
  if (kept && read_stats(requests_, *links_)) return *links_;
  links_.reset();
  ++dumps_;
  auto links = read_bonds(requests_);
  if (!links) return links;
  dumped_at_ = now;
  links_ = *links;
  return links;
}

Expected<bool> LinkCache::anything_said() {
  bool said = false;
  while (true) {
    const auto received = messages_.receive();
    if (!received) return failure(received.error());
    if (received->status == NetlinkSocket::ReceiveStatus::would_block) return said;
    said = true;
  }
}

}  // namespace hnv::bond
