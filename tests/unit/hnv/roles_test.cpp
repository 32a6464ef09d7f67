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

TEST_F(Roles, AreUnknownForABondThatNobodyNames) {
  const auto assignment = assign_roles("bond191554c8", nullptr, slaves);
  EXPECT_THAT(assignment.roles, testing::Each(Role::unknown));
  EXPECT_FALSE(assignment.sriov_absent);
  EXPECT_FALSE(assignment.managed);
  EXPECT_EQ(assignment.finding,
            "the configuration does not name this bond, and none of its slaves carries an hcn-id");
}

TEST_F(Roles, TellTheirSource) {
  config.sriov = ByDriver{"mlx5_core"};
  const auto assignment = assign_roles(config.name, &config, slaves);
  EXPECT_TRUE(assignment.managed);
  EXPECT_EQ(assignment.expected_slaves, 2U);
  EXPECT_THAT(assignment.sources, testing::Each(RoleSource::configuration));
}

// --- HNV pairs -------------------------------------------------------------------------------

struct HnvRoles : Roles {
  static constexpr HcnId kId{0x191554c8};

  void SetUp() override {
    Roles::SetUp();
    mark(0, HcnMode::backup, NodeType::l_lan);
    mark(1, HcnMode::primary, NodeType::pci);
  }
  void mark(std::size_t slave, std::optional<HcnMode> mode, std::optional<NodeType> type) {
    facts[slave].hcn_id = kId;
    facts[slave].hcn_mode = mode;
    facts[slave].node_type = type;
  }
  [[nodiscard]] RoleAssignment assign(const std::string& name = "bond191554c8") const {
    return assign_roles(name, nullptr, slaves);
  }
};

TEST_F(HnvRoles, NeedNoConfiguration) {
  const auto assignment = assign();
  EXPECT_TRUE(assignment.managed);
  EXPECT_EQ(assignment.hcn_id, kId);
  EXPECT_EQ(assignment.expected_slaves, 2U);
  EXPECT_THAT(assignment.roles, ElementsAre(Role::virtual_device, Role::sriov));
  EXPECT_THAT(assignment.sources, testing::Each(RoleSource::hcn_mode));
  EXPECT_EQ(assignment.finding, "");
  EXPECT_EQ(assignment.note, "");
}

TEST_F(HnvRoles, ComeFromTheFirstSourceThatTells) {
  facts[1].hcn_mode.reset();
  EXPECT_THAT(assign().sources, ElementsAre(RoleSource::hcn_mode, RoleSource::node_type));
  facts[1].node_type.reset();
  EXPECT_THAT(assign().sources, ElementsAre(RoleSource::hcn_mode, RoleSource::driver));
  facts[1].driver = "i40evf";
  EXPECT_THAT(assign().sources, ElementsAre(RoleSource::hcn_mode, RoleSource::bus));
  facts[1].bus_from_message = true;
  EXPECT_THAT(assign().sources, ElementsAre(RoleSource::hcn_mode, RoleSource::parent_bus));
  EXPECT_THAT(assign().roles, ElementsAre(Role::virtual_device, Role::sriov));
}

// A device may be enslaved before its node names the pair.
TEST_F(HnvRoles, AreKnownWhileOneNodeIsIncomplete) {
  facts[1].hcn_id.reset();
  EXPECT_TRUE(assign().managed);
  EXPECT_THAT(assign().roles, ElementsAre(Role::virtual_device, Role::sriov));
  EXPECT_THAT(assign().sources, ElementsAre(RoleSource::hcn_mode, RoleSource::driver));
}

TEST_F(HnvRoles, StayKnownWhileTheSriovSlaveIsAway) {
  slaves.pop_back();
  const auto assignment = assign();
  EXPECT_TRUE(assignment.managed);
  EXPECT_TRUE(assignment.sriov_absent);
  EXPECT_THAT(assignment.roles, ElementsAre(Role::virtual_device));
  EXPECT_EQ(assignment.finding, "");
}

TEST_F(HnvRoles, AreUnknownWithTwoPorts) {
  facts[0].hcn_mode = HcnMode::primary;
  const auto assignment = assign();
  EXPECT_TRUE(assignment.managed);
  EXPECT_THAT(assignment.roles, testing::Each(Role::unknown));
  EXPECT_EQ(assignment.finding, "2 slaves are SR-IOV ports: env3, enP16392p1s0");
}

