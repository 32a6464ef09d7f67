// SPDX-License-Identifier: Apache-2.0
#include "checks/persisted_primary.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/checks/fixture_tree.hpp"
#include "tests/unit/checks/sample_bond.hpp"

namespace hnv::checks {
namespace {

using test::FixtureTree;
using test::migrated_bond;
using test::sample_bond;
using test::sample_devices;
using testing::HasSubstr;

StoredProfiles keyfile_saying(const std::string& primary) {
  StoredProfile profile;
  profile.file = test::kKeyfile;
  profile.bond = "bond191554c8";
  profile.options_line = 9;
  if (!primary.empty()) profile.primary = StoredOption{primary, 13};
  StoredProfiles stored;
  stored.profiles.push_back(profile);
  return stored;
}

TEST(PersistedPrimary, IsRight) {
  const StoredProfiles stored = keyfile_saying("enP16392p1s0");
  const auto check = check_persisted_primary(stored, sample_bond(), sample_devices());
  EXPECT_EQ(check.state, StoredPrimary::ok);
  EXPECT_EQ(check.profile, &stored.profiles.front());
  EXPECT_EQ(check.finding.id, "D-PRIMARY");
  EXPECT_EQ(check.finding.subject, "bond191554c8");
  EXPECT_EQ(check.finding.severity, Severity::ok);
  EXPECT_EQ(check.finding.seen, std::string(test::kKeyfile) + ":13 says primary=enP16392p1s0");
  EXPECT_EQ(check.finding.why, "");
  EXPECT_EQ(check.finding.fix, "");
}

TEST(PersistedPrimary, IsMissing) {
  const StoredProfiles stored = keyfile_saying("");
  const auto check = check_persisted_primary(stored, sample_bond(), sample_devices());
  EXPECT_EQ(check.state, StoredPrimary::missing);
  EXPECT_EQ(check.finding.severity, Severity::warn);
  EXPECT_EQ(check.finding.seen, std::string(test::kKeyfile) + ":9 has no primary");
  EXPECT_THAT(check.finding.why, HasSubstr("primary not set"));
  EXPECT_EQ(check.finding.fix, "sudo hnvctl persist bond191554c8");
}

TEST(PersistedPrimary, NamesADeviceThatIsGone) {
  std::set<std::string> devices = sample_devices();
  devices.erase("enP16392p1s0");
  const StoredProfiles stored = keyfile_saying("enP16392p1s0");
  const auto check = check_persisted_primary(stored, migrated_bond(), devices);
  EXPECT_EQ(check.state, StoredPrimary::gone_device);
  EXPECT_EQ(check.finding.severity, Severity::warn);
  EXPECT_THAT(check.finding.seen, HasSubstr("primary=enP16392p1s0, a device that does not exist"));
  EXPECT_EQ(check.finding.fix, "sudo hnvctl persist bond191554c8");
}

TEST(PersistedPrimary, NamesTheVirtualDevice) {
  const StoredProfiles stored = keyfile_saying("env3");
  const auto check = check_persisted_primary(stored, sample_bond(), sample_devices());
  EXPECT_EQ(check.state, StoredPrimary::virtual_slave);
  EXPECT_EQ(check.finding.severity, Severity::fail);
  EXPECT_THAT(check.finding.why, HasSubstr("although enP16392p1s0 is there"));
  EXPECT_EQ(check.finding.fix, "sudo hnvctl persist bond191554c8 --replace");
}

TEST(PersistedPrimary, NamesADeviceOfNobody) {
  const StoredProfiles stored = keyfile_saying("env4");
  const auto check = check_persisted_primary(stored, sample_bond(), sample_devices());
  EXPECT_EQ(check.state, StoredPrimary::other_device);
  EXPECT_EQ(check.finding.severity, Severity::warn);
  EXPECT_EQ(check.finding.fix, "sudo hnvctl persist bond191554c8 --replace");
}

TEST(PersistedPrimary, HasNoProfile) {
  StoredProfiles stored = keyfile_saying("x");
  stored.profiles.front().bond = "bond9";
  const auto check = check_persisted_primary(stored, sample_bond(), sample_devices());
  EXPECT_EQ(check.state, StoredPrimary::no_profile);
  EXPECT_EQ(check.profile, nullptr);
  EXPECT_EQ(check.finding.severity, Severity::warn);
  EXPECT_THAT(check.finding.fix, HasSubstr("hcnmgr -s"));
}

TEST(PersistedPrimary, MayStandInAFileThatCannotBeRead) {
  StoredProfiles stored;
  stored.unreadable.push_back(
      {test::kKeyfile, base::Error{base::ErrorCode::permission, "read", test::kKeyfile, "EACCES"}});
  const auto check = check_persisted_primary(stored, sample_bond(), sample_devices());
  EXPECT_EQ(check.state, StoredPrimary::unreadable);
  EXPECT_EQ(check.finding.severity, Severity::info);
  EXPECT_THAT(check.finding.seen, HasSubstr(test::kKeyfile));
  EXPECT_THAT(check.finding.fix, HasSubstr("as root"));
}

TEST(PersistedPrimary, IsJudgedAlthoughAnotherFileCannotBeRead) {
  StoredProfiles stored = keyfile_saying("enP16392p1s0");
  stored.unreadable.push_back({"/x", base::Error{}});
  EXPECT_EQ(check_persisted_primary(stored, sample_bond(), sample_devices()).state,
            StoredPrimary::ok);
}

TEST(PersistedPrimary, IsNotCertainWithTwoProfiles) {
  StoredProfiles stored = keyfile_saying("enP16392p1s0");
  stored.profiles.push_back(stored.profiles.front());
  stored.profiles.back().file = test::kIfcfgRh;
  stored.profiles.back().uuid = "u2";
  const auto check = check_persisted_primary(stored, sample_bond(), sample_devices());
  EXPECT_EQ(check.state, StoredPrimary::several_profiles);
  EXPECT_EQ(check.finding.severity, Severity::warn);
  EXPECT_THAT(check.finding.seen, HasSubstr(test::kKeyfile));
  EXPECT_THAT(check.finding.seen, HasSubstr(test::kIfcfgRh));
  EXPECT_THAT(check.finding.fix, HasSubstr("u2"));
}

TEST(PersistedPrimary, IsNotJudgedWhileTheSriovSlaveIsAwayOrUnknown) {
  const StoredProfiles stored = keyfile_saying("enP16392p1s0");
  BondReport bond = sample_bond();
  bond.slaves.erase(bond.slaves.begin());
  auto check = check_persisted_primary(stored, bond, sample_devices());
  EXPECT_EQ(check.state, StoredPrimary::not_judged);
  EXPECT_EQ(check.finding.severity, Severity::info);
  EXPECT_THAT(check.finding.seen, HasSubstr("is not in the bond now"));
  bond.finding = "2 slaves match";
  check = check_persisted_primary(stored, bond, sample_devices());
  EXPECT_EQ(check.finding.seen, "2 slaves match");
}

}  // namespace
}  // namespace hnv::checks
