// SPDX-License-Identifier: Apache-2.0
#include "checks/stored_profile.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/checks/fixture_tree.hpp"

namespace hnv::checks {
namespace {

using test::FixtureTree;

constexpr const char* kBond = "bond191554c8";

StoredProfile only_profile(const FixtureTree& tree) {
  const StoredProfiles stored = read_stored_profiles(tree.root());
  EXPECT_EQ(stored.profiles.size(), 1U);
  EXPECT_TRUE(stored.unreadable.empty());
  return stored.profiles.empty() ? StoredProfile{} : stored.profiles.front();
}

std::string keyfile(const std::string& uuid, const std::string& primary) {
  return "[connection]\nid=x\nuuid=" + uuid + "\ntype=bond\ninterface-name=bond191554c8\n" +
         "[bond]\nmode=active-backup\nprimary=" + primary + "\n";
}

TEST(StoredProfile, IsFoundInAKeyfileOfNetworkManager) {
  const StoredProfile profile = only_profile(FixtureTree("rhel9"));
  EXPECT_EQ(profile.format, ProfileFormat::keyfile);
  EXPECT_EQ(profile.file, test::kKeyfile) << "without the root";
  EXPECT_EQ(profile.bond, kBond);
  EXPECT_EQ(profile.uuid, "0d6c3a3e-6d0f-4a43-8f0a-3d9a5c3e7b11");
  EXPECT_EQ(profile.mode->value, "active-backup");
  ASSERT_TRUE(profile.primary);
  EXPECT_EQ(profile.primary->value, "enP16392p1s0");
  EXPECT_EQ(profile.primary->line, 12U);
}

TEST(StoredProfile, OfAnOlderHcnmgrHasNoPrimary) {
  const StoredProfile profile = only_profile(FixtureTree("rhel9-hcnmgr-1.3.10"));
  EXPECT_EQ(profile.bond, kBond);
  EXPECT_FALSE(profile.primary);
  EXPECT_EQ(profile.options_line, 8U);
}

TEST(StoredProfile, IsFoundInAnIfcfgFileOfNetworkManager) {
  const StoredProfile profile = only_profile(FixtureTree("rhel8"));
  EXPECT_EQ(profile.format, ProfileFormat::ifcfg_rh);
  EXPECT_EQ(profile.file, test::kIfcfgRh);
  EXPECT_EQ(profile.bond, kBond);
  EXPECT_EQ(profile.mode->value, "active-backup");
  EXPECT_FALSE(profile.primary);
  EXPECT_EQ(profile.options_line, 1U);
}

TEST(StoredProfile, IsFoundInAFileOfWicked) {
  const StoredProfile profile = only_profile(FixtureTree("sles15"));
  EXPECT_EQ(profile.format, ProfileFormat::wicked);
  EXPECT_EQ(profile.bond, kBond);
  EXPECT_EQ(profile.primary->value, "enP16392p1s0");
  EXPECT_EQ(profile.primary->line, 4U);
}

TEST(StoredProfile, ALaterOptionOverridesAnEarlierOne) {
  const auto profile =
      parse_profile(ProfileFormat::wicked, "ifcfg-bond0",
                    "BONDING_MASTER=yes\nBONDING_MODULE_OPTS='primary=a mode=1 primary=b'\n");
  EXPECT_EQ(profile->primary->value, "b");
  EXPECT_FALSE(parse_profile(ProfileFormat::wicked, "ifcfg-bond0",
                             "BONDING_MASTER=yes\nBONDING_MODULE_OPTS='primary=a primary='\n")
                   ->primary);
}

TEST(StoredProfile, OfTheFolderWithPrecedenceCounts) {
  FixtureTree tree;
  tree.write("/usr/lib/NetworkManager/system-connections/b.nmconnection", keyfile("u1", "lib"));
  EXPECT_EQ(only_profile(tree).primary->value, "lib");
  tree.write("/etc/NetworkManager/system-connections/other-name", keyfile("u1", "etc"));
  EXPECT_EQ(only_profile(tree).primary->value, "etc");
  tree.write("/run/NetworkManager/system-connections/b.nmconnection", keyfile("u1", "run"));
  EXPECT_EQ(only_profile(tree).primary->value, "run");
  tree.write("/usr/lib/NetworkManager/system-connections/c.nmconnection", keyfile("u2", "c"));
  EXPECT_EQ(read_stored_profiles(tree.root()).of(kBond).size(), 2U) << "another UUID";
}

TEST(StoredProfile, ThatNetworkManagerForgotDoesNotCount) {
  FixtureTree tree;
  tree.write("/usr/lib/NetworkManager/system-connections/b.nmconnection", keyfile("u1", "lib"));
  tree.write("/etc/NetworkManager/system-connections/x", "");
  std::filesystem::create_symlink("/dev/null",
                                  tree.place("/etc/NetworkManager/system-connections/u1.nmmeta"));
  EXPECT_TRUE(read_stored_profiles(tree.root()).profiles.empty());
}

TEST(StoredProfile, ThatNobodyStoredDoesNotCount) {
  FixtureTree tree;
  tree.write("/run/NetworkManager/system-connections/b.nmconnection",
             keyfile("u1", "x") + "[.nmmeta]\nnm-generated=true\nvolatile=true\nexternal=true\n");
  for (const char* name : {".b.nmconnection", "b~", "b.rpmsave", "b.nmconnection.bak"}) {
    tree.write(std::string("/etc/NetworkManager/system-connections/") + name, keyfile("u2", "x"));
  }
  tree.write("/etc/sysconfig/network/ifcfg-bond0.rpmnew", "BONDING_MASTER=yes\n");
  tree.write("/etc/sysconfig/network/ifroute-bond0", "BONDING_MASTER=yes\n");
  EXPECT_TRUE(read_stored_profiles(tree.root()).profiles.empty());
}

TEST(StoredProfile, NothingIsStoredInAnEmptyTree) {
  const StoredProfiles stored = read_stored_profiles(FixtureTree().root());
  EXPECT_TRUE(stored.profiles.empty());
  EXPECT_TRUE(stored.unreadable.empty());
}

TEST(StoredProfile, SurvivesWhatIsNoProfile) {
  FixtureTree tree("rhel9");
  const std::string folder = "/etc/NetworkManager/system-connections/";
  tree.write(folder + "binary", std::string("\0\x01\xff[\n]=\n[bond]\0", 15));
  std::filesystem::create_directories(tree.place(folder + "a-folder"));
  ASSERT_EQ(::mkfifo(tree.place(folder + "a-pipe").c_str(), 0600), 0);
  std::filesystem::create_symlink("nowhere", tree.place(folder + "a-dead-link"));
  EXPECT_EQ(only_profile(tree).bond, kBond);
  tree.write(folder + "huge", std::string(kProfileSizeLimit + 1, 'x'));
  const StoredProfiles stored = read_stored_profiles(tree.root());
  EXPECT_EQ(stored.profiles.size(), 1U);
  ASSERT_EQ(stored.unreadable.size(), 1U);
  EXPECT_EQ(stored.unreadable.front().file, folder + "huge");
  EXPECT_EQ(stored.unreadable.front().error.code, base::ErrorCode::too_large);
}

// As root permissions do not matter, so that this looks as somebody else.
TEST(StoredProfile, TellsWhatItMayNotRead) {
  FixtureTree tree("rhel9");
  ASSERT_EQ(::chmod(tree.root().c_str(), 0755), 0);
  ASSERT_EQ(::chmod(tree.place(test::kKeyfile).c_str(), 0600), 0);
  constexpr uid_t kNobody = 65534;
  if (::geteuid() == 0) {
    ASSERT_EQ(::seteuid(kNobody), 0);
  } else {
    ASSERT_EQ(::chmod(tree.place(test::kKeyfile).c_str(), 0), 0);
  }
  const StoredProfiles stored = read_stored_profiles(tree.root());
  if (::getuid() == 0) {
    ASSERT_EQ(::seteuid(0), 0);
  }
  EXPECT_TRUE(stored.profiles.empty());
  ASSERT_EQ(stored.unreadable.size(), 1U);
  EXPECT_EQ(stored.unreadable.front().file, test::kKeyfile);
  EXPECT_EQ(stored.unreadable.front().error.code, base::ErrorCode::permission);
}

TEST(StoredProfile, OfTheOtherServiceCanBeLeftOut) {
  FixtureTree tree("sles15");
  std::filesystem::copy(std::string(HNV_SOURCE_DIR) + "/tests/unit/checks/trees/rhel9", tree.root(),
                        std::filesystem::copy_options::recursive);
  StoredProfiles stored = read_stored_profiles(tree.root());
  EXPECT_EQ(stored.of(kBond).size(), 2U);
  keep_only(stored, NetworkService::wicked);
  ASSERT_EQ(stored.of(kBond).size(), 1U);
  EXPECT_EQ(stored.of(kBond).front()->format, ProfileFormat::wicked);
}

}  // namespace
}  // namespace hnv::checks