TEST_F(HnvRoles, AreUnknownWithoutAPortInACompleteBond) {
  facts[1].hcn_mode = HcnMode::backup;
  const auto assignment = assign();
  EXPECT_THAT(assignment.roles, testing::Each(Role::unknown));
  EXPECT_FALSE(assignment.sriov_absent);
  EXPECT_EQ(assignment.finding, "none of env3, enP16392p1s0 is an SR-IOV port");
}

// The only slave may be the port itself: it is not called absent.
TEST_F(HnvRoles, AreUnknownWhenNothingTellsOfTheOnlySlave) {
  slaves.pop_back();
  mark(0, std::nullopt, std::nullopt);
  facts[0].driver = "other";
  facts[0].bus = "other";
  EXPECT_FALSE(assign().sriov_absent);
  EXPECT_THAT(assign().roles, ElementsAre(Role::unknown));
  EXPECT_NE(assign().finding, "");
}

TEST_F(HnvRoles, NeedTheNameThatHcnmgrGives) {
  const auto assignment = assign("bond0");
  EXPECT_FALSE(assignment.managed);
  EXPECT_THAT(assignment.roles, testing::Each(Role::unknown));
  EXPECT_EQ(assignment.hcn_id, kId);
  EXPECT_EQ(assignment.finding,
            "env3, enP16392p1s0 carry hcn-id 191554c8, whose bond is bond191554c8: do not rename "
            "HNV bonds, or name this one in the configuration");
}

TEST_F(HnvRoles, NeedOneId) {
  facts[0].hcn_id = HcnId{0x333e80f5};
  const auto assignment = assign();
  EXPECT_FALSE(assignment.managed);
  EXPECT_FALSE(assignment.hcn_id.has_value());
  EXPECT_EQ(assignment.finding,
            "its slaves carry different hcn-ids: 191554c8 (enP16392p1s0), 333e80f5 (env3)");
}

TEST_F(HnvRoles, GiveWayToTheConfiguration) {
  config.name = "bond0";
  config.sriov = ByDevice{"env3"};
  const auto assignment = assign_roles("bond0", &config, slaves);
  EXPECT_TRUE(assignment.managed);
  EXPECT_THAT(assignment.roles, ElementsAre(Role::sriov, Role::virtual_device));
  EXPECT_THAT(assignment.sources, testing::Each(RoleSource::configuration));
  EXPECT_EQ(assignment.note,
            "env3 is sriov, and hcn_mode says virtual; env3 is sriov, and node_type says virtual; "
            "env3 is sriov, and driver says virtual; enP16392p1s0 is virtual, and hcn_mode says "
            "sriov; enP16392p1s0 is virtual, and node_type says sriov; enP16392p1s0 is virtual, "
            "and driver says sriov");
}

TEST_F(HnvRoles, AreUnknownInABondToIgnore) {
  config.sriov.reset();
  config.ignore = true;
  const auto assignment = assign_roles(config.name, &config, slaves);
  EXPECT_FALSE(assignment.managed);
  EXPECT_THAT(assignment.roles, testing::Each(Role::unknown));
  EXPECT_EQ(assignment.finding, "the configuration says to ignore this bond");
}

TEST_F(HnvRoles, NoteWhereFirmwareAndDriverDisagree) {
  facts[1].driver = "ibmvnic";
  const auto assignment = assign();
  EXPECT_EQ(assignment.sriov_index(), 1U) << "the firmware comes first";
  EXPECT_EQ(assignment.note, "enP16392p1s0 is sriov, and driver says virtual");
}

// hcnmgr activates the bond anew: no slave for a moment.
TEST(HnvRolesOfABond, WithoutSlavesStayKnownByItsName) {
  const auto assignment = assign_roles("bond191554c8", nullptr, {});
  EXPECT_TRUE(assignment.managed);
  EXPECT_TRUE(assignment.sriov_absent);
  EXPECT_EQ(assignment.hcn_id, HcnId{0x191554c8});
  EXPECT_FALSE(assign_roles("bond0", nullptr, {}).managed);
}

}  // namespace
