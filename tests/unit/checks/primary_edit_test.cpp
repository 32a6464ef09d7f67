// SPDX-License-Identifier: Apache-2.0
#include "checks/primary_edit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/checks/fixture_tree.hpp"

namespace hnv::checks {
namespace {

using test::FixtureTree;
using testing::HasSubstr;

constexpr const char* kHead = "[connection]\ntype=bond\ninterface-name=bond0\n";

std::string edited(ProfileFormat format, const std::string& text) {
  const auto result = with_primary(format, "ifcfg-bond0", text, "new0");
  return result ? *result : result.error().to_string();
}

std::string edited_keyfile(const std::string& bond_group) {
  const std::string result = edited(ProfileFormat::keyfile, kHead + bond_group);
  return result.rfind(kHead, 0) == 0 ? result.substr(std::string(kHead).size()) : result;
}

std::string edited_wicked(const std::string& options) {
  return edited(ProfileFormat::wicked, "BONDING_MASTER=yes\nBONDING_MODULE_OPTS=" + options);
}
std::string wicked(const std::string& options) {
  return "BONDING_MASTER=yes\nBONDING_MODULE_OPTS=" + options;
}

// `from` once in `text` becomes `to`.
std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos);
  return text.replace(at, from.size(), to);
}

std::string edited_fixture(ProfileFormat format, const FixtureTree& tree, const char* file) {
  const auto result = with_primary(format, file, tree.read(file), "enP32775p1s0");
  return result ? *result : result.error().to_string();
}

TEST(PrimaryEdit, ChangesNothingElseOfARealProfile) {
  const FixtureTree rhel9("rhel9");
  EXPECT_EQ(edited_fixture(ProfileFormat::keyfile, rhel9, test::kKeyfile),
            replaced(rhel9.read(test::kKeyfile), "enP16392p1s0", "enP32775p1s0"));
  const FixtureTree older("rhel9-hcnmgr-1.3.10");
  EXPECT_EQ(edited_fixture(ProfileFormat::keyfile, older, test::kKeyfile),
            replaced(older.read(test::kKeyfile), "mode=active-backup\n",
                     "mode=active-backup\nprimary=enP32775p1s0\n"));
  const FixtureTree rhel8("rhel8");
  EXPECT_EQ(
      edited_fixture(ProfileFormat::ifcfg_rh, rhel8, test::kIfcfgRh),
      replaced(rhel8.read(test::kIfcfgRh), "miimon=100\"", "miimon=100 primary=enP32775p1s0\""));
  const FixtureTree sles15("sles15");
  EXPECT_EQ(edited_fixture(ProfileFormat::wicked, sles15, test::kWicked),
            replaced(sles15.read(test::kWicked), "primary=enP16392p1s0", "primary=enP32775p1s0"));
}

TEST(PrimaryEdit, FindsItsPlaceInAKeyfile) {
  EXPECT_EQ(edited_keyfile("[bond]\nmode=1\n\n# note\n[ipv4]\nx=y\n"),
            "[bond]\nmode=1\nprimary=new0\n\n# note\n[ipv4]\nx=y\n");
  EXPECT_EQ(edited_keyfile("[bond]\nmode=1"), "[bond]\nmode=1\nprimary=new0") << "no last newline";
  EXPECT_EQ(edited_keyfile("[bond]\r\nmode=1\r\n"), "[bond]\r\nmode=1\r\nprimary=new0\r\n");
  EXPECT_EQ(edited_keyfile("[bond]\nprimary = old \nmode=1\n"),
            "[bond]\nprimary = new0 \nmode=1\n");
  EXPECT_EQ(edited_keyfile("[bond]\nprimary=\r\nmode=1\n"), "[bond]\nprimary=new0\r\nmode=1\n");
  EXPECT_EQ(edited_keyfile("[bond]\nprimary=a\nmode=1\nprimary=b\n"),
            "[bond]\nprimary=a\nmode=1\nprimary=new0\n")
      << "the one that counts";
  EXPECT_EQ(edited_keyfile("[bond]\nmode=1\n[ipv4]\nprimary=x\n"),
            "[bond]\nmode=1\nprimary=new0\n[ipv4]\nprimary=x\n")
      << "another group's is not the bond's";
}

TEST(PrimaryEdit, FindsItsPlaceInAShellsValue) {
  EXPECT_EQ(edited_wicked("'mode=1 miimon=100'\n"), wicked("'mode=1 miimon=100 primary=new0'\n"));
  EXPECT_EQ(edited_wicked("\"mode=1 \"\n"), wicked("\"mode=1 primary=new0 \"\n"));
  EXPECT_EQ(edited_wicked("mode=1 # note\n"), wicked("\"mode=1 primary=new0\" # note\n"));
  EXPECT_EQ(edited_wicked("'primary=old mode=1' # primary=old\n"),
            wicked("'primary=new0 mode=1' # primary=old\n"));
  EXPECT_EQ(edited_wicked("\"mode=1 \\\n  primary=old\"\nX=1\n"),
            wicked("\"mode=1 \\\n  primary=new0\"\nX=1\n"));
  EXPECT_EQ(edited_wicked("'mode=1 primary='\n"), wicked("'mode=1 primary=new0'\n"));
  EXPECT_EQ(edited_wicked("'mode=1 xprimary=a'\n"), wicked("'mode=1 xprimary=a primary=new0'\n"));
}

TEST(PrimaryEdit, RefusesWhatItDoesNotUnderstand) {
  EXPECT_THAT(edited_wicked("\"mode=1 $MORE\"\n"), HasSubstr("ifcfg-bond0:2: BONDING_MODULE_OPTS"));
  EXPECT_THAT(edited_wicked("'mode=1\n"), HasSubstr("only a shell knows"));
  EXPECT_THAT(edited_wicked("'mode=1 '\"miimon=100\"\n"), HasSubstr("quoted in parts"));
  EXPECT_THAT(edited_wicked("'mode=1 pri'\"mary=old\"\n"), HasSubstr("quoted in parts"));
  EXPECT_THAT(edited_keyfile("[bond]\nmode=1\nrubbish\n"),
              HasSubstr("ifcfg-bond0:6: is no entry of a keyfile"));
}

TEST(PrimaryEdit, RefusesABondThatHasNoPrimary) {
  EXPECT_THAT(edited_keyfile("[bond]\nmode=balance-rr\n"), HasSubstr("is not active-backup"));
  EXPECT_THAT(edited_keyfile("[ipv4]\n"), HasSubstr("is not active-backup"));
  EXPECT_THAT(edited_wicked("'miimon=100'\n"), HasSubstr("is not active-backup"));
  EXPECT_THAT(edited(ProfileFormat::keyfile, "[connection]\ntype=ethernet\n"),
              HasSubstr("not the profile of a bond"));
}

TEST(PrimaryEdit, RefusesANameThatNeedsQuoting) {
  for (const char* name : {"", "a b", "a'", "a\n", "$a", "a;"}) {
    EXPECT_FALSE(
        with_primary(ProfileFormat::keyfile, "f", std::string(kHead) + "[bond]\nmode=1\n", name))
        << name;
  }
}

}  // namespace
}  // namespace hnv::checks
