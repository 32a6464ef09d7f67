// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bond/netlink_socket.hpp"
#include "watchdog/actuator.hpp"

namespace hnv::watchdog {

// The real kernel, on a socket of its own. Needs CAP_NET_ADMIN for write and nothing for the
// rest. A call returns within the answer time-out of the socket (2 s).
class NetlinkActuator final : public Actuator {
 public:
  base::Expected<std::vector<bond::Link>> read_bond(bond::IfIndex bond) override;
  base::Expected<void> write(const Write& write) override;

 private:
  // Opened when first needed, and again after a failure.
  base::Expected<bond::NetlinkSocket*> socket();
  void close_after(const base::Error& error);

  std::optional<bond::NetlinkSocket> socket_;
};

}  // namespace hnv::watchdog
