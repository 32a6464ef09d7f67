// SPDX-License-Identifier: Apache-2.0
#include "hnv/processes.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/support/temporary_folder.hpp"

namespace {

using namespace hnv;
using namespace std::chrono_literals;

// A process table as procfs shows it.
struct ProcessTable : testing::Test {
  test::TemporaryFolder procfs;

  void SetUp() override { add(1, "systemd"); }
  void add(int pid, const std::string& name, long ticks = 0,
           const std::string& group = "/system.slice/ctrmc.service") const {
    const std::string folder = std::to_string(pid) + "/";
    procfs.write(folder + "comm", name + "\n");
    // proc(5): 20 fields between the name and the time of its start.
    procfs.write(folder + "stat", std::to_string(pid) + " (" + name +
                                      ") S 1 1 1 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 " +
                                      std::to_string(ticks) + " 1 1\n");
    procfs.write(folder + "cgroup", "0::" + group + "\n");
  }
  [[nodiscard]] ProcessScan scan() const { return scan_processes(procfs.path()); }
};

TEST_F(ProcessTable, WithoutHcnmgrIsQuiet) {
  add(77, "NetworkManager");
  add(78, "drmgr");
  EXPECT_EQ(scan(), ProcessScan{});
}

TEST_F(ProcessTable, ShowsEachCommandOfHcnmgr) {
  add(300, "hcnqrydev");
  add(30, "hcncfgdrc");
  const ProcessScan seen = scan();
  ASSERT_EQ(seen.processes.size(), 2U);
  EXPECT_EQ(seen.processes[0].command, HcnCommand::hcncfgdrc);
  EXPECT_EQ(seen.processes[0].pid, 30);
  EXPECT_EQ(seen.processes[1].command, HcnCommand::hcnqrydev);
  EXPECT_FALSE(seen.blind);
}

TEST_F(ProcessTable, TellsWhenItBegan) {
  add(30, "hcnmgr", 5 * ::sysconf(_SC_CLK_TCK));
  EXPECT_EQ(scan().processes.at(0).started, base::BootTime(5s));
}

TEST_F(ProcessTable, NamesOfOthersMayHoldAnything) {
  add(30, "hcnmgr) R 1 1", 7);
  add(31, "hcnmgrd");
  add(32, "xhcnmgr");
  add(33, "");
  EXPECT_TRUE(scan().processes.empty());
}

TEST_F(ProcessTable, TellsTheScanAtBoot) {
  add(30, "hcnmgr", 0, "/system.slice/hcn-init-NetworkManager.service");
  add(31, "hcncfgdrc", 0, "/system.slice/ctrmc.service");
  const ProcessScan seen = scan();
  EXPECT_TRUE(seen.processes.at(0).at_boot);
  EXPECT_FALSE(seen.processes.at(1).at_boot);
}

TEST_F(ProcessTable, OfAProcessThatEndsMeanwhileIsNotThere) {
  std::filesystem::create_directories(procfs.path() / "30");
  procfs.write("31/comm", "hcnmgr\n");  // gone before its other files were read
  const ProcessScan seen = scan();
  ASSERT_EQ(seen.processes.size(), 1U);
  EXPECT_EQ(seen.processes[0].started, base::BootTime{});
}

TEST_F(ProcessTable, WithoutProcessOneIsHidden) {
  std::filesystem::remove_all(procfs.path() / "1");
  EXPECT_TRUE(scan().blind);
}

TEST(Processes, WithoutProcfsAreHidden) {
  EXPECT_TRUE(scan_processes("/nonexistent").blind);
}

TEST(Processes, OfThisMachineCanBeSeen) {
  EXPECT_FALSE(scan_processes("/proc").blind);
}

}  // namespace
