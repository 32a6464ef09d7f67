// SPDX-License-Identifier: Apache-2.0
// On real files and a real inotify; the process table is a folder that looks like one.
#include "watchdog/surroundings_monitor.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/temporary_folder.hpp"

namespace {

using namespace hnv;
using namespace hnv::watchdog;
using namespace std::chrono_literals;
using base::BootTime;
using testing::ElementsAre;
using testing::IsEmpty;
namespace fs = std::filesystem;

constexpr const char* kBoot = "0b5c";

struct SurroundingsMonitorTest : testing::Test {
  test::TemporaryFolder root;
  BootTime now{1h};
  std::optional<SurroundingsMonitor> monitor;

  void SetUp() override {
    root.write("proc/1/comm", "systemd\n");
    root.write("proc/sys/kernel/random/boot_id", std::string(kBoot) + "\n");
    root.write("device-tree/system-id", std::string("IBM,02source\0", 13));
    root.write("device-tree/model", std::string("IBM,9080-HEX\0", 13));
    for (const char* folder : {"log", "lock", "hook", "pause"}) {
      fs::create_directories(root.path() / folder);
    }
    start();
  }
  void start() {
    Paths paths;
    paths.procfs = root.path() / "proc";
    paths.devicetree = root.path() / "device-tree";
    paths.hcnmgr_log = root.path() / "log/hcnmgr";
    paths.dlpar_lock = root.path() / "lock/dr_config_lock";
    paths.hook_notes = root.path() / "hook";
    paths.pauses = root.path() / "pause";
    monitor.emplace(paths, base::FileWatch::open().value());
    monitor->look(now);
  }
  void append(const std::string& text) const {
    std::ofstream(root.path() / "log/hcnmgr", std::ios::app) << text;
  }
  void run_process(int pid, const std::string& name) const {
    root.write("proc/" + std::to_string(pid) + "/comm", name + "\n");
  }
  void end_process(int pid) const { fs::remove_all(root.path() / "proc" / std::to_string(pid)); }
  [[nodiscard]] bool is_woken() const {
    pollfd readable{monitor->fd(), POLLIN, 0};
    return ::poll(&readable, 1, 0) == 1;
  }
  bool is_quiet() { return monitor->is_quiet(now, Lookout::Depth::all); }
  std::vector<std::string> paused_after(BootTime::duration time) {
    std::vector<std::string> names;
    for (const OperatorPause& pause : look_after(time).operator_pauses) names.push_back(pause.bond);
    return names;
  }
  Surroundings look_after(BootTime::duration time) {
    now += time;
    return monitor->look(now);
  }
};

// Somebody else's POSIX lock: a lock of our own process would not be one to us.
class OtherProcess {
 public:
  explicit OtherProcess(const fs::path& file) {
    int ready[2];
    EXPECT_EQ(::pipe(ready), 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      const int fd = ::open(file.c_str(), O_RDWR | O_CREAT, 0444);
      struct flock lock {};
      lock.l_type = F_WRLCK;
      ::fcntl(fd, F_SETLK, &lock);
      (void)!::write(ready[1], "x", 1);
      ::pause();
    }
    char byte = 0;
    EXPECT_EQ(::read(ready[0], &byte, 1), 1);
    ::close(ready[0]);
    ::close(ready[1]);
  }
  OtherProcess(const OtherProcess&) = delete;
  OtherProcess& operator=(const OtherProcess&) = delete;
  ~OtherProcess() { end(); }
  void end() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

