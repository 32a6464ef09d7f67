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
    const auto assignment = assign_roles(config.name, &config, slaves);
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
  EXPECT_EQ(assign_roles(config.name, &config, slaves).sriov_index(), 1U);
}

TEST_F(Roles, AreUnknownWhenTwoMatch) {
  add("enP16385p1s0", "mlx5_core", "pci", "52:54:00:00:00:13");
  config.sriov = ByDriver{"mlx5_core"};
  const auto assignment = assign_roles(config.name, &config, slaves);
  EXPECT_THAT(assignment.roles, testing::Each(Role::unknown));
  EXPECT_EQ(assignment.finding, "2 slaves match driver mlx5_core: enP16392p1s0, enP16385p1s0");
  EXPECT_FALSE(assignment.sriov_absent);
}

TEST_F(Roles, AreUnknownWhenNoneOfACompleteBondMatches) {
  config.sriov = ByDevice{"enP16385p1s0"};
  const auto assignment = assign_roles(config.name, &config, slaves);
  EXPECT_THAT(assignment.roles, testing::Each(Role::unknown));
  EXPECT_EQ(assignment.finding, "none of env3, enP16392p1s0 matches device enP16385p1s0");
}

TEST_F(Roles, StayKnownWhileTheSriovSlaveIsAway) {
  slaves.pop_back();
  config.sriov = ByDriver{"mlx5_core"};
  const auto assignment = assign_roles(config.name, &config, slaves);
  EXPECT_THAT(assignment.roles, ElementsAre(Role::virtual_device));
  EXPECT_TRUE(assignment.sriov_absent);
  EXPECT_EQ(assignment.finding, "");
}

TEST_F(Roles, OfTheConfigurationSayTheirSource) {
  config.sriov = ByDriver{"mlx5_core"};
  const auto assignment = assign_roles(config.name, &config, slaves);
  EXPECT_TRUE(assignment.managed);
  EXPECT_THAT(assignment.sources, testing::Each(RoleSource::configuration));
  EXPECT_EQ(assignment.wanted, "driver mlx5_core");
}

TEST_F(Roles, AreUnknownForABondThatIsNotConfigured) {
  const auto assignment = assign_roles(config.name, nullptr, slaves);
  EXPECT_THAT(assignment.roles, testing::Each(Role::unknown));
  EXPECT_FALSE(assignment.managed);
  EXPECT_FALSE(assignment.sriov_absent);
  EXPECT_NE(assignment.finding, "");
}

// The pair as the firmware marks it: bond191554c8 of enP16392p1s0 and env3.
struct HnvRoles : Roles {
  void SetUp() override {
    Roles::SetUp();
    mark(0, HcnMode::backup, NodeType::l_lan);
    mark(1, HcnMode::primary, NodeType::pci);
  }
  void mark(std::size_t slave, std::optional<HcnMode> mode, std::optional<NodeType> type,
            std::uint32_t id = 0x191554c8) {
    facts[slave].hcn_id = HcnId{id};
    facts[slave].hcn_mode = mode;
    facts[slave].node_type = type;
  }
  void unmark(std::size_t slave) { facts[slave] = DeviceFacts{}; }
  [[nodiscard]] RoleAssignment assign(const std::string& name = "bond191554c8") const {
    return assign_roles(name, nullptr, slaves);
  }
};

TEST_F(HnvRoles, AreToldByTheFirmwaresMode) {
  const auto assignment = assign();
  EXPECT_TRUE(assignment.managed);
  EXPECT_THAT(assignment.roles, ElementsAre(Role::virtual_device, Role::sriov));
  EXPECT_THAT(assignment.sources, testing::Each(RoleSource::hcn_mode));
  EXPECT_EQ(assignment.hcn_id, HcnId{0x191554c8});
  EXPECT_EQ(assignment.expected_slaves, 2U);
  EXPECT_EQ(assignment.finding, "");
  EXPECT_EQ(assignment.note, "");
}

TEST_F(HnvRoles, AreToldByThePlaceOfTheNodeWithoutAMode) {
  mark(0, std::nullopt, NodeType::vnic);
  mark(1, std::nullopt, NodeType::pci);
  const auto assignment = assign();
  EXPECT_THAT(assignment.roles, ElementsAre(Role::virtual_device, Role::sriov));
  EXPECT_THAT(assignment.sources, testing::Each(RoleSource::node_type));
}

