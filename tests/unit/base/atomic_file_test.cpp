// SPDX-License-Identifier: Apache-2.0
#include "base/atomic_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace {

using namespace hnv::base;
namespace fs = std::filesystem;

struct AtomicFile : testing::Test {
  fs::path folder =
      fs::path(testing::TempDir()) / ("hnv_atomic_file." + std::to_string(::getpid()));
  fs::path file = folder / "status";
  void SetUp() override {
    fs::remove_all(folder);
    fs::create_directories(folder);
  }
  void TearDown() override { fs::remove_all(folder); }
};

TEST_F(AtomicFile, ReplacesTheWholeContent) {
  ASSERT_TRUE(replace_file(file, std::string(10000, 'x')));
  ASSERT_TRUE(replace_file(file, "short"));
  EXPECT_EQ(read_file(file, 100).value(), "short");
  EXPECT_FALSE(fs::exists(file.native() + ".new"));
}

TEST_F(AtomicFile, IsReadableByEveryoneWhateverTheUmask) {
  const mode_t before = ::umask(077);
  ASSERT_TRUE(replace_file(file, "x"));
  ::umask(before);
  EXPECT_EQ(fs::status(file).permissions(), fs::perms::owner_read | fs::perms::owner_write |
                                                fs::perms::group_read | fs::perms::others_read);
}

TEST_F(AtomicFile, KeepsTheOldContentWhenTheNewOneCannotBeWritten) {
  ASSERT_TRUE(replace_file(file, "old"));
  fs::create_directory(file.native() + ".new");
  const auto replaced = replace_file(file, "new");
  ASSERT_FALSE(replaced.has_value());
  EXPECT_EQ(replaced.error().object, file.native() + ".new");
  EXPECT_EQ(read_file(file, 100).value(), "old");
}

TEST_F(AtomicFile, LeavesNothingBehindWhenItCannotRename) {
  fs::create_directories(file / "in the way");
  ASSERT_FALSE(replace_file(file, "new").has_value());
  EXPECT_FALSE(fs::exists(file.native() + ".new"));
}

TEST_F(AtomicFile, SaysWhichFolderIsMissing) {
  const auto replaced = replace_file(folder / "missing/status", "x");
  ASSERT_FALSE(replaced.has_value());
  EXPECT_EQ(replaced.error().code, ErrorCode::not_found);
}

TEST_F(AtomicFile, RefusesToReadMoreThanTheLimit) {
  ASSERT_TRUE(replace_file(file, std::string(5000, 'x')));
  EXPECT_EQ(read_file(file, 5000)->size(), 5000U);
  EXPECT_EQ(read_file(file, 4999).error().code, ErrorCode::too_large);
}

TEST_F(AtomicFile, ReadsFilesThatReportNoSize) {
  EXPECT_FALSE(read_file("/proc/self/status", 100000).value().empty());
}

TEST_F(AtomicFile, DoesNotHangOnAPipe) {
  ASSERT_EQ(::mkfifo(file.c_str(), 0600), 0);
  EXPECT_EQ(read_file(file, 10).value_or("unreadable"), "");
}

TEST_F(AtomicFile, NamesTheTargetOfALink) {
  fs::create_symlink("/somewhere/mlx5_core", folder / "driver");
  EXPECT_EQ(read_link_name(folder / "driver").value(), "mlx5_core");
  EXPECT_EQ(read_link_name(folder / "none").error().code, ErrorCode::not_found);
}

}  // namespace
