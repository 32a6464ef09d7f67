// SPDX-License-Identifier: Apache-2.0
#include "bond/link_message.hpp"

#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/errno.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <initializer_list>

#include "bond/uapi.hpp"

namespace hnv::bond {

namespace {

using base::ErrorCode;
using base::Expected;

constexpr nla_policy of_type(std::uint16_t type) {
  return nla_policy{type, 0, 0};
}
constexpr nla_policy text(std::uint16_t max_length) {
  return nla_policy{NLA_STRING, 1, max_length};
}
constexpr nla_policy at_least(std::uint16_t length) {
  return nla_policy{NLA_UNSPEC, length, 0};
}

// One table for each nesting level: attribute -> type and size. libnl skips what is beyond the
// table.
template <std::size_t Size>
using PolicyTable = std::array<nla_policy, Size>;

const auto& link_policy() {
  static const auto table = [] {
    PolicyTable<uapi::kIflaMax + 1> policy{};
    policy[IFLA_IFNAME] = text(IFNAMSIZ);
    policy[IFLA_MASTER] = of_type(NLA_U32);
    policy[IFLA_OPERSTATE] = of_type(NLA_U8);
    policy[IFLA_CARRIER] = of_type(NLA_U8);
    policy[IFLA_CARRIER_CHANGES] = of_type(NLA_U32);
    policy[IFLA_CARRIER_UP_COUNT] = of_type(NLA_U32);
    policy[IFLA_CARRIER_DOWN_COUNT] = of_type(NLA_U32);
    policy[IFLA_EVENT] = of_type(NLA_U32);
    policy[IFLA_LINKINFO] = of_type(NLA_NESTED);
    policy[uapi::kIflaParentDevName] = text(0);
    policy[uapi::kIflaParentDevBusName] = text(0);
    // Older kernels send a shorter structure: read what is there (see stats_of).
    policy[IFLA_STATS64] = at_least(offsetof(rtnl_link_stats64, multicast));
    return policy;
  }();
  return table;
}

const auto& link_info_policy() {
  static const auto table = [] {
    PolicyTable<IFLA_INFO_SLAVE_DATA + 1> policy{};
    policy[IFLA_INFO_KIND] = text(0);
    policy[IFLA_INFO_DATA] = of_type(NLA_NESTED);
    policy[IFLA_INFO_SLAVE_KIND] = text(0);
    policy[IFLA_INFO_SLAVE_DATA] = of_type(NLA_NESTED);
    return policy;
  }();
  return table;
}

const auto& bond_policy() {
  static const auto table = [] {
    PolicyTable<uapi::kIflaBondMax + 1> policy{};
    policy[IFLA_BOND_MODE] = of_type(NLA_U8);
    policy[IFLA_BOND_ACTIVE_SLAVE] = of_type(NLA_U32);
    policy[IFLA_BOND_MIIMON] = of_type(NLA_U32);
    policy[IFLA_BOND_UPDELAY] = of_type(NLA_U32);
    policy[IFLA_BOND_DOWNDELAY] = of_type(NLA_U32);
    policy[IFLA_BOND_ARP_INTERVAL] = of_type(NLA_U32);
    policy[IFLA_BOND_PRIMARY] = of_type(NLA_U32);
    policy[IFLA_BOND_PRIMARY_RESELECT] = of_type(NLA_U8);
    policy[IFLA_BOND_FAIL_OVER_MAC] = of_type(NLA_U8);
    policy[IFLA_BOND_RESEND_IGMP] = of_type(NLA_U32);
    policy[IFLA_BOND_NUM_PEER_NOTIF] = of_type(NLA_U8);
    policy[uapi::kIflaBondPeerNotifDelay] = of_type(NLA_U32);
    return policy;
  }();
  return table;
}

const auto& slave_policy() {
  static const auto table = [] {
    PolicyTable<uapi::kIflaBondSlaveMax + 1> policy{};
    policy[IFLA_BOND_SLAVE_STATE] = of_type(NLA_U8);
    policy[IFLA_BOND_SLAVE_MII_STATUS] = of_type(NLA_U8);
    policy[IFLA_BOND_SLAVE_LINK_FAILURE_COUNT] = of_type(NLA_U32);
    policy[IFLA_BOND_SLAVE_QUEUE_ID] = of_type(NLA_U16);
    policy[uapi::kIflaBondSlavePrio] = of_type(NLA_U32);
    return policy;
  }();
  return table;
}

const auto& stats_policy() {
  static const auto table = [] {
    PolicyTable<IFLA_STATS_LINK_64 + 1> policy{};
    policy[IFLA_STATS_LINK_64] = link_policy()[IFLA_STATS64];
    return policy;
  }();
  return table;
}

base::Error malformed(std::string_view what, std::string reason) {
  return base::Error{ErrorCode::invalid, "parse link message", std::string(what),
                     std::move(reason)};
}

// The attributes of one nesting level, pointing into the message.
class Attributes {
 public:
  template <std::size_t Size>
  static Expected<Attributes> parse(const char* level, nlattr* head, int length,
                                    const PolicyTable<Size>& policy) {
    static_assert(Size <= kMost);
    Attributes attributes;
    // The C interface takes a table that it does not write to as non-const in some versions.
    auto table = policy;
    const int result =
        nla_parse(attributes.found_.data(), static_cast<int>(Size) - 1, head, length, table.data());
    if (result < 0) return base::failure(malformed(level, nl_geterror(result)));
    return attributes;
  }

