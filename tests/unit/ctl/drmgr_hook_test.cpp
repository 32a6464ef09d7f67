// SPDX-License-Identifier: Apache-2.0
// packaging/drmgr/hnv runs as root in the middle of a migration: an answer other than 0 to "check"
// forbids it. What the watchdog makes of the note is tested where it reads it.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "hnv/hook_note.hpp"
#include "hnv/paths.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/unit/ctl/repository_file.hpp"

namespace hnv {
namespace {

namespace fs = std::filesystem;

const fs::path kHook = fs::path(HNV_SOURCE_DIR) / "packaging/drmgr/hnv";

struct DrmgrHook : testing::Test {
  test::TemporaryFolder folder;
  fs::path notes = folder.path() / "hook";

  // The hook as it is, but for the folder that it writes to.
  void SetUp() override {
    std::string script = test::read_repository_file("packaging/drmgr/hnv");
    const std::string real = Paths{}.hook_notes;
    const auto at = script.find(real);
    ASSERT_NE(at, std::string::npos) << "it writes where the watchdog looks";
    folder.write("hnv", script.replace(at, real.size(), notes.native()));
  }
  // As drmgr does: no PATH, nothing on stdin.
  [[nodiscard]] int run(const std::string& shell, const std::string& phase) const {
    const std::string command = "exec env -i PHASE=" + phase + " DRC_TYPE=pmig ACTION=migrate " +
                                shell + " " + (folder.path() / "hnv").native() + " </dev/null >" +
                                (folder.path() / "output").native() + " 2>&1";
    const int status = std::system(command.c_str());  // NOLINT(concurrency-mt-unsafe)
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  [[nodiscard]] std::string output() const {
    std::ifstream file(folder.path() / "output");
    return {std::istreambuf_iterator<char>(file), {}};
  }
};

TEST_F(DrmgrHook, LeavesANoteOfEachPhase) {
  fs::create_directories(notes);
  for (const std::string shell : {"/bin/sh", "/bin/bash --posix"}) {
    for (const std::string_view phase : base::EnumNames<HookPhase>::names) {
      EXPECT_EQ(run(shell, std::string(phase)), 0);
      const auto note = read_hook_note(notes, base::BootTime{});
      ASSERT_TRUE(note.has_value()) << shell << " " << phase;
      EXPECT_EQ(base::name_of(note->phase), phase);
    }
  }
  EXPECT_EQ(output(), "");
}

TEST_F(DrmgrHook, SucceedsWithoutAFolder) {
  EXPECT_EQ(run("/bin/sh", "check"), 0);
  EXPECT_EQ(run("/bin/bash --posix", "check"), 0);
  EXPECT_EQ(output(), "") << "and says nothing";
}

TEST_F(DrmgrHook, SucceedsWhereItCannotWrite) {
  fs::create_directories(notes / kMigrationNote);  // in the way of the note
  EXPECT_EQ(run("/bin/sh", "check"), 0);
  fs::remove(notes / kMigrationNote);
  fs::create_symlink("/dev/full", notes / kMigrationNote);
  EXPECT_EQ(run("/bin/sh", "check"), 0);
  EXPECT_EQ(run("/bin/bash --posix", "check"), 0);
  EXPECT_EQ(output(), "");
}

TEST_F(DrmgrHook, CanBeRunAndEndsInSuccess) {
  EXPECT_EQ(::access(kHook.c_str(), X_OK), 0);
  const std::string script = test::read_repository_file("packaging/drmgr/hnv");
  EXPECT_EQ(script.rfind("#!/bin/sh\n", 0), 0U);
  EXPECT_TRUE(script.ends_with("\nexit 0\n"));
}

}  // namespace
}  // namespace hnv
