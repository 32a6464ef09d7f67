// SPDX-License-Identifier: Apache-2.0
#include "ctl/persister.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ctl/file_store.hpp"
#include "tests/unit/checks/fixture_tree.hpp"
#include "tests/unit/checks/sample_bond.hpp"

namespace hnv::ctl {
namespace {

using checks::StoredPrimary;
using checks::test::FixtureTree;
using checks::test::kKeyfile;
using checks::test::migrated_bond;
using checks::test::sample_bond;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::set<std::string>& devices() {
  static const std::set<std::string> names{"bond191554c8", "enP32775p1s0", "enP16392p1s0", "env3"};
  return names;
}

PersistResult persist(const FixtureTree& tree, const BondReport& bond,
                      const PersistOrder& order = {},
                      const std::set<std::string>& present = devices()) {
  FileStore store(tree.root(), std::nullopt);
  return persist_primary(bond, present, store, order, [] { return std::nullopt; });
}

TEST(Persister, StoresWhatIsMissing) {
  const FixtureTree tree("rhel9-hcnmgr-1.3.10");
  const PersistResult result = persist(tree, sample_bond());
  EXPECT_EQ(result.outcome, PersistOutcome::written) << result.reason;
  EXPECT_EQ(result.state, StoredPrimary::missing);
  EXPECT_EQ(result.sriov_device, "enP16392p1s0");
  EXPECT_EQ(result.kernel_primary, "enP16392p1s0");
  EXPECT_THAT(result.change,
              ElementsAre("--- " + std::string(kKeyfile), "+++ " + std::string(kKeyfile),
                          "@@ -10,4 +10,5 @@", " miimon=100", " mode=active-backup",
                          "+primary=enP16392p1s0", " ", " [ipv4]"));
  EXPECT_EQ(persist(tree, sample_bond()).outcome, PersistOutcome::unchanged);
}

TEST(Persister, ReplacesANameFromBeforeAMigration) {
  std::set<std::string> present = devices();
  present.erase("enP16392p1s0");
  const FixtureTree tree("sles15");
  const PersistResult result = persist(tree, migrated_bond(), {}, present);
  EXPECT_EQ(result.outcome, PersistOutcome::written) << result.reason;
  EXPECT_EQ(result.state, StoredPrimary::gone_device);
  EXPECT_THAT(tree.read(checks::test::kWicked), HasSubstr("primary=enP32775p1s0'"));
}

TEST(Persister, ReplacesWhatMayBeMeantOnlyWhenAsked) {
  const FixtureTree tree("rhel9");
  const std::string before = tree.read(kKeyfile);
  const PersistResult left = persist(tree, migrated_bond());
  EXPECT_EQ(left.outcome, PersistOutcome::not_written);
  EXPECT_EQ(left.state, StoredPrimary::other_device);
  EXPECT_THAT(left.reason, HasSubstr("--replace"));
  EXPECT_EQ(tree.read(kKeyfile), before);
  EXPECT_EQ(persist(tree, migrated_bond(), {false, true}).outcome, PersistOutcome::written);
  EXPECT_THAT(tree.read(kKeyfile), HasSubstr("primary=enP32775p1s0"));
}

TEST(Persister, WritesNothingInADryRun) {
  const FixtureTree tree("rhel9-hcnmgr-1.3.10");
  const std::string before = tree.read(kKeyfile);
  const PersistResult result = persist(tree, sample_bond(), {true, false});
  EXPECT_EQ(result.outcome, PersistOutcome::would_write);
  EXPECT_THAT(result.change, testing::Contains("+primary=enP16392p1s0"));
  EXPECT_EQ(tree.read(kKeyfile), before);
}

TEST(Persister, WritesNothingWhileSomebodyIsAtWork) {
  const FixtureTree tree("rhel9-hcnmgr-1.3.10");
  const std::string before = tree.read(kKeyfile);
  FileStore store(tree.root(), std::nullopt);
  const PersistResult result = persist_primary(sample_bond(), devices(), store, {},
                                               [] { return std::optional("hcnmgr is at work"); });
  EXPECT_EQ(result.outcome, PersistOutcome::not_written);
  EXPECT_EQ(result.reason, "hcnmgr is at work");
  EXPECT_EQ(tree.read(kKeyfile), before);
}

TEST(Persister, SaysWhyItCannot) {
  const FixtureTree unclear;
  unclear.write(checks::test::kWicked,
                "BONDING_MASTER=yes\nBONDING_MODULE_OPTS=\"mode=1 $MORE\"\n");
  for (const bool dry_run : {true, false}) {
    const PersistResult result = persist(unclear, sample_bond(), {dry_run, false});
    EXPECT_EQ(result.outcome, PersistOutcome::not_written);
    EXPECT_THAT(result.reason, HasSubstr("only a shell knows"));
  }
  EXPECT_EQ(persist(FixtureTree(), sample_bond()).state, StoredPrimary::no_profile);
  BondReport away = sample_bond();
  away.slaves.erase(away.slaves.begin());
  const PersistResult result = persist(FixtureTree("rhel9"), away);
  EXPECT_EQ(result.outcome, PersistOutcome::not_written);
  EXPECT_EQ(result.state, StoredPrimary::not_judged);
}

TEST(ExcerptOfChange, ShowsOnePlaceWithTwoLinesAround) {
  EXPECT_THAT(
      excerpt_of_change("f", "1\n2\n3\nold\n4\n5\n6\n", "1\n2\n3\nnew\n4\n5\n6\n"),
      ElementsAre("--- f", "+++ f", "@@ -2,5 +2,5 @@", " 2", " 3", "-old", "+new", " 4", " 5"));
  EXPECT_THAT(excerpt_of_change("f", "old", "new"),
              ElementsAre("--- f", "+++ f", "@@ -1,1 +1,1 @@", "-old", "+new"));
  EXPECT_THAT(excerpt_of_change("f", "1\n1\n", "1\n1\n1\n"),
              ElementsAre("--- f", "+++ f", "@@ -1,2 +1,3 @@", " 1", " 1", "+1"));
  EXPECT_THAT(excerpt_of_change("f", "same", "same"), IsEmpty());
}

}  // namespace
}  // namespace hnv::ctl
