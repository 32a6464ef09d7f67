// SPDX-License-Identifier: Apache-2.0
#include "hnv/hook_note.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/support/temporary_folder.hpp"

namespace {

using namespace hnv;
using namespace std::chrono_literals;

TEST(HookNote, BeginsWithThePhase) {
  EXPECT_EQ(parse_hook_note("check pmig\n"), HookPhase::check);
  EXPECT_EQ(parse_hook_note("post\n"), HookPhase::post);
  EXPECT_EQ(parse_hook_note("undocheck"), HookPhase::undocheck);
  EXPECT_EQ(parse_hook_note(""), std::nullopt);
  EXPECT_EQ(parse_hook_note("\n"), std::nullopt);
  EXPECT_EQ(parse_hook_note("postpone\n"), std::nullopt);
}

struct HookNoteFile : testing::Test {
  test::TemporaryFolder folder;
  base::BootTime now{10h};
};

TEST_F(HookNoteFile, IsAsOldAsItsFile) {
  folder.write(kMigrationNote, "pre\n");
  timespec times[2];
  ::clock_gettime(CLOCK_REALTIME, &times[0]);
  times[0].tv_sec -= 3600;
  times[1] = times[0];
  ASSERT_EQ(::utimensat(AT_FDCWD, (folder.path() / kMigrationNote).c_str(), times, 0), 0);
  const auto note = read_hook_note(folder.path(), now);
  ASSERT_TRUE(note.has_value());
  EXPECT_EQ(note->phase, HookPhase::pre);
  EXPECT_LE(note->at, base::BootTime(9h));
  EXPECT_GT(note->at, base::BootTime(9h) - 1min);
}

TEST_F(HookNoteFile, IsKnownByItsTime) {
  folder.write(kMigrationNote, "pre\n");
  const auto first = read_hook_note(folder.path(), now);
  EXPECT_EQ(read_hook_note(folder.path(), now + 1h)->stamp, first->stamp) << "the same note";
}

TEST_F(HookNoteFile, OfTheFutureIsNew) {
  folder.write(kMigrationNote, "check\n");
  const timespec times[2] = {{4'000'000'000, 0}, {4'000'000'000, 0}};
  ASSERT_EQ(::utimensat(AT_FDCWD, (folder.path() / kMigrationNote).c_str(), times, 0), 0);
  EXPECT_EQ(read_hook_note(folder.path(), now)->at, now) << "the wall clock was set back";
}

TEST_F(HookNoteFile, ThatNoHookWritesIsNone) {
  EXPECT_FALSE(read_hook_note(folder.path(), now).has_value());
  folder.write(kMigrationNote, std::string(100000, 'p'));
  EXPECT_FALSE(read_hook_note(folder.path(), now).has_value());
  std::filesystem::remove(folder.path() / kMigrationNote);
  ASSERT_EQ(::mkfifo((folder.path() / kMigrationNote).c_str(), 0600), 0);
  EXPECT_FALSE(read_hook_note(folder.path(), now).has_value()) << "and does not wait for a writer";
}

}  // namespace
