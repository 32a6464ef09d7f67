// SPDX-License-Identifier: Apache-2.0
#include "ctl/processes.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "base/unique_fd.hpp"
#include "tests/unit/checks/fixture_tree.hpp"

namespace hnv::ctl {
namespace {

using checks::test::FixtureTree;
using testing::HasSubstr;

TEST(Processes, AreFoundByName) {
  const FixtureTree tree;
  tree.write("/12/comm", "bash\n");
  tree.write("/345/comm", "hcncfgdrc\n");
  tree.write("/self/comm", "hcnmgr\n");
  tree.write("/6/other", "");
  const auto found = find_process(tree.root(), {"hcnmgr", "hcncfgdrc"});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->name, "hcncfgdrc");
  EXPECT_EQ(found->pid, 345);
  EXPECT_FALSE(find_process(tree.root(), {"hcn"}));
  EXPECT_FALSE(find_process(tree.root() / "nowhere", {"bash"}));
}

TEST(Processes, ThatChangeBondsAreNamed) {
  const FixtureTree tree;
  tree.write("/1/comm", "systemd\n");
  EXPECT_FALSE(who_changes_bonds(tree.root(), tree.root() / "no-lock"));
  for (const char* name : {"hcnmgr", "hcncfgdrc", "hcnqrydev", "hcnrmdev", "hcnrmhcn", "drmgr"}) {
    tree.write("/7/comm", std::string(name) + "\n");
    EXPECT_THAT(who_changes_bonds(tree.root(), tree.root() / "no-lock").value_or(""),
                HasSubstr(std::string(name) + " (pid 7)"));
  }
}

// A lock is another process's, or none at all.
TEST(Processes, ThatHoldTheDlparLockAreNamed) {
  const FixtureTree tree;
  tree.write("/lock", "");
  const auto lock = tree.place("/lock");
  EXPECT_FALSE(who_changes_bonds(tree.root(), lock)) << "the file alone says nothing";
  std::array<int, 2> ready{};
  ASSERT_EQ(::pipe(ready.data()), 0);
  const pid_t holder = ::fork();
  ASSERT_GE(holder, 0);
  if (holder == 0) {
    const int fd = ::open(lock.c_str(), O_RDWR);
    struct flock request {};
    request.l_type = F_WRLCK;
    request.l_whence = SEEK_SET;
    const char answer = ::fcntl(fd, F_SETLK, &request) == 0 ? 'y' : 'n';
    if (::write(ready[1], &answer, 1) == 1) ::pause();
    ::_exit(1);
  }
  char answer = 'n';
  EXPECT_EQ(::read(ready[0], &answer, 1), 1);
  EXPECT_EQ(answer, 'y');
  EXPECT_THAT(who_changes_bonds(tree.root(), lock).value_or(""),
              HasSubstr("pid " + std::to_string(holder) + " holds"));
  ::kill(holder, SIGKILL);
  ::waitpid(holder, nullptr, 0);
  EXPECT_FALSE(who_changes_bonds(tree.root(), lock));
  ::close(ready[0]);
  ::close(ready[1]);
}

}  // namespace
}  // namespace hnv::ctl
