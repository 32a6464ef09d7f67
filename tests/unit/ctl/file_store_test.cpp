// SPDX-License-Identifier: Apache-2.0
#include "ctl/file_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "tests/unit/checks/fixture_tree.hpp"

namespace hnv::ctl {
namespace {

using checks::test::FixtureTree;
using testing::HasSubstr;
namespace fs = std::filesystem;

std::string set_primary(const FixtureTree& tree, const std::string& device) {
  FileStore store(tree.root(), std::nullopt);
  const auto stored = store.profiles();
  EXPECT_EQ(stored->profiles.size(), 1U);
  const auto done = store.set_primary(stored->profiles.front(), device);
  return done ? "" : done.error().to_string();
}

std::size_t files_in(const fs::path& folder) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

TEST(FileStore, StoresThePrimaryInEveryFormat) {
  struct Row {
    const char* tree;
    const char* file;
    const char* expected;
  };
  for (const Row& row :
       {Row{"rhel9", checks::test::kKeyfile, "\nprimary=enP32775p1s0\n"},
        Row{"rhel9-hcnmgr-1.3.10", checks::test::kKeyfile, "\nprimary=enP32775p1s0\n"},
        Row{"rhel8", checks::test::kIfcfgRh, "miimon=100 primary=enP32775p1s0\"\n"},
        Row{"sles15", checks::test::kWicked, "fail_over_mac=2 primary=enP32775p1s0'\n"}}) {
    const FixtureTree tree(row.tree);
    const auto before = files_in(tree.place(row.file).parent_path());
    EXPECT_EQ(set_primary(tree, "enP32775p1s0"), "") << row.tree;
    EXPECT_THAT(tree.read(row.file), HasSubstr(row.expected));
    EXPECT_EQ(files_in(tree.place(row.file).parent_path()), before) << "something is left behind";
  }
}

TEST(FileStore, KeepsModeOwnerAndExtendedAttributes) {
  const FixtureTree tree("rhel9");
  const std::string place = tree.place(checks::test::kKeyfile);
  constexpr uid_t kSomebody = 12345;
  ASSERT_EQ(::chmod(place.c_str(), 0640), 0);
  if (::geteuid() == 0) {
    ASSERT_EQ(::chown(place.c_str(), kSomebody, kSomebody), 0);
  }
  ASSERT_EQ(::setxattr(place.c_str(), "user.note", "kept", 4, 0), 0) << errno;
  struct stat before {};
  struct stat after {};
  ASSERT_EQ(::stat(place.c_str(), &before), 0);
  ASSERT_EQ(set_primary(tree, "new0"), "");
  ASSERT_EQ(::stat(place.c_str(), &after), 0);
  EXPECT_NE(after.st_ino, before.st_ino) << "was not replaced as one";
  EXPECT_EQ(after.st_mode, before.st_mode);
  EXPECT_EQ(after.st_uid, before.st_uid);
  EXPECT_EQ(after.st_gid, before.st_gid);
  std::array<char, 16> note{};
  ASSERT_EQ(::getxattr(place.c_str(), "user.note", note.data(), note.size()), 4);
  EXPECT_STREQ(note.data(), "kept");
}

TEST(FileStore, RefusesLinks) {
  const FixtureTree symbolic("rhel9");
  const fs::path place = symbolic.place(checks::test::kKeyfile);
  fs::rename(place, symbolic.root() / "elsewhere");
  fs::create_symlink("../../../elsewhere", place);
  EXPECT_THAT(set_primary(symbolic, "new0"), HasSubstr("ELOOP"));
  EXPECT_TRUE(fs::is_symlink(place));

  const FixtureTree hard("rhel9");
  fs::create_hard_link(hard.place(checks::test::kKeyfile), hard.root() / "elsewhere");
  EXPECT_THAT(set_primary(hard, "new0"), HasSubstr("is not one file with one name"));
}

TEST(FileStore, RefusesWhatIsNotBelowEtc) {
  const FixtureTree tree("rhel9");
  fs::create_directories(tree.root() / "usr/lib");
  fs::rename(tree.root() / "etc/NetworkManager", tree.root() / "usr/lib/NetworkManager");
  EXPECT_THAT(set_primary(tree, "new0"), HasSubstr("only profiles below /etc are written"));
}

TEST(FileStore, RefusesWhatSomebodyElseHasChanged) {
  const FixtureTree tree("rhel9");
  const fs::path place = tree.place(checks::test::kKeyfile);
  const std::string now = tree.read(checks::test::kKeyfile);
  const auto replaced = replace_profile(place, now + "# before\n", "new");
  ASSERT_FALSE(replaced);
  EXPECT_EQ(replaced.error().code, base::ErrorCode::busy);
  EXPECT_EQ(tree.read(checks::test::kKeyfile), now);
  EXPECT_EQ(files_in(place.parent_path()), 2U) << "the temporary file is left behind";
}

TEST(FileStore, LeavesTheFileWhenTheEditIsRefused) {
  const FixtureTree tree;
  const std::string text = "BONDING_MASTER=yes\nBONDING_MODULE_OPTS=\"mode=1 $MORE\"\n";
  tree.write(checks::test::kWicked, text);
  EXPECT_THAT(set_primary(tree, "new0"), HasSubstr("only a shell knows"));
  EXPECT_EQ(tree.read(checks::test::kWicked), text);
}

}  // namespace
}  // namespace hnv::ctl
