// SPDX-License-Identifier: Apache-2.0
// A network link as rtnetlink describes it: plain values. What the kernel did not send is an empty
// optional, never 0.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "bond/mac_address.hpp"
#include "bond/types.hpp"

namespace hnv::bond {

// IFLA_LINKINFO / IFLA_INFO_DATA of a link of kind "bond" (bond_fill_info in
// drivers/net/bonding/bond_netlink.c).
struct BondInfo {
  std::optional<BondMode> mode;
  std::optional<IfIndex> active_slave;  // absent: none
  // Absent when unset, and also when the recorded name is not enslaved at the moment.
  std::optional<IfIndex> primary;
  std::optional<PrimaryReselect> primary_reselect;
  std::optional<FailOverMac> fail_over_mac;
  std::optional<std::chrono::milliseconds> miimon;        // 0: no MII monitoring
  std::optional<std::chrono::milliseconds> arp_interval;  // 0: no ARP monitoring
  std::optional<std::chrono::milliseconds> updelay;
  std::optional<std::chrono::milliseconds> downdelay;
  std::optional<std::chrono::milliseconds> peer_notif_delay;
  std::optional<std::uint8_t> num_peer_notif;
  std::optional<std::uint32_t> resend_igmp;
  bool operator==(const BondInfo&) const = default;
};

// IFLA_LINKINFO / IFLA_INFO_SLAVE_DATA of a slave of a bond (bond_fill_slave_info).
struct SlaveInfo {
  std::optional<SlaveState> state;
  std::optional<MiiStatus> mii_status;
  // Losses that miimon saw, of the active and of the backup slave; 0 again at every enslaving. No
  // failover count.
  std::optional<std::uint32_t> link_failure_count;
  std::optional<MacAddress> permanent_address;
  std::optional<std::uint16_t> queue_id;
  std::optional<std::int32_t> prio;
  bool operator==(const SlaveInfo&) const = default;
};

// IFLA_STATS64.
struct LinkStats {
  std::uint64_t receive_packets = 0;
  std::uint64_t transmit_packets = 0;
  std::uint64_t receive_bytes = 0;
  std::uint64_t transmit_bytes = 0;
  std::uint64_t receive_errors = 0;
  std::uint64_t transmit_errors = 0;
  std::uint64_t receive_dropped = 0;
  std::uint64_t transmit_dropped = 0;
  bool operator==(const LinkStats&) const = default;
};

struct Link {
  IfIndex index;
  std::string name;
  bool admin_up = false;                   // IFF_UP: what an operator asked for
  bool lower_up = false;                   // IFF_LOWER_UP: the driver has a carrier
  bool running = false;                    // IFF_RUNNING: operational
  std::optional<std::uint8_t> oper_state;  // IF_OPER_*; "unknown" is normal for ibmveth
  std::optional<bool> carrier;
  std::optional<std::uint32_t> carrier_changes;
  std::optional<std::uint32_t> carrier_up_count;
  std::optional<std::uint32_t> carrier_down_count;
  std::optional<MacAddress> address;
  std::optional<MacAddress> permanent_address;  // IFLA_PERM_ADDRESS, since Linux 5.6
  std::optional<IfIndex> master;
  std::string kind;                // IFLA_INFO_KIND; empty for real devices
  std::string slave_kind;          // IFLA_INFO_SLAVE_KIND; "bond", "bridge", ...
  std::string parent_bus;          // IFLA_PARENT_DEV_BUS_NAME: "pci", "vio"
  std::string parent_device;       // IFLA_PARENT_DEV_NAME
  std::optional<BondInfo> bond;    // present exactly for kind "bond"
  std::optional<SlaveInfo> slave;  // present exactly for slave_kind "bond"
  std::optional<LinkStats> stats;
  bool operator==(const Link&) const = default;

  [[nodiscard]] bool is_bond() const { return bond.has_value(); }
  [[nodiscard]] bool is_slave_of_bond() const { return slave.has_value() && master.has_value(); }
};

// A slave that can carry traffic: IFF_UP, LOWER_UP and MII status up.
bool is_healthy(const Link& slave);

// Whether anything watches the slaves' links. A bond without monitoring stays on a dead slave for
// ever.
bool is_monitored(const BondInfo& bond);

// The address the hardware came with, from whichever attribute names it. With fail_over_mac=follow
// the present address moves between slaves at a failover and identifies nothing.
std::optional<MacAddress> permanent_address_of(const Link& slave);

// fail_over_mac=follow can leave a backup slave with the bond's own address after a slave was
// removed and came back; the switch then sees one address on two ports.
bool has_mac_conflict(const Link& bond, const Link& slave);

// One message's worth of news.
struct LinkEvent {
  enum class Type : std::uint8_t { new_link, del_link };
  Type type = Type::new_link;
  LinkEventCause cause = LinkEventCause::none;
  Link link;
  bool operator==(const LinkEvent&) const = default;
};

}  // namespace hnv::bond
