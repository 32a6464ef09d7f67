// SPDX-License-Identifier: Apache-2.0
// Who is asked: the configured targets, or the default gateways over the bond, each with the VLAN
// that leads to it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hnv/config.hpp"
#include "hnv/ip_address.hpp"
#include "hnv/paths.hpp"
#include "prober/bond_prober.hpp"

namespace hnv::prober {

struct Gateway {
  std::string device;
  IpAddress address;
  bool operator==(const Gateway&) const = default;
};

struct OwnAddress {
  std::string device;
  IpAddress address;
  unsigned prefix = 0;  // of the network on that device, in bits
};

// A VLAN device on a bond.
struct VlanDevice {
  std::string name;
  std::string below;
  std::uint16_t id = 0;
};

// What the host says of its network.
struct HostNetwork {
  std::vector<Gateway> gateways;  // of default routes
  std::vector<OwnAddress> addresses;
  std::vector<VlanDevice> vlans;
};

// The texts of /proc/net/route and /proc/net/ipv6_route.
std::vector<Gateway> parse_ipv4_gateways(std::string_view text);
std::vector<Gateway> parse_ipv6_gateways(std::string_view text);

struct Targets {
  std::vector<ViewedTarget> targets;
  std::string no_target;  // why there are none
};

// The host's own addresses are never among them.
Targets choose_targets(const PathConfig& config, const std::string& bond, const HostNetwork& host);

// What cannot be read is left out.
HostNetwork read_host_network(const Paths& paths);

}  // namespace hnv::prober
