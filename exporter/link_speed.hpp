// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "bond/link.hpp"
#include "hnv/paths.hpp"

namespace hnv::exporter {

// The speed that a device reports. A read takes the kernel's RTNL lock and can make the driver ask
// its firmware, so each is done once for a device and again only after its carrier changed.
class LinkSpeedCache {
 public:
  explicit LinkSpeedCache(Paths paths) : paths_(std::move(paths)) {}

  // Bytes per second; empty when the device does not tell, as without carrier.
  std::optional<double> speed_of(const bond::Link& link);
  // Forgets the devices that speed_of was not asked for since the last call.
  void drop_unused();

 private:
  struct Entry {
    std::optional<std::uint32_t> carrier_changes;
    std::optional<double> speed;
    bool used = true;
  };
  Paths paths_;
  std::map<bond::IfIndex, Entry> entries_;
};

}  // namespace hnv::exporter
