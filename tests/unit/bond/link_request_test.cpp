// SPDX-License-Identifier: Apache-2.0
// What the kernel makes of these requests is shown in the guest (tests/guest); here, that they are
// what was meant.
#include "bond/link_request.hpp"

#include <gtest/gtest.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include <array>
#include <cstring>

namespace {

using namespace hnv::bond;

struct Parsed {
  nlmsghdr header{};
  ifinfomsg info{};
  std::array<nlattr*, IFLA_MAX + 1> attributes{};
};

Parsed parse(RequestBytes& bytes) {
  Parsed parsed;
  auto* header = reinterpret_cast<nlmsghdr*>(bytes.data());
  parsed.header = *header;
  std::memcpy(&parsed.info, nlmsg_data(header), sizeof parsed.info);
  EXPECT_EQ(nlmsg_parse(header, sizeof(ifinfomsg), parsed.attributes.data(), IFLA_MAX, nullptr), 0);
  return parsed;
}

TEST(SetPrimaryRequest, ChangesAnExistingBondAndNeverCreatesOne) {
  auto bytes = set_primary_request(17, IfIndex{3}, IfIndex{5});
  const Parsed parsed = parse(bytes);
  EXPECT_EQ(parsed.header.nlmsg_type, RTM_NEWLINK);
  EXPECT_EQ(parsed.header.nlmsg_flags, NLM_F_REQUEST | NLM_F_ACK);
  EXPECT_EQ(parsed.header.nlmsg_seq, 17U);
  EXPECT_EQ(parsed.info.ifi_index, 3);
  EXPECT_EQ(parsed.info.ifi_flags, 0U);
  EXPECT_EQ(parsed.info.ifi_change, 0U);
}

TEST(SetPrimaryRequest, CarriesTheSlaveAndNothingElse) {
  auto bytes = set_primary_request(1, IfIndex{3}, IfIndex{5});
  const Parsed parsed = parse(bytes);
  std::array<nlattr*, IFLA_INFO_MAX + 1> info{};
  ASSERT_EQ(nla_parse_nested(info.data(), IFLA_INFO_MAX, parsed.attributes[IFLA_LINKINFO], nullptr),
            0);
  EXPECT_STREQ(nla_get_string(info[IFLA_INFO_KIND]), "bond");
  std::array<nlattr*, IFLA_BOND_MAX + 1> data{};
  ASSERT_EQ(nla_parse_nested(data.data(), IFLA_BOND_MAX, info[IFLA_INFO_DATA], nullptr), 0);
  for (int type = 0; type <= IFLA_BOND_MAX; ++type) {
    EXPECT_EQ(data.at(static_cast<std::size_t>(type)) != nullptr, type == IFLA_BOND_PRIMARY)
        << type;
  }
  EXPECT_EQ(nla_get_u32(data[IFLA_BOND_PRIMARY]), 5U);
}

TEST(DumpLinksRequest, NamesTheMasterOnlyWhenAsked) {
  auto all = dump_links_request(1, std::nullopt);
  EXPECT_EQ(parse(all).attributes[IFLA_MASTER], nullptr);
  auto slaves = dump_links_request(2, IfIndex{9});
  const Parsed parsed = parse(slaves);
  EXPECT_EQ(parsed.header.nlmsg_flags, NLM_F_REQUEST | NLM_F_DUMP);
  ASSERT_NE(parsed.attributes[IFLA_MASTER], nullptr);
  EXPECT_EQ(nla_get_u32(parsed.attributes[IFLA_MASTER]), 9U);
}

TEST(DumpStatsRequest, AsksForCountersAndNothingElse) {
  const auto bytes = dump_stats_request(3);
  nlmsghdr header{};
  std::memcpy(&header, bytes.data(), sizeof header);
  EXPECT_EQ(header.nlmsg_type, RTM_GETSTATS);
  EXPECT_EQ(header.nlmsg_flags, NLM_F_REQUEST | NLM_F_DUMP);
  EXPECT_EQ(header.nlmsg_seq, 3U);
  if_stats_msg wanted{};
  ASSERT_EQ(bytes.size(), NLMSG_LENGTH(sizeof wanted));
  std::memcpy(&wanted, bytes.data() + NLMSG_HDRLEN, sizeof wanted);
  EXPECT_EQ(wanted.filter_mask, 1U << (IFLA_STATS_LINK_64 - 1));
}

}  // namespace
