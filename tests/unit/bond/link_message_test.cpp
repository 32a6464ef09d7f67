// SPDX-License-Identifier: Apache-2.0
#include "bond/link_message.hpp"

#include <gtest/gtest.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <random>

#include "tests/golden/golden_messages.hpp"

namespace {

using namespace hnv;
using bond::LinkEvent;
using golden::Message;

constexpr std::size_t kAttributeHeader = sizeof(nlattr);
constexpr std::size_t aligned(std::size_t length) {
  return (length + 3) / 4 * 4;
}

constexpr std::size_t kHeaders = NLMSG_HDRLEN + NLMSG_ALIGN(sizeof(ifinfomsg));

const LinkEvent& last_of_bond(const std::vector<LinkEvent>& events) {
  return *std::find_if(events.rbegin(), events.rend(),
                       [](const LinkEvent& event) { return event.link.is_bond(); });
}

void set_length(Message& message) {
  nlmsghdr header{};
  std::memcpy(&header, message.data(), sizeof header);
  header.nlmsg_len = static_cast<std::uint32_t>(message.size());
  std::memcpy(message.data(), &header, sizeof header);
}

nlattr attribute_at(std::span<const std::byte> bytes) {
  nlattr attribute{};
  std::memcpy(&attribute, bytes.data(), sizeof attribute);
  return attribute;
}

// The attributes of a span in another order; those named in `nested` also inside.
std::vector<std::byte> shuffled(std::span<const std::byte> bytes, std::vector<int> nested,
                                std::mt19937& random) {
  std::vector<std::vector<std::byte>> attributes;
  while (bytes.size() >= sizeof(nlattr)) {
    const nlattr header = attribute_at(bytes);
    const std::size_t padded = std::min(aligned(header.nla_len), bytes.size());
    std::vector<std::byte> attribute(bytes.begin(),
                                     bytes.begin() + static_cast<std::ptrdiff_t>(padded));
    const int type = header.nla_type & NLA_TYPE_MASK;
    if (!nested.empty() && type == nested.front()) {
      const std::vector<int> deeper =
          type == IFLA_LINKINFO ? std::vector<int>{IFLA_INFO_DATA} : std::vector<int>{};
      const auto inside = shuffled(
          std::span(attribute).subspan(kAttributeHeader, header.nla_len - kAttributeHeader), deeper,
          random);
      std::copy(inside.begin(), inside.end(),
                attribute.begin() + static_cast<std::ptrdiff_t>(kAttributeHeader));
    }
    attributes.push_back(std::move(attribute));
    bytes = bytes.subspan(padded);
  }
  std::shuffle(attributes.begin(), attributes.end(), random);
  std::vector<std::byte> all;
  for (const auto& attribute : attributes)
    all.insert(all.end(), attribute.begin(), attribute.end());
  return all;
}

TEST(LinkMessage, ReadsTheBondAsTheKernelDescribesIt) {
  const auto events = golden::events("flap");
  const bond::Link& bond = last_of_bond(events).link;
  EXPECT_EQ(bond.name, "bond191554c8");
  EXPECT_EQ(bond.kind, "bond");
  EXPECT_TRUE(bond.admin_up);
  EXPECT_TRUE(bond.lower_up);
  EXPECT_EQ(bond.bond->mode, bond::BondMode::active_backup);
  EXPECT_EQ(bond.bond->miimon, std::chrono::milliseconds(100));
  EXPECT_EQ(bond.bond->arp_interval, std::chrono::milliseconds(0));
  EXPECT_EQ(bond.bond->fail_over_mac, bond::FailOverMac::follow);
  EXPECT_EQ(bond.bond->primary_reselect, bond::PrimaryReselect::always);
  EXPECT_EQ(bond.bond->num_peer_notif, 1);
  EXPECT_EQ(bond.bond->active_slave, bond.bond->primary);
  EXPECT_TRUE(bond.bond->primary.has_value());
  EXPECT_TRUE(bond.stats.has_value());
}

TEST(LinkMessage, ReadsTheSlaveAsTheKernelDescribesIt) {
  const auto events = golden::events("flap");
  const auto lost = std::find_if(events.begin(), events.end(), [](const LinkEvent& event) {
    return event.link.slave && event.link.slave->mii_status == bond::MiiStatus::down;
  });
  ASSERT_NE(lost, events.end());
  const bond::Link& slave = lost->link;
  EXPECT_EQ(slave.name, "enP16392p1s0");
  EXPECT_EQ(slave.slave_kind, "bond");
  EXPECT_EQ(slave.kind, "");
  EXPECT_TRUE(slave.admin_up);
  EXPECT_FALSE(slave.lower_up);
  EXPECT_EQ(slave.carrier, false);
  EXPECT_EQ(slave.slave->link_failure_count, 1U);
  EXPECT_EQ(slave.slave->permanent_address, bond::MacAddress::parse("52:54:00:00:00:11"));
  EXPECT_EQ(slave.parent_bus, "virtio");
  EXPECT_TRUE(slave.is_slave_of_bond());
}

TEST(LinkMessage, SaysNoneForAnActiveSlaveThatTheKernelLeavesOut) {
  const auto events = golden::events("total_outage");
  EXPECT_TRUE(std::any_of(events.begin(), events.end(), [](const LinkEvent& event) {
    return event.link.is_bond() && !event.link.bond->active_slave;
  }));
}

TEST(LinkMessage, NamesTheCauseOfTheKernelsOwnEvents) {
  const auto events = golden::events("removal");
  const auto count = [&events](bond::LinkEventCause cause) {
    return std::count_if(events.begin(), events.end(),
                         [cause](const LinkEvent& event) { return event.cause == cause; });
  };
  EXPECT_EQ(count(bond::LinkEventCause::bonding_failover), 1);
  EXPECT_EQ(count(bond::LinkEventCause::notify_peers), 1);
  EXPECT_EQ(count(bond::LinkEventCause::features), 1);
}

TEST(LinkMessage, LeavesOutMessagesOfTheBridgeFamily) {
  int foreign = 0;
  int bond_deletions = 0;
  for (const Message& message : golden::messages("bridge_port")) {
    const auto event = bond::parse_link_message(message);
    ASSERT_TRUE(event.has_value()) << event.error().to_string();
    if (!*event) {
      ++foreign;
    } else if ((*event)->type == LinkEvent::Type::del_link && (*event)->link.is_bond()) {
      ++bond_deletions;
    }
  }
  EXPECT_GT(foreign, 0) << "the recording has AF_BRIDGE messages";
  EXPECT_EQ(bond_deletions, 0) << "a bond that leaves a bridge was taken for a deleted bond";
}

TEST(LinkMessage, DoesNotTakeABridgePortsSlaveDataForABondSlaves) {
  const auto events = golden::events("bridge_port");
  const auto port = std::find_if(events.begin(), events.end(), [](const LinkEvent& event) {
    return event.link.slave_kind == "bridge";
  });
  ASSERT_NE(port, events.end());
  EXPECT_FALSE(port->link.slave.has_value());
  EXPECT_TRUE(port->link.is_bond());
}

TEST(LinkMessage, ReadsEveryMessageOfADumpOfAHundredBonds) {
  const auto events = golden::events("dump_100_bonds");
  const auto bonds = std::count_if(events.begin(), events.end(),
                                   [](const LinkEvent& event) { return event.link.is_bond(); });
  const auto slaves = std::count_if(events.begin(), events.end(), [](const LinkEvent& event) {
    return event.link.is_slave_of_bond();
  });
  EXPECT_EQ(bonds, 100);
  EXPECT_EQ(slaves, 200);
}

// A short message must never be read beyond its end; the address sanitizer sees to that.
TEST(LinkMessage, AnswersEveryTruncationWithAValueOrAnError) {
  for (const std::string& scene : golden::scenes()) {
    int errors = 0;
    for (const Message& whole : golden::messages(scene)) {
      for (std::size_t length = 0; length < whole.size(); ++length) {
        // Cut off by whoever delivered it: the length in the header promises more.
        EXPECT_FALSE(bond::parse_link_message(std::span(whole).first(length)).has_value());
        if (length < sizeof(nlmsghdr)) continue;
        // Cut off by whoever made it: the header agrees.
        Message cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
        set_length(cut);
        if (!bond::parse_link_message(cut)) ++errors;
      }
    }
    EXPECT_GT(errors, 0) << scene;
  }
}

TEST(LinkMessage, DoesNotDependOnTheOrderOfAttributes) {
  std::mt19937 random(7);  // NOLINT(cert-msc51-cpp): the same orders on every run
  for (const std::string& scene : golden::scenes()) {
    for (const Message& message : golden::messages(scene)) {
      const auto expected = bond::parse_link_message(message);
      Message other(message.begin(), message.begin() + kHeaders);
      const auto attributes =
          shuffled(std::span(message).subspan(kHeaders), {IFLA_LINKINFO}, random);
      other.insert(other.end(), attributes.begin(), attributes.end());
      ASSERT_EQ(other.size(), message.size());
      const auto parsed = bond::parse_link_message(other);
      ASSERT_TRUE(parsed.has_value()) << scene << ": " << parsed.error().to_string();
      EXPECT_EQ(*parsed, *expected) << scene;
    }
  }
}

TEST(LinkMessage, SkipsAttributesOfNewerKernels) {
  Message message = golden::messages("flap").front();
  const auto expected = bond::parse_link_message(message);
  const std::size_t before = message.size();
  message.resize(before + 8);
  const nlattr unknown{8, 4000};
  std::memcpy(message.data() + before, &unknown, sizeof unknown);
  set_length(message);
  EXPECT_EQ(bond::parse_link_message(message).value(), *expected);
}

TEST(LinkMessage, RefusesAnAttributeThatIsTooShort) {
  Message message = golden::messages("flap").front();
  const std::size_t before = message.size();
  message.resize(before + 8);
  const nlattr master{6, IFLA_MASTER};  // two bytes where an ifindex has four
  std::memcpy(message.data() + before, &master, sizeof master);
  set_length(message);
  const auto parsed = bond::parse_link_message(message);
  ASSERT_FALSE(parsed.has_value());
  EXPECT_EQ(parsed.error().code, base::ErrorCode::invalid);
}

TEST(LinkMessage, RefusesAnotherTypeOfMessage) {
  Message message = golden::messages("flap").front();
  nlmsghdr header{};
  std::memcpy(&header, message.data(), sizeof header);
  header.nlmsg_type = RTM_NEWADDR;
  std::memcpy(message.data(), &header, sizeof header);
  EXPECT_FALSE(bond::parse_link_message(message).has_value());
}

// Both dumps of the guest are of one moment at which nothing was sent any more.
TEST(StatsMessage, TellsTheCountersThatTheLinkItselfTells) {
  std::map<bond::IfIndex, std::optional<bond::LinkStats>> told;
  for (const Message& message : golden::messages("dump_counters")) {
    const auto parsed = bond::parse_stats_message(message);
    ASSERT_TRUE(parsed.has_value()) << parsed.error().to_string();
    told[parsed->link] = parsed->stats;
  }
  std::uint64_t packets = 0;
  for (const LinkEvent& event : golden::events("dump_links")) {
    ASSERT_TRUE(told.contains(event.link.index)) << event.link.name;
    EXPECT_EQ(told[event.link.index], event.link.stats) << event.link.name;
    packets += event.link.stats->transmit_packets;
  }
  EXPECT_GT(packets, 0U) << "nothing was ever sent: the two would be equal anyway";
}

TEST(StatsMessage, AnswersEveryTruncationWithAValueOrAnError) {
  const Message whole = golden::messages("dump_counters").back();
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_FALSE(bond::parse_stats_message(std::span(whole).first(length)).has_value());
    if (length < sizeof(nlmsghdr)) continue;
    Message cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
    set_length(cut);
    const auto parsed = bond::parse_stats_message(cut);
    EXPECT_FALSE(parsed && parsed->stats) << length;
  }
}

TEST(StatsMessage, IsNoLinkMessage) {
  const Message message = golden::messages("dump_counters").front();
  EXPECT_EQ(bond::parse_link_message(message).error().code, base::ErrorCode::invalid);
  const Message link = golden::messages("dump_links").front();
  EXPECT_EQ(bond::parse_stats_message(link).error().code, base::ErrorCode::invalid);
}

}  // namespace
