// SPDX-License-Identifier: Apache-2.0
// The present state for those who ask again and again. A dump tells everything of every link and
// costs as much; between two of them mostly the counters alone have changed. So it is kept until
// the kernel says anything of a link, whatever that is, and until then only counters are read.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "base/expected.hpp"
#include "bond/link.hpp"
#include "bond/netlink_socket.hpp"

namespace hnv::bond {

class LinkCache {
 public:
  // How long a dump is kept where the kernel says nothing: of what it changes without a message
  // (bond/audit.cpp). Of a carrier it speaks within a second (linkwatch).
  static constexpr std::chrono::seconds kLongestKept{60};

  // Subscribes to link messages; nobody has to be awake for them, since one that is lost counts as
  // well as one that is read.
  static base::Expected<LinkCache> open();

  // All bonds and all their slaves by ifindex, with their present counters; errors as
  // read_bonds() has them.
  base::Expected<std::vector<Link>> read(base::BootTime now);

  // Dumps so far: the reads that were not of counters alone.
  [[nodiscard]] std::uint64_t dumps() const { return dumps_; }

 private:
  LinkCache(NetlinkSocket messages, NetlinkSocket requests)
      : messages_(std::move(messages)), requests_(std::move(requests)) {}

  base::Expected<bool> anything_said();

  NetlinkSocket messages_;
  NetlinkSocket requests_;
  std::optional<std::vector<Link>> links_;  // of the last dump; empty: another is needed
  base::BootTime dumped_at_;
  std::uint64_t dumps_ = 0;
};

}  // namespace hnv::bond