  template <std::size_t Size>
  static Expected<Attributes> parse_nested(const char* level, nlattr* parent,
                                           const PolicyTable<Size>& policy) {
    return parse(level, static_cast<nlattr*>(nla_data(parent)), nla_len(parent), policy);
  }

  [[nodiscard]] nlattr* operator[](int type) const {
    return found_[static_cast<std::size_t>(type)];
  }

  [[nodiscard]] std::optional<std::uint8_t> u8(int type) const {
    nlattr* attribute = (*this)[type];
    return attribute != nullptr ? std::optional(nla_get_u8(attribute)) : std::nullopt;
  }
  [[nodiscard]] std::optional<std::uint16_t> u16(int type) const {
    nlattr* attribute = (*this)[type];
    return attribute != nullptr ? std::optional(nla_get_u16(attribute)) : std::nullopt;
  }
  [[nodiscard]] std::optional<std::uint32_t> u32(int type) const {
    nlattr* attribute = (*this)[type];
    return attribute != nullptr ? std::optional(nla_get_u32(attribute)) : std::nullopt;
  }
  [[nodiscard]] std::string text(int type) const {
    nlattr* attribute = (*this)[type];
    return attribute != nullptr ? nla_get_string(attribute) : std::string();
  }
  template <class E>
  [[nodiscard]] std::optional<E> enumerator(int type) const {
    const auto value = u8(type);
    return value ? std::optional(static_cast<E>(*value)) : std::nullopt;
  }
  [[nodiscard]] std::optional<IfIndex> if_index(int type) const {
    const auto value = u32(type);
    return value ? std::optional(IfIndex{*value}) : std::nullopt;
  }
  [[nodiscard]] std::optional<std::chrono::milliseconds> milliseconds(int type) const {
    const auto value = u32(type);
    return value ? std::optional(std::chrono::milliseconds(*value)) : std::nullopt;
  }
  [[nodiscard]] std::optional<MacAddress> mac_address(int type) const {
    nlattr* attribute = (*this)[type];
    MacAddress address;
    if (attribute == nullptr || nla_len(attribute) != static_cast<int>(address.bytes.size())) {
      return std::nullopt;
    }
    std::memcpy(address.bytes.data(), nla_data(attribute), address.bytes.size());
    return address;
  }