TEST_F(HnvRoles, AreToldByTheDriverOfASlaveWithoutANode) {
  facts[1].hcn_id.reset();
  facts[1].hcn_mode.reset();
  facts[1].node_type.reset();
  const auto assignment = assign();
  EXPECT_THAT(assignment.roles, ElementsAre(Role::virtual_device, Role::sriov));
  EXPECT_THAT(assignment.sources, ElementsAre(RoleSource::hcn_mode, RoleSource::driver));
}

TEST_F(HnvRoles, AreToldByTheBusOfASlaveWithAnotherDriver) {
  unmark(1);
  facts[1].driver = "bnxt_en";
  facts[1].bus = "pci";
  EXPECT_THAT(assign().sources, ElementsAre(RoleSource::hcn_mode, RoleSource::bus));
  EXPECT_EQ(assign().sriov_index(), 1U);
}

TEST_F(HnvRoles, AreUnknownWhenNothingTells) {
  unmark(1);
  const auto assignment = assign();
  EXPECT_THAT(assignment.roles, testing::Each(Role::unknown));
  EXPECT_EQ(assignment.finding,
            "neither node, driver nor bus of enP16392p1s0 tells whether it is the SR-IOV slave");
}

TEST_F(HnvRoles, AreUnknownWhenTwoArePorts) {
  mark(0, HcnMode::primary, NodeType::pci);
  const auto assignment = assign();
  EXPECT_THAT(assignment.roles, testing::Each(Role::unknown));
  EXPECT_EQ(assignment.finding,
            "2 slaves match SR-IOV port of HNV pair 191554c8: env3, enP16392p1s0");
}

TEST_F(HnvRoles, StayKnownWhileThePortIsAway) {
  slaves.pop_back();
  const auto assignment = assign();
  EXPECT_TRUE(assignment.managed);
  EXPECT_TRUE(assignment.sriov_absent);
  EXPECT_THAT(assignment.roles, ElementsAre(Role::virtual_device));
}

// hcnmgr activates the bond anew: no slave for a moment.
TEST_F(HnvRoles, BondWithoutSlavesIsStillTheSame) {
  slaves.clear();
  const auto assignment = assign();
  EXPECT_TRUE(assignment.managed);
  EXPECT_TRUE(assignment.sriov_absent);
  EXPECT_EQ(assignment.hcn_id, HcnId{0x191554c8});
  EXPECT_FALSE(assign("bond0").managed);
}

TEST_F(HnvRoles, BondOfAnotherNameIsLeftAlone) {
  const auto assignment = assign("bond0");
  EXPECT_FALSE(assignment.managed);
  EXPECT_THAT(assignment.roles, testing::Each(Role::unknown));
  EXPECT_THAT(assignment.finding, testing::HasSubstr("do not rename it"));
}

TEST_F(HnvRoles, BondOfTwoPairsIsLeftAlone) {
  mark(0, HcnMode::backup, NodeType::l_lan, 0x5558a5a3);
  const auto assignment = assign();
  EXPECT_FALSE(assignment.managed);
  EXPECT_EQ(assignment.finding, "slaves of different HNV pairs: 191554c8 and 5558a5a3");
  EXPECT_EQ(assignment.hcn_id, std::nullopt);
}

TEST_F(HnvRoles, ConfigurationOverridesTheFirmware) {
  config.name = "bond0";
  config.sriov = ByDevice{"env3"};
  const auto assignment = assign_roles("bond0", &config, slaves);
  EXPECT_TRUE(assignment.managed);
  EXPECT_THAT(assignment.roles, ElementsAre(Role::sriov, Role::virtual_device));
  EXPECT_THAT(assignment.note, testing::HasSubstr("env3 is taken for the sriov slave"))
      << "and says that they disagree";
}

TEST_F(HnvRoles, IgnoredBondIsLeftAlone) {
  config.ignore = true;
  const auto assignment = assign_roles(config.name, &config, slaves);
  EXPECT_FALSE(assignment.managed);
  EXPECT_EQ(assignment.finding, "the configuration says to ignore this bond");
  EXPECT_EQ(assignment.hcn_id, HcnId{0x191554c8}) << "and is an HNV bond all the same";
}

TEST_F(HnvRoles, ContradictionIsNotedAndBlocksNothing) {
  facts[1].driver = "ibmveth";
  const auto assignment = assign();
  EXPECT_EQ(assignment.sriov_index(), 1U);
  EXPECT_EQ(assignment.note,
            "enP16392p1s0 is taken for the sriov slave, and its driver says otherwise");
}

}  // namespace