 private:
  pid_t pid_ = 0;
};

TEST_F(SurroundingsMonitorTest, QuietPartitionIsPolledSeldom) {
  const Surroundings seen = look_after(1s);
  EXPECT_TRUE(seen.processes.empty());
  EXPECT_FALSE(seen.hcnmgr_seen);
  EXPECT_FALSE(seen.dlpar);
  EXPECT_FALSE(seen.blind);
  EXPECT_EQ(seen.frame->system_id, "IBM,02source");
  EXPECT_TRUE(is_quiet());
  EXPECT_FALSE(is_woken());
  monitor->look(now);
  EXPECT_EQ(monitor->wake_at(), BootTime(1h) + SurroundingsMonitor::kPollInterval);
  EXPECT_THAT(monitor->take_errors(), IsEmpty());
}

TEST_F(SurroundingsMonitorTest, FirstRunOfHcnmgrWakes) {
  append("[DEBUG]:hcncfgdrc enter\n");
  EXPECT_TRUE(is_woken());
  const Surroundings seen = look_after(10ms);
  EXPECT_TRUE(seen.hcnmgr_seen);
  EXPECT_THAT(seen.begun, ElementsAre(HcnCommand::hcncfgdrc));
  EXPECT_FALSE(monitor->look(now).hcnmgr_seen) << "told once";
}

TEST_F(SurroundingsMonitorTest, EachFurtherRunWakesToo) {
  append("[DEBUG]:hcnmgr enter\n");
  look_after(10ms);
  append("[DEBUG]:hcnqrydev enter\n");
  EXPECT_TRUE(is_woken());
  EXPECT_THAT(look_after(10ms).begun, ElementsAre(HcnCommand::hcnqrydev));
}

TEST_F(SurroundingsMonitorTest, RotatedLogIsFollowed) {
  append("[DEBUG]:hcnmgr enter\n");
  look_after(10ms);
  fs::rename(root.path() / "log/hcnmgr", root.path() / "log/hcnmgr.1");
  look_after(10ms);
  append("[DEBUG]:hcnrmdev enter\n");
  EXPECT_TRUE(is_woken());
  EXPECT_THAT(look_after(10ms).begun, ElementsAre(HcnCommand::hcnrmdev));
  append("[DEBUG]:hcncfgdrc enter\n");
  EXPECT_TRUE(is_woken()) << "the new file is watched";
}

TEST_F(SurroundingsMonitorTest, ProcessIsFollowedToItsEnd) {
  run_process(30, "hcncfgdrc");
  append("[DEBUG]:hcncfgdrc enter\n");
  Surroundings seen = look_after(10ms);
  // The table was read a moment ago: once a second is enough.
  EXPECT_EQ(monitor->wake_at(), now + SurroundingsMonitor::kScanInterval);
  seen = look_after(SurroundingsMonitor::kScanInterval);
  ASSERT_EQ(seen.processes.size(), 1U);
  EXPECT_EQ(seen.processes[0].command, HcnCommand::hcncfgdrc);
  EXPECT_EQ(monitor->wake_at(), now + SurroundingsMonitor::kScanInterval);
  end_process(30);
  EXPECT_TRUE(look_after(SurroundingsMonitor::kScanInterval).processes.empty());
  look_after(SurroundingsMonitor::kPollInterval);
  EXPECT_EQ(monitor->wake_at(), now + SurroundingsMonitor::kPollInterval);
}

TEST_F(SurroundingsMonitorTest, LastLookSeesAProcessThatLogsNothing) {
  run_process(30, "hcnmgr");
  EXPECT_FALSE(is_quiet());
  EXPECT_EQ(monitor->look(now).processes.size(), 1U) << "and tells of it afterwards";
}

// The first of its work leaves a trace elsewhere.
TEST_F(SurroundingsMonitorTest, LastLookInHasteLeavesTheTableOfProcessesAlone) {
  run_process(30, "hcnmgr");
  EXPECT_TRUE(monitor->is_quiet(now, Lookout::Depth::all_but_processes));
  append("[DEBUG]:hcnqrydev enter\n");
  EXPECT_FALSE(monitor->is_quiet(now, Lookout::Depth::all_but_processes));
}

TEST_F(SurroundingsMonitorTest, LastLookSeesARunThatIsOver) {
  append("[DEBUG]:hcnqrydev enter\n");
  EXPECT_FALSE(is_quiet());
  EXPECT_FALSE(is_quiet()) << "until it has been told of";
  EXPECT_THAT(monitor->look(now).begun, ElementsAre(HcnCommand::hcnqrydev));
  EXPECT_TRUE(is_quiet());
}

TEST_F(SurroundingsMonitorTest, LockOfDrmgrIsSeen) {
  OtherProcess drmgr(root.path() / "lock/dr_config_lock");
  EXPECT_TRUE(is_woken());
  EXPECT_FALSE(is_quiet());
  Surroundings seen = look_after(10ms);
  EXPECT_TRUE(seen.dlpar);
  EXPECT_EQ(monitor->wake_at(), now + SurroundingsMonitor::kScanInterval);
  drmgr.end();
  EXPECT_TRUE(is_woken());
  seen = look_after(10ms);
  EXPECT_FALSE(seen.dlpar);
  EXPECT_TRUE(seen.dlpar_seen);
}

TEST_F(SurroundingsMonitorTest, UseOfTheLockThatIsOverIsSeen) {
  { OtherProcess drmgr(root.path() / "lock/dr_config_lock"); }
  const Surroundings seen = look_after(10ms);
  EXPECT_FALSE(seen.dlpar);
  EXPECT_TRUE(seen.dlpar_seen);
}

TEST_F(SurroundingsMonitorTest, AskingForTheLockDoesNotWakeItself) {
  { OtherProcess drmgr(root.path() / "lock/dr_config_lock"); }
  look_after(10ms);
  look_after(10ms);  // reads what its own first opening made
  for (int times = 0; times < 3; ++times) {
    look_after(10ms);
    EXPECT_FALSE(is_woken());
  }
}

TEST_F(SurroundingsMonitorTest, FileThatMerelyLiesThereIsNoLock) {
  root.write("lock/dr_config_lock", "");
  look_after(10ms);
  EXPECT_FALSE(look_after(10s).dlpar);
}

TEST_F(SurroundingsMonitorTest, HookWakes) {
  root.write("hook/pmig", "check\n");
  EXPECT_TRUE(is_woken());
  EXPECT_FALSE(is_quiet());
  EXPECT_EQ(look_after(10ms).hook->phase, HookPhase::check);
  EXPECT_TRUE(is_quiet()) << "known now";
}

TEST_F(SurroundingsMonitorTest, PauseWakes) {
  root.write("pause/bond191554c8", "");
  EXPECT_TRUE(is_woken());
  EXPECT_FALSE(is_quiet());
  EXPECT_THAT(paused_after(10ms), ElementsAre("bond191554c8"));
  fs::remove(root.path() / "pause/bond191554c8");
  EXPECT_TRUE(is_woken());
  EXPECT_THAT(paused_after(10ms), IsEmpty());
}

TEST_F(SurroundingsMonitorTest, PauseEndsByItselfAndWakesForIt) {
  OperatorPause pause;
  pause.until = now + 2s;
  root.write("pause/all", encode_pause(pause, kBoot));
  EXPECT_THAT(paused_after(1s), ElementsAre("all"));
  EXPECT_EQ(monitor->wake_at(), *pause.until);
  EXPECT_TRUE(is_quiet());
  now += 1s;
  EXPECT_FALSE(is_quiet()) << "what the watchdog knows has ended";
  EXPECT_THAT(paused_after(0s), IsEmpty());
  EXPECT_GT(monitor->wake_at(), now) << "and the file that stays wakes nobody";
}

TEST_F(SurroundingsMonitorTest, PauseThatIsEditedWakes) {
  root.write("pause/all", "");
  look_after(10ms);
  root.write("pause/all", "reason=work\n");
  EXPECT_TRUE(is_woken());
  EXPECT_EQ(look_after(10ms).operator_pauses.at(0).reason, "work");
}

TEST_F(SurroundingsMonitorTest, PauseThatIsNotUnderstoodPauses) {
  root.write("pause/all", "until=soon\n");
  const Surroundings seen = look_after(10ms);
  ASSERT_EQ(seen.operator_pauses.size(), 1U);
  EXPECT_NE(seen.operator_pauses[0].problem, "");
}

TEST_F(SurroundingsMonitorTest, OtherMachineIsFoundByThePoll) {
  root.write("device-tree/system-id", std::string("IBM,02destination\0", 18));
  EXPECT_FALSE(is_quiet()) << "right before a write it is looked at too";
  EXPECT_EQ(look_after(SurroundingsMonitor::kPollInterval).frame->system_id, "IBM,02destination");
}

TEST_F(SurroundingsMonitorTest, IdentityThatVanishesIsKept) {
  fs::remove_all(root.path() / "device-tree");
  EXPECT_EQ(look_after(1h).frame->system_id, "IBM,02source");
}

TEST_F(SurroundingsMonitorTest, FoldersThatAppearAreWatched) {
  for (const char* folder : {"log", "lock", "hook", "pause"}) fs::remove_all(root.path() / folder);
  start();
  EXPECT_THAT(monitor->take_errors(), IsEmpty()) << "they may come";
  for (const char* folder : {"log", "lock", "hook", "pause"}) {
    fs::create_directories(root.path() / folder);
  }
  look_after(SurroundingsMonitor::kPollInterval);
  root.write("hook/pmig", "pre\n");
  EXPECT_TRUE(is_woken());
}

TEST_F(SurroundingsMonitorTest, HiddenProcessesAreSaidToBeHidden) {
  fs::remove_all(root.path() / "proc/1");
  start();
  EXPECT_TRUE(monitor->look(now + 10s).blind);
  EXPECT_FALSE(is_quiet());
}

}  // namespace