 private:
  static constexpr std::size_t kMost = uapi::kIflaMax + 1;
  std::array<nlattr*, kMost> found_{};
};

BondInfo bond_info_of(const Attributes& data) {
  BondInfo bond;
  bond.mode = data.enumerator<BondMode>(IFLA_BOND_MODE);
  bond.active_slave = data.if_index(IFLA_BOND_ACTIVE_SLAVE);
  bond.primary = data.if_index(IFLA_BOND_PRIMARY);
  bond.primary_reselect = data.enumerator<PrimaryReselect>(IFLA_BOND_PRIMARY_RESELECT);
  bond.fail_over_mac = data.enumerator<FailOverMac>(IFLA_BOND_FAIL_OVER_MAC);
  bond.miimon = data.milliseconds(IFLA_BOND_MIIMON);
  bond.arp_interval = data.milliseconds(IFLA_BOND_ARP_INTERVAL);
  bond.updelay = data.milliseconds(IFLA_BOND_UPDELAY);
  bond.downdelay = data.milliseconds(IFLA_BOND_DOWNDELAY);
  bond.peer_notif_delay = data.milliseconds(uapi::kIflaBondPeerNotifDelay);
  bond.num_peer_notif = data.u8(IFLA_BOND_NUM_PEER_NOTIF);
  bond.resend_igmp = data.u32(IFLA_BOND_RESEND_IGMP);
  return bond;
}

SlaveInfo slave_info_of(const Attributes& data) {
  SlaveInfo slave;
  slave.state = data.enumerator<SlaveState>(IFLA_BOND_SLAVE_STATE);
  slave.mii_status = data.enumerator<MiiStatus>(IFLA_BOND_SLAVE_MII_STATUS);
  slave.link_failure_count = data.u32(IFLA_BOND_SLAVE_LINK_FAILURE_COUNT);
  slave.permanent_address = data.mac_address(IFLA_BOND_SLAVE_PERM_HWADDR);
  slave.queue_id = data.u16(IFLA_BOND_SLAVE_QUEUE_ID);
  if (const auto prio = data.u32(uapi::kIflaBondSlavePrio)) {
    slave.prio = static_cast<std::int32_t>(*prio);
  }
  return slave;
}

LinkStats stats_of(nlattr* attribute) {
  rtnl_link_stats64 raw{};
  const auto length = std::min(sizeof raw, static_cast<std::size_t>(nla_len(attribute)));
  std::memcpy(&raw, nla_data(attribute), length);
  LinkStats stats;
  stats.receive_packets = raw.rx_packets;
  stats.transmit_packets = raw.tx_packets;
  stats.receive_bytes = raw.rx_bytes;
  stats.transmit_bytes = raw.tx_bytes;
  stats.receive_errors = raw.rx_errors;
  stats.transmit_errors = raw.tx_errors;
  stats.receive_dropped = raw.rx_dropped;
  stats.transmit_dropped = raw.tx_dropped;
  return stats;
}

Expected<void> read_link_info(nlattr* attribute, Link& link) {
  const auto info = Attributes::parse_nested("LINKINFO", attribute, link_info_policy());
  if (!info) return base::failure(info.error());
  link.kind = info->text(IFLA_INFO_KIND);
  link.slave_kind = info->text(IFLA_INFO_SLAVE_KIND);
  // The numbers inside mean something else under another kind: a bond that is a bridge port has
  // slave data of "bridge".
  if (link.kind == "bond" && (*info)[IFLA_INFO_DATA] != nullptr) {
    const auto data = Attributes::parse_nested("bond data", (*info)[IFLA_INFO_DATA], bond_policy());
    if (!data) return base::failure(data.error());
    link.bond = bond_info_of(*data);
  }
  if (link.slave_kind == "bond" && (*info)[IFLA_INFO_SLAVE_DATA] != nullptr) {
    const auto data =
        Attributes::parse_nested("slave data", (*info)[IFLA_INFO_SLAVE_DATA], slave_policy());
    if (!data) return base::failure(data.error());
    link.slave = slave_info_of(*data);
  }
  return {};
}

// A message of one of `types` that begins with a `Body`, and the attributes behind it.
template <class Body>
struct ReceivedMessage {
  nlmsghdr header;
  Body body;
  nlattr* attributes;
  int attributes_length;
};

template <class Body>
Expected<ReceivedMessage<Body>> received(std::span<const std::byte> bytes,
                                         std::initializer_list<std::uint16_t> types) {
  if (bytes.size() < NLMSG_LENGTH(sizeof(Body))) {
    return base::failure(malformed("", "shorter than its headers"));
  }
  if (reinterpret_cast<std::uintptr_t>(bytes.data()) % NLMSG_ALIGNTO != 0) {
    return base::failure(malformed("", "not aligned to 4 bytes"));
  }
  ReceivedMessage<Body> message{};
  std::memcpy(&message.header, bytes.data(), sizeof message.header);
  if (std::find(types.begin(), types.end(), message.header.nlmsg_type) == types.end()) {
    return base::failure(malformed("", "type " + std::to_string(message.header.nlmsg_type)));
  }
  const std::uint32_t length = message.header.nlmsg_len;
  if (length < NLMSG_LENGTH(sizeof(Body)) || length > bytes.size()) {
    return base::failure(malformed(
        "", "length " + std::to_string(length) + " in " + std::to_string(bytes.size()) + " bytes"));
  }
  std::memcpy(&message.body, bytes.data() + NLMSG_HDRLEN, sizeof message.body);
  // libnl takes mutable pointers and does not write through them.
  message.attributes = reinterpret_cast<nlattr*>(
      const_cast<std::byte*>(bytes.data() + NLMSG_HDRLEN + NLMSG_ALIGN(sizeof(Body))));
  message.attributes_length =
      std::max(0, static_cast<int>(length) - static_cast<int>(NLMSG_SPACE(sizeof(Body))));
  return message;
}

}  // namespace

Expected<std::optional<LinkEvent>> parse_link_message(std::span<const std::byte> bytes) {
  const auto message = received<ifinfomsg>(bytes, {RTM_NEWLINK, RTM_DELLINK});
  if (!message) return base::failure(message.error());
  const nlmsghdr& header = message->header;
  const ifinfomsg& info = message->body;
  if (info.ifi_family != AF_UNSPEC) return std::nullopt;
  const auto attributes =
      Attributes::parse("link", message->attributes, message->attributes_length, link_policy());
  if (!attributes) return base::failure(attributes.error());

  LinkEvent event;
  event.type =
      header.nlmsg_type == RTM_NEWLINK ? LinkEvent::Type::new_link : LinkEvent::Type::del_link;
  event.cause = static_cast<LinkEventCause>(attributes->u32(IFLA_EVENT).value_or(0));
  Link& link = event.link;
  link.index = IfIndex{static_cast<std::uint32_t>(info.ifi_index)};
  link.name = attributes->text(IFLA_IFNAME);
  link.admin_up = (info.ifi_flags & IFF_UP) != 0;
  link.lower_up = (info.ifi_flags & IFF_LOWER_UP) != 0;
  link.running = (info.ifi_flags & IFF_RUNNING) != 0;
  link.oper_state = attributes->u8(IFLA_OPERSTATE);
  if (const auto carrier = attributes->u8(IFLA_CARRIER)) link.carrier = *carrier != 0;
  link.carrier_changes = attributes->u32(IFLA_CARRIER_CHANGES);
  link.carrier_up_count = attributes->u32(IFLA_CARRIER_UP_COUNT);
  link.carrier_down_count = attributes->u32(IFLA_CARRIER_DOWN_COUNT);
  link.address = attributes->mac_address(IFLA_ADDRESS);
  link.permanent_address = attributes->mac_address(uapi::kIflaPermAddress);
  link.master = attributes->if_index(IFLA_MASTER);
  link.parent_bus = attributes->text(uapi::kIflaParentDevBusName);
  link.parent_device = attributes->text(uapi::kIflaParentDevName);
  if (nlattr* stats = (*attributes)[IFLA_STATS64]) link.stats = stats_of(stats);
  if (nlattr* link_info = (*attributes)[IFLA_LINKINFO]) {
    if (auto read = read_link_info(link_info, link); !read) return base::failure(read.error());
  }
  return event;
}

Expected<LinkStatsMessage> parse_stats_message(std::span<const std::byte> bytes) {
  const auto message = received<if_stats_msg>(bytes, {RTM_NEWSTATS});
  if (!message) return base::failure(message.error());
  const auto attributes =
      Attributes::parse("stats", message->attributes, message->attributes_length, stats_policy());
  if (!attributes) return base::failure(attributes.error());
  LinkStatsMessage result{IfIndex{message->body.ifindex}, std::nullopt};
  if (nlattr* stats = (*attributes)[IFLA_STATS_LINK_64]) result.stats = stats_of(stats);
  return result;
}

}  // namespace hnv::bond
