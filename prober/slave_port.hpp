// SPDX-License-Identifier: Apache-2.0
// The sockets of one slave, from the pool and back into it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/expected.hpp"
#include "bond/mac_address.hpp"
#include "bond/types.hpp"
#include "prober/frame.hpp"
#include "prober/packet_pool.hpp"

namespace hnv::prober {

// The device is not there or not up: nothing that probing could be blamed for.
bool is_no_link(int error_number);

// Empty when the device cannot be asked, such as one that has gone.
std::optional<bond::MacAddress> present_address(int any_socket, const std::string& device);

class SlavePort {
 public:
  struct Socket {
    int fd = -1;
    Hears hears = Hears::arp_replies;
  };

  // Two sockets, or three for a bond with IPv6 targets. Error busy: the pool has too few left.
  static base::Expected<SlavePort> open(PacketPool& pool, bond::IfIndex device, bool with_ipv6);
  void close(PacketPool& pool);

  [[nodiscard]] const std::vector<Socket>& sockets() const { return sockets_; }
  [[nodiscard]] bool hears_ipv6() const { return sockets_.size() > 2; }

  // 0, or the number of an error.
  [[nodiscard]] int send(FrameView frame) const;
  // Reads one frame: its size, 0 when there is none, or the negative number of an error.
  static int receive(int fd, std::span<std::uint8_t> buffer);

 private:
  std::vector<Socket> sockets_;
};

}  // namespace hnv::prober
