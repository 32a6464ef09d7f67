// SPDX-License-Identifier: Apache-2.0
#include "bond/link_request.hpp"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include <cstring>
#include <memory>
#include <new>

namespace hnv::bond {

namespace {

struct FreeMessage {
  void operator()(nl_msg* message) const { nlmsg_free(message); }
};
using Message = std::unique_ptr<nl_msg, FreeMessage>;

// libnl's builders fail only for want of memory or of room in a page, which these small messages
// never need.
void require(bool built) {
  if (!built) throw std::bad_alloc();
}

template <class Body>
Message message_with(std::uint32_t sequence, int type, int flags, Body body) {
  Message message(nlmsg_alloc());
  require(message != nullptr);
  require(nlmsg_put(message.get(), NL_AUTO_PORT, sequence, type, 0, flags) != nullptr);
  require(nlmsg_append(message.get(), &body, sizeof body, NLMSG_ALIGNTO) == 0);
  return message;
}

Message link_message(std::uint32_t sequence, int type, int flags, IfIndex link) {
  ifinfomsg info{};
  info.ifi_family = AF_UNSPEC;
  info.ifi_index = static_cast<int>(link.value);
  return message_with(sequence, type, flags, info);
}

RequestBytes bytes_of(const Message& message) {
  const nlmsghdr* header = nlmsg_hdr(message.get());
  RequestBytes bytes(header->nlmsg_len);
  std::memcpy(bytes.data(), header, bytes.size());
  return bytes;
}

template <class PutOption>
RequestBytes bond_option_request(std::uint32_t sequence, IfIndex bond, PutOption put_option) {
  const Message message = link_message(sequence, RTM_NEWLINK, NLM_F_REQUEST | NLM_F_ACK, bond);
  nlattr* link_info = nla_nest_start(message.get(), IFLA_LINKINFO);
  require(link_info != nullptr);
  require(nla_put_string(message.get(), IFLA_INFO_KIND, "bond") == 0);
  nlattr* data = nla_nest_start(message.get(), IFLA_INFO_DATA);
  require(data != nullptr);
  put_option(message.get());
  nla_nest_end(message.get(), data);
  nla_nest_end(message.get(), link_info);
  return bytes_of(message);
}

}  // namespace

RequestBytes dump_links_request(std::uint32_t sequence, std::optional<IfIndex> master) {
  const Message message =
      link_message(sequence, RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, IfIndex{0});
  if (master) require(nla_put_u32(message.get(), IFLA_MASTER, master->value) == 0);
  // Without the IPv6 counters of each link, which nobody here reads: the kernel adds up some forty
  // for every processor that there could be (inet6_fill_ifla6_attrs). Bytes and packets stay.
  require(nla_put_u32(message.get(), IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS) == 0);
  return bytes_of(message);
}

RequestBytes dump_stats_request(std::uint32_t sequence) {
  if_stats_msg wanted{};
  wanted.filter_mask = IFLA_STATS_FILTER_BIT(IFLA_STATS_LINK_64);
  return bytes_of(message_with(sequence, RTM_GETSTATS, NLM_F_REQUEST | NLM_F_DUMP, wanted));
}

RequestBytes get_link_request(std::uint32_t sequence, IfIndex link) {
  return bytes_of(link_message(sequence, RTM_GETLINK, NLM_F_REQUEST | NLM_F_ACK, link));
}

RequestBytes set_primary_request(std::uint32_t sequence, IfIndex bond, IfIndex slave) {
  return bond_option_request(sequence, bond, [slave](nl_msg* message) {
    require(nla_put_u32(message, IFLA_BOND_PRIMARY, slave.value) == 0);
  });
}

RequestBytes set_active_slave_request(std::uint32_t sequence, IfIndex bond, IfIndex slave) {
  return bond_option_request(sequence, bond, [slave](nl_msg* message) {
    require(nla_put_u32(message, IFLA_BOND_ACTIVE_SLAVE, slave.value) == 0);
  });
}

RequestBytes set_primary_reselect_request(std::uint32_t sequence, IfIndex bond,
                                          PrimaryReselect reselect) {
  return bond_option_request(sequence, bond, [reselect](nl_msg* message) {
    require(nla_put_u8(message, IFLA_BOND_PRIMARY_RESELECT, static_cast<std::uint8_t>(reselect)) ==
            0);
  });
}

}  // namespace hnv::bond
