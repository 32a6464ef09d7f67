// SPDX-License-Identifier: Apache-2.0
// Packet sockets that are opened while the privilege for it is there, and bound to whatever device
// is there later: that needs none, also for a device that has come back under another index.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/expected.hpp"
#include "base/unique_fd.hpp"
#include "bond/types.hpp"

namespace hnv::prober {

// What a socket hears. A socket of one protocol is asked for frames of that protocol alone; one of
// all protocols would see, and cost, every frame of the device.
enum class Hears : std::uint8_t { arp_replies, advertisements, cross_probes };

class PacketPool {
 public:
  // Error permission: CAP_NET_RAW is missing.
  static base::Expected<PacketPool> open(std::size_t sockets);

  // A socket that hears this on that device and does not block; -1 when none is left.
  base::Expected<int> take(bond::IfIndex device, Hears hears);
  void give_back(int fd);
  // After the device was away under the same index.
  static base::Expected<void> bind(int fd, bond::IfIndex device, Hears hears);

  [[nodiscard]] std::size_t left() const { return free_.size(); }

 private:
  std::vector<base::UniqueFd> sockets_;
  std::vector<int> free_;
};

// For good, of this process and what it starts: no capability is left and none can be gained.
base::Expected<void> drop_privileges();

}  // namespace hnv::prober
