// SPDX-License-Identifier: Apache-2.0
// Which messages tell a change, in which order, and which changes no message tells.
#include <algorithm>

#include "tests/support/contract_suite.hpp"

namespace hnv::test {

namespace {

using bond::LinkEvent;
using bond::LinkEventCause;
using bond::MiiStatus;
using bond::SlaveState;
using Events = std::vector<LinkEvent>;

bool is_removal(const LinkEvent& event) {
  return event.type == LinkEvent::Type::del_link;
}

// "hnvvf0 active up", "hnvbond0 bonding failover"
std::string text_of(const LinkEvent& event) {
  const bond::Link& link = event.link;
  std::string text = link.name;
  if (is_removal(event)) return text + " removed";
  if (link.is_bond()) return text + " " + std::string(base::name_of(event.cause));
  if (!link.slave) return text + " alone";
  return text + " " + std::string(base::name_of(*link.slave->state)) + " " +
         std::string(base::name_of(*link.slave->mii_status));
}

std::vector<std::string> texts_of(const Events& events) {
  std::vector<std::string> texts;
  std::transform(events.begin(), events.end(), std::back_inserter(texts), text_of);
  return texts;
}

// From the first that reads `first` to the first after it that reads `last`, both included.
std::vector<std::string> between(const Events& events, const std::string& first,
                                 const std::string& last) {
  const auto texts = texts_of(events);
  const auto begin = std::find(texts.begin(), texts.end(), first);
  const auto end = std::find(begin, texts.end(), last);
  return {begin, end == texts.end() ? end : std::next(end)};
}

bool has(const Events& events, const std::string& text) {
  const auto texts = texts_of(events);
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

}  // namespace

TEST_P(BondContract, LossOfTheActiveSlaveIsToldInThisOrder) {
  make();
  forget_events();
  lose_link(kSriov);
  let_ticks_pass();
  const Events events = world().events();
  EXPECT_EQ(between(events, "hnvvf0 active down", "hnvbond0 notify peers"),
            (std::vector<std::string>{
                "hnvvf0 active down",         // the tick of miimon, with the failure counted
                "hnvvf0 backup down",         //
                "hnvbk0 active up",           //
                "hnvbk0 active up",           // it takes the bond's address
                "hnvvf0 backup down",         // and gives its own
                "hnvbond0 bonding failover",  // the only one that counts
                "hnvbond0 notify peers"}));
}

TEST_P(BondContract, FailureIsCountedInTheMessageThatTellsTheLoss) {
  make();
  forget_events();
  lose_link(kSriov);
  const Events events = world().events();
  const auto told = std::find_if(events.begin(), events.end(), [](const LinkEvent& event) {
    return event.link.slave && event.link.slave->mii_status == MiiStatus::down;
  });
  ASSERT_NE(told, events.end());
  EXPECT_EQ(told->link.slave->link_failure_count, 1U);
}

TEST_P(BondContract, CarrierLossIsToldBeforeTheTickThatSeesIt) {
  BondWorldOptions options;
  options.miimon = std::chrono::milliseconds(1500);
  make(options);
  forget_events();
  world().set_plugged(kSriov, false);
  Events events;
  EXPECT_TRUE(world().eventually([&] {
    for (LinkEvent& event : world().events()) events.push_back(std::move(event));
    return !events.empty();
  }));
  ASSERT_FALSE(events.empty());
  EXPECT_FALSE(events.front().link.lower_up);
  EXPECT_EQ(events.front().link.slave->mii_status, MiiStatus::up);
  EXPECT_EQ(active(), kSriov);
}

TEST_P(BondContract, ChangeToNoneIsToldWithoutFailoverEvent) {
  make();
  lose_link(kVirtual);
  forget_events();
  lose_link(kSriov);
  EXPECT_EQ(active(), "");
  let_ticks_pass();
  const Events events = world().events();
  EXPECT_EQ(count_failovers(events), 0U);
  const auto told = std::find_if(events.begin(), events.end(), [](const LinkEvent& event) {
    return event.link.is_bond() && !event.link.bond->active_slave;
  });
  EXPECT_NE(told, events.end());
}

TEST_P(BondContract, FirstLinkAfterAnOutageIsAFailover) {
  make();
  lose_link(kVirtual);
  lose_link(kSriov);
  let_ticks_pass();
  forget_events();
  regain_link(kVirtual);
  EXPECT_EQ(active(), kVirtual);
  let_ticks_pass();
  const Events events = world().events();
  EXPECT_EQ(count_failovers(events), 1U);
  // Its one announcement to the peers is lost: the bond had no carrier yet.
  EXPECT_FALSE(has(events, "hnvbond0 notify peers"));
}

TEST_P(BondContract, WriteThatMovesNothingIsToldBeforeItsAnswer) {
  make();
  for (int repeat = 0; repeat < 2; ++repeat) {
    forget_events();
    ASSERT_TRUE(set_primary(kSriov));
    const Events events = world().events();
    EXPECT_EQ(texts_of(events), std::vector<std::string>{"hnvbond0 none"});
    EXPECT_EQ(events.at(0).link.bond->primary, index(kSriov));
  }
}

TEST_P(BondContract, WriteThatMovesIsToldBeforeItsAnswer) {
  make();
  lose_link(kSriov);
  regain_link(kSriov);
  let_ticks_pass();
  forget_events();
  ASSERT_TRUE(set_primary(kSriov));
  // Until the last: the delayed igmp resend follows, sooner or later.
  EXPECT_EQ(between(world().events(), "hnvbk0 backup up", "hnvbond0 none"),
            (std::vector<std::string>{"hnvbk0 backup up", "hnvvf0 active up", "hnvvf0 active up",
                                      "hnvbk0 backup up", "hnvbond0 bonding failover",
                                      "hnvbond0 notify peers", "hnvbond0 none"}));
}

TEST_P(BondContract, WriteToABondThatIsDownIsToldByNoMessage) {
  make();
  world().set_admin(kBond, false);
  let_ticks_pass();
  forget_events();
  ASSERT_TRUE(set_primary(kSriov));
  let_ticks_pass();
  EXPECT_EQ(texts_of(world().events()), std::vector<std::string>{});
  EXPECT_EQ(primary(), kSriov);
}

TEST_P(BondContract, SysfsWriteIsToldAsBondingOptions) {
  make();
  forget_events();
  ASSERT_EQ(world().write_primary(kSriov), 0);
  EXPECT_TRUE(has(world().events(), "hnvbond0 bonding options"));
}

TEST_P(BondContract, EnslavingIsToldByFeaturesOfTheBond) {
  make();
  world().release(kVirtual);
  forget_events();
  world().enslave(kVirtual);
  EXPECT_EQ(
      between(world().events(), "hnvbk0 backup up", "hnvbond0 features"),
      (std::vector<std::string>{"hnvbk0 backup up", "hnvbk0 backup up", "hnvbond0 features"}));
}

TEST_P(BondContract, ReleaseIsToldByFeaturesOfTheBond) {
  make();
  ASSERT_TRUE(set_primary(kSriov));
  forget_events();
  world().release(kSriov);
  const Events events = world().events();
  EXPECT_EQ(between(events, "hnvvf0 backup up", "hnvbond0 features"),
            (std::vector<std::string>{"hnvvf0 backup up", "hnvbk0 active up", "hnvbk0 active up",
                                      "hnvbond0 bonding failover", "hnvbond0 notify peers",
                                      "hnvbond0 features"}));
  const auto features = std::find_if(events.begin(), events.end(), [](const LinkEvent& event) {
    return event.cause == LinkEventCause::features;
  });
  ASSERT_NE(features, events.end());
  EXPECT_EQ(features->link.bond->active_slave, index(kVirtual));
  EXPECT_EQ(features->link.bond->primary, std::nullopt);
}

// The link filter takes it for a foreign device from then on.
TEST_P(BondContract, LastMessageOfAReleasedVethIsHidden) {
  make();
  forget_events();
  world().release(kVirtual);
  let_ticks_pass();
  EXPECT_FALSE(has(world().events(), "hnvbk0 alone"));
  EXPECT_EQ(world().link(kVirtual)->master, std::nullopt);
}

// It is closed first, as a slave and still active, and says nothing more until it has gone.
TEST_P(BondContract, RemovedDeviceIsToldLast) {
  make();
  forget_events();
  world().remove_device(kSriov);
  const Events events = world().events();
  EXPECT_EQ(between(events, "hnvvf0 active up", "hnvvf0 removed"),
            (std::vector<std::string>{"hnvvf0 active up", "hnvbk0 active up", "hnvbk0 active up",
                                      "hnvbond0 bonding failover", "hnvbond0 notify peers",
                                      "hnvbond0 features", "hnvvf0 removed"}));
  EXPECT_FALSE(events.front().link.admin_up);
  EXPECT_EQ(events.front().link.master, index(kBond));
  EXPECT_TRUE(is_removal(events.back()) || events.back().link.is_bond());
}

TEST_P(BondContract, WaitingOutUpdelayIsToldByNoMessage) {
  BondWorldOptions options;
  options.updelay = std::chrono::milliseconds(1000);
  make(options);
  lose_link(kSriov);
  forget_events();
  world().set_plugged(kSriov, true);
  wait_for_mii(kSriov, MiiStatus::going_back);
  for (const LinkEvent& event : world().events()) {
    const bool told = event.link.slave && event.link.slave->mii_status == MiiStatus::going_back;
    EXPECT_FALSE(told);
  }
  wait_for_mii(kSriov, MiiStatus::up);
}

TEST_P(BondContract, SlavesSwapAddressesAndTheBondKeepsItsOwn) {
  make();
  const auto bond = world().link(kBond)->address;
  const auto own = world().link(kVirtual)->address;
  EXPECT_EQ(world().link(kSriov)->address, bond);
  lose_link(kSriov);
  EXPECT_EQ(world().link(kBond)->address, bond);
  EXPECT_EQ(world().link(kVirtual)->address, bond);
  EXPECT_EQ(world().link(kSriov)->address, own);
  EXPECT_EQ(world().link(kVirtual)->slave->permanent_address, own);
}

}  // namespace hnv::test
