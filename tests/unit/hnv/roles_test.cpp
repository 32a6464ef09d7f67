// SPDX-License-Identifier: Apache-2.0
#include "hnv/roles.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

namespace {

using namespace hnv;
using testing::ElementsAre;

struct Roles : testing::Test {
  std::deque<bond::Link> links;
  std::deque<DeviceFacts> facts;
  std::vector<SlaveDevice> slaves;
  BondConfig config;

  void add(const std::string& name, const std::string& driver, const std::string& bus,
           const char* address) {
    bond::Link link;
    link.name = name;
    link.slave.emplace();
    link.slave->permanent_address = bond::MacAddress::parse(address);
    links.push_back(link);
    facts.emplace_back();
    facts.back().driver = driver;
    facts.back().bus = bus;
    slaves.push_back(SlaveDevice{&links.back(), &facts.back()});
  }

  void SetUp() override {
    config.name = "bond191554c8";
    add("env3", "ibmveth", "vio", "52:54:00:00:00:12");
    add("enP16392p1s0", "mlx5_core", "pci", "52:54:00:00:00:11");
  }
};

TEST_F(Roles, AreFoundByEachSelector) {
  const std::vector<SriovSelector> selectors{
      ByDevice{"enP16392p1s0"}, ByDriver{"mlx5_core"}, ByBus{"pci"},
      ByPermanentAddress{*bond::MacAddress::parse("52:54:00:00:00:11")}};
  for (const SriovSelector& selector : selectors) {
    config.sriov = selector;
    const auto assignment = assign_roles(&config, slaves);
    EXPECT_THAT(assignment.roles, ElementsAre(Role::virtual_device, Role::sriov))
        << to_string(selector);
    EXPECT_EQ(assignment.finding, "");
    EXPECT_EQ(assignment.sriov_index(), 1U);
  }
}

// fail_over_mac=follow swaps the present addresses at every failover.
TEST_F(Roles, DoNotFollowThePresentAddress) {
  links[0].address = bond::MacAddress::parse("52:54:00:00:00:11");
  links[1].address = bond::MacAddress::parse("52:54:00:00:00:12");
  config.sriov = ByPermanentAddress{*bond::MacAddress::parse("52:54:00:00:00:11")};
  EXPECT_EQ(assign_roles(&config, slaves).sriov_index(), 1U);
}

TEST_F(Roles, AreUnknownWhenTwoMatch) {
  add("enP16385p1s0", "mlx5_core", "pci", "52:54:00:00:00:13");
  config.sriov = ByDriver{"mlx5_core"};
  const auto assignment = assign_roles(&config, slaves);
  EXPECT_THAT(assignment.roles, testing::Each(Role::unknown));
  EXPECT_EQ(assignment.finding, "2 slaves match driver mlx5_core: enP16392p1s0, enP16385p1s0");
  EXPECT_FALSE(assignment.sriov_absent);
}

TEST_F(Roles, AreUnknownWhenNoneOfACompleteBondMatches) {
  config.sriov = ByDevice{"enP16385p1s0"};
  const auto assignment = assign_roles(&config, slaves);
  EXPECT_THAT(assignment.roles, testing::Each(Role::unknown));
  EXPECT_EQ(assignment.finding, "none of env3, enP16392p1s0 matches device enP16385p1s0");
}

TEST_F(Roles, StayKnownWhileTheSriovSlaveIsAway) {
  slaves.pop_back();
  config.sriov = ByDriver{"mlx5_core"};
  const auto assignment = assign_roles(&config, slaves);
  EXPECT_THAT(assignment.roles, ElementsAre(Role::virtual_device));
  EXPECT_TRUE(assignment.sriov_absent);
  EXPECT_EQ(assignment.finding, "");
}

TEST_F(Roles, AreUnknownForABondThatIsNotConfigured) {
  const auto assignment = assign_roles(nullptr, slaves);
  EXPECT_THAT(assignment.roles, testing::Each(Role::unknown));
  EXPECT_FALSE(assignment.sriov_absent);
  EXPECT_NE(assignment.finding, "");
}

}  // namespace
