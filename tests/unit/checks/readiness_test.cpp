// SPDX-License-Identifier: Apache-2.0
// Whether a partition may migrate: which bonds are asked about, what is in the way, and what is not
// known.
#include "checks/doctor/readiness.hpp"

#include "tests/unit/checks/doctor_case.hpp"

namespace hnv::checks {
namespace {

using test::facts_of;
using test::findings_of;
using test::kind;
using test::Partition;
using test::text_of;
using test::worst_of;

TEST(Readiness, KnowsABondThatMayMigrate) {
  const auto readiness = readiness_of(facts_of(Partition(kind("rhel-9.4"))));
  ASSERT_EQ(readiness.size(), 1U);
  EXPECT_EQ(readiness.front().bond, "bond191554c8");
  EXPECT_EQ(readiness.front().ready(), true)
      << joined(readiness.front().obstacles) << joined(readiness.front().untold);
}

TEST(Readiness, IsHeldUpByADeadPathOfTheBackup) {
  const Partition partition(kind("rhel-9.4"));
  Facts facts = facts_of(partition);
  facts.paths.emplace();
  EXPECT_NE(text_of(findings_of("D-LPMREADY", facts)).find("not tested: the path"),
            std::string::npos)
      << "nobody probes it";
  for (const auto verdict : {PathVerdict::virtual_dead, PathVerdict::both_dead}) {
    (*facts.paths)["bond191554c8"].health.verdict = verdict;
    const auto readiness = readiness_of(facts);
    ASSERT_EQ(readiness.size(), 1U);
    ASSERT_EQ(readiness.front().obstacles.size(), 1U);
    EXPECT_EQ(readiness.front().obstacles.front().kind, ObstacleKind::path_dead);
  }
  for (const auto verdict : {PathVerdict::not_judged, PathVerdict::target_dead}) {
    (*facts.paths)["bond191554c8"].health.verdict = verdict;
    EXPECT_EQ(readiness_of(facts).front().ready(), true);
    EXPECT_STREQ(untested(readiness_of(facts)), kUntested);
  }
  (*facts.paths)["bond191554c8"].health.verdict = PathVerdict::healthy;
  EXPECT_EQ(readiness_of(facts).front().ready(), true);
  EXPECT_STREQ(untested(readiness_of(facts)), kUntestedBesidePath);
}

TEST(Readiness, MissesTheBondOfAPair) {
  const Partition partition(kind("rhel-9.4"));
  partition.write_node("vdevice/l-lan@30000009", 0xbeef, "backup");
  const auto readiness = readiness_of(facts_of(partition));
  ASSERT_EQ(readiness.size(), 2U);
  EXPECT_EQ(readiness.back().bond, "bond0000beef");
  EXPECT_EQ(joined(readiness.back().obstacles), "the bond does not exist");
  EXPECT_EQ(readiness.back().ready(), false);
}

TEST(Readiness, MissesTheBondWhereThereIsNoneAtAll) {
  const Partition partition(kind("rhel-9.4"));
  partition.remove(Partition::kBond);
  const Facts facts = facts_of(partition);
  ASSERT_EQ(readiness_of(facts).size(), 1U);
  EXPECT_EQ(worst_of(findings_of("D-LPMREADY", facts)), Severity::warn);
  for (const char* id : {"D-NAME", "D-OPTS", "D-PRIMARY", "D-IP", "D-MAC"}) {
    const std::string text = text_of(findings_of(id, facts));
    EXPECT_NE(text.find("there is no HNV bond"), std::string::npos) << id << ": " << text;
  }
}

TEST(Readiness, IsHeldUpByAPortThatCannotMove) {
  const Partition partition(kind("rhel-9.4"));
  partition.write(Partition::kTree + "pci@800000020004009/ethernet@0/reg", "");
  const auto readiness = readiness_of(facts_of(partition));
  ASSERT_EQ(readiness.size(), 1U);
  EXPECT_EQ(readiness.front().ready(), false);
  EXPECT_NE(joined(readiness.front().obstacles).find("without ibm,hcn-id"), std::string::npos);
}

TEST(Readiness, OfThePartitionIsHeldUpByAPortWhereThereIsNoPair) {
  const Partition partition(kind("rhel-9.4"));
  partition.remove("/proc/net/bonding");
  partition.remove(Partition::kTree + partition.virtual_node());
  partition.remove(Partition::kTree + Partition::kPortNode + "/ibm,hcn-id");
  const auto readiness = readiness_of(facts_of(partition));
  ASSERT_EQ(readiness.size(), 1U);
  EXPECT_EQ(readiness.front().bond, kPartition);
  EXPECT_EQ(readiness.front().ready(), false);
}

TEST(Readiness, IsNotKnownWithoutTheDeviceTree) {
  for (const bool has_bond : {true, false}) {
    const Partition partition(kind("rhel-9.4"));
    partition.remove("/sys/firmware/devicetree/base");
    if (!has_bond) partition.remove(Partition::kBond);
    const auto readiness = readiness_of(facts_of(partition));
    ASSERT_EQ(readiness.size(), 1U) << has_bond;
    EXPECT_NE(readiness.front().ready(), true);
    EXPECT_EQ(readiness.front().untold.size(), 1U)
        << "told more than once: " << joined(readiness.front().untold);
  }
}

TEST(Readiness, IsNotKnownWhenSomethingIsUntold) {
  const Partition partition(kind("rhel-9.4"));
  partition.remove("/proc/1");
  partition.remove("/proc/700");
  const auto readiness = readiness_of(facts_of(partition));
  ASSERT_EQ(readiness.size(), 1U);
  EXPECT_EQ(readiness.front().ready(), std::nullopt) << joined(readiness.front().obstacles);
}

TEST(Readiness, IsNoQuestionElsewhere) {
  const test::FixtureTree tree;
  tree.write("/proc/cpuinfo", "model name\t: some x86\n");
  EXPECT_TRUE(
      readiness_of(read_facts(Tree(tree.root()), [](auto read) { return read(); })).empty());
}

}  // namespace
}  // namespace hnv::checks
