// SPDX-License-Identifier: Apache-2.0
#include "exporter/snapshot.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "base/lock_file.hpp"
#include "sample_snapshot.hpp"
#include "tests/support/temporary_folder.hpp"

namespace {

using namespace hnv;
using namespace hnv::exporter;
using namespace hnv::exporter::test;
using std::chrono::minutes;
using std::chrono::seconds;

PublishedStatus published(bool alive, double age_seconds) {
  PublishedStatus status;
  status.alive = alive;
  status.status.emplace().written_unix_seconds = kNowUnix - age_seconds;
  return status;
}

TEST(Evidence, ReachesAlmostToThePresentWhileTheWatchdogLives) {
  EXPECT_EQ(Evidence().update(published(true, 3600), kNow, kNowUnix), kNow - seconds(1));
}

TEST(Evidence, EndsWithTheLastWordOfADeadWatchdog) {
  EXPECT_EQ(Evidence().update(published(false, 30), kNow, kNowUnix), kNow - seconds(30));
}

TEST(Evidence, StandsStillAfterTheWatchdogWasSeenForTheLastTime) {
  Evidence evidence;
  EXPECT_EQ(evidence.update(published(true, 20), kNow, kNowUnix), kNow - seconds(1));
  for (const int later : {15, 30, 3600}) {
    EXPECT_EQ(
        evidence.update(published(false, 20 + later), kNow + seconds(later), kNowUnix + later),
        kNow - seconds(1));
  }
  EXPECT_EQ(evidence.update(published(true, 0), kNow + minutes(90), kNowUnix + 5400),
            kNow + minutes(90) - seconds(1));
}

TEST(Evidence, SurvivesAWallClockThatWasSet) {
  EXPECT_EQ(Evidence().update(published(false, -3600), kNow, kNowUnix), kNow - seconds(1));
  EXPECT_EQ(Evidence().update(published(false, 1e9), kNow, kNowUnix), base::BootTime());
}

TEST(Evidence, IsNoneWithoutWatchdogAndStatus) {
  EXPECT_EQ(Evidence().update({}, kNow, kNowUnix), base::BootTime());
}

WatchdogStatus status_off_since(base::BootTime since) {
  WatchdogStatus status;
  BondStatus bond;
  bond.name = "bond0";
  bond.index.value = 3;
  bond.off_reason = OffReason::link_down;
  bond.off_since = since;
  bond.off_sriov[OffReason::link_down] = seconds(7);
  bond.off_sriov[OffReason::hold_down] = seconds(2);
  status.bonds.push_back(bond);
  return status;
}

TEST(BringUpToDate, AddsTheIntervalThatRuns) {
  WatchdogStatus status = status_off_since(kNow - minutes(5));
  bring_up_to_date(status, nullptr, kNow - seconds(10));
  EXPECT_EQ(status.bonds[0].off_sriov[OffReason::link_down], seconds(7 + 300 - 10));
  EXPECT_EQ(status.bonds[0].off_sriov[OffReason::hold_down], seconds(2));
}

TEST(BringUpToDate, AddsNothingThatNobodyVouchesFor) {
  WatchdogStatus status = status_off_since(kNow - minutes(5));
  bring_up_to_date(status, nullptr, kNow - minutes(6));
  EXPECT_EQ(status.bonds[0].off_sriov[OffReason::link_down], seconds(7));
}

TEST(BringUpToDate, AddsNothingWhileTheSriovSlaveIsActive) {
  WatchdogStatus status = status_off_since(kNow - minutes(5));
  status.bonds[0].off_reason.reset();
  bring_up_to_date(status, nullptr, kNow);
  EXPECT_EQ(status.bonds[0].off_sriov[OffReason::link_down], seconds(7));
}

TEST(BringUpToDate, DropsVanishedBondsAndTakesPresentNames) {
  WatchdogStatus status = status_off_since(kNow);
  BondStatus vanished;
  vanished.name = "bond7";
  vanished.index.value = 7;
  status.bonds.push_back(vanished);
  const std::vector<BondReport> bonds = {healthy_bond(3, "renamed")};
  bring_up_to_date(status, &bonds, kNow);
  ASSERT_EQ(status.bonds.size(), 1U);
  EXPECT_EQ(status.bonds[0].name, "renamed");
}

TEST(BringUpToDate, KeepsAllWhenTheKernelsBondsAreUnknown) {
  WatchdogStatus status = status_off_since(kNow);
  bring_up_to_date(status, nullptr, kNow);
  ASSERT_EQ(status.bonds.size(), 1U);
  EXPECT_EQ(status.bonds[0].name, "bond0");
}

// Another process that holds the watchdog's lock until it is killed.
class FakeWatchdog {
 public:
  explicit FakeWatchdog(const std::string& lock_file) {
    std::array<int, 2> ready{};
    EXPECT_EQ(::pipe(ready.data()), 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      const auto lock = base::LockFile::acquire(lock_file);
      const char answer = lock ? 'y' : 'n';
      if (::write(ready[1], &answer, 1) == 1) ::pause();
      ::_exit(0);
    }
    char answer = 0;
    EXPECT_EQ(::read(ready[0], &answer, 1), 1);
    EXPECT_EQ(answer, 'y');
    ::close(ready[0]);
    ::close(ready[1]);
  }
  FakeWatchdog(const FakeWatchdog&) = delete;
  FakeWatchdog& operator=(const FakeWatchdog&) = delete;
  FakeWatchdog(FakeWatchdog&&) = delete;
  FakeWatchdog& operator=(FakeWatchdog&&) = delete;
  ~FakeWatchdog() { kill(); }

  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

 private:
  pid_t pid_ = 0;
};

class SnapshotTakerTest : public ::testing::Test {
 protected:
  SnapshotTakerTest() {
    folder_.write("proc/sys/kernel/random/boot_id", "this-boot\n");
    folder_.write("sys/class/net/.keep", "");
    paths_.sysfs = folder_.path() / "sys";
    paths_.procfs = folder_.path() / "proc";
    paths_.devicetree = folder_.path() / "proc/device-tree";
  }

  void publish(const std::string& boot_id) const {
    WatchdogStatus status;
    status.boot_id = boot_id;
    status.version = "9.9";
    folder_.write("run/watchdog.json", encode_status(status));
  }

  [[nodiscard]] std::string status_file() const { return folder_.path() / "run/watchdog.json"; }

  [[nodiscard]] SnapshotTaker taker() const {
    return {paths_,
            status_file(),
            Config{},
            true,
            folder_.path() / "run/doctor.json",
            folder_.path() / "run/prober.json"};
  }

  hnv::test::TemporaryFolder folder_;
  Paths paths_;
};

TEST_F(SnapshotTakerTest, WatchdogIsUpOnlyWhileItsLockIsHeld) {
  publish("this-boot");
  SnapshotTaker taker = this->taker();
  Snapshot snapshot = taker.take();
  EXPECT_FALSE(snapshot.watchdog.alive);
  ASSERT_TRUE(snapshot.watchdog.status);
  EXPECT_EQ(snapshot.watchdog.status->version, "9.9");

  FakeWatchdog watchdog(watchdog_lock_file(status_file()));
  EXPECT_TRUE(taker.take().watchdog.alive);
  watchdog.kill();
  snapshot = taker.take();
  EXPECT_FALSE(snapshot.watchdog.alive);
  EXPECT_TRUE(snapshot.watchdog.status);
  EXPECT_FALSE(snapshot.sources[Source::watchdog].error);
}

TEST_F(SnapshotTakerTest, StatusOfAnotherBootIsIgnored) {
  publish("the-boot-before");
  const Snapshot snapshot = taker().take();
  EXPECT_FALSE(snapshot.watchdog.status);
  EXPECT_FALSE(snapshot.sources[Source::watchdog].error);
}

TEST_F(SnapshotTakerTest, WithoutBootIdNoStatusIsTrusted) {
  publish("");
  paths_.procfs = folder_.path() / "nowhere";
  const Snapshot snapshot = taker().take();
  EXPECT_FALSE(snapshot.watchdog.status);
  EXPECT_TRUE(snapshot.sources[Source::watchdog].error);
}

TEST_F(SnapshotTakerTest, NoWatchdogIsNoFailure) {
  const Snapshot snapshot = taker().take();
  EXPECT_FALSE(snapshot.watchdog.alive);
  EXPECT_FALSE(snapshot.watchdog.status);
  EXPECT_FALSE(snapshot.sources[Source::watchdog].error);
}

TEST_F(SnapshotTakerTest, UnusableStatusIsAFailureOfItsSource) {
  folder_.write("run/watchdog.json", "{");
  const Snapshot snapshot = taker().take();
  ASSERT_TRUE(snapshot.sources[Source::watchdog].error);
  EXPECT_THAT(snapshot.sources[Source::watchdog].error->to_string(),
              ::testing::HasSubstr("watchdog.json"));
  EXPECT_FALSE(snapshot.watchdog.status);
}

TEST_F(SnapshotTakerTest, FollowsTheDoctorsReport) {
  SnapshotTaker taker = this->taker();
  const Snapshot without = taker.take();
  EXPECT_EQ(without.doctor, nullptr);
  EXPECT_FALSE(without.sources[Source::doctor].error) << "none is no failure";
  const auto report = [this](int when) {
    folder_.write("run/doctor.json", R"({"schema":1,"root":"/","unix_seconds":)" +
                                         std::to_string(when) + R"(,"findings":[],"ready":[]})");
  };
  report(5);
  const auto first = taker.take().doctor;
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(first->unix_seconds, 5);
  EXPECT_EQ(taker.take().doctor, first) << "not decoded again";
  report(6);
  EXPECT_EQ(taker.take().doctor->unix_seconds, 6);
  folder_.write("run/doctor.json", "{");
  const Snapshot broken = taker.take();
  EXPECT_EQ(broken.doctor, nullptr);
  ASSERT_TRUE(broken.sources[Source::doctor].error);
  EXPECT_THAT(broken.sources[Source::doctor].error->to_string(),
              ::testing::HasSubstr("doctor.json"));
}

TEST_F(SnapshotTakerTest, FollowsTheProbersFile) {
  SnapshotTaker taker = this->taker();
  const Snapshot without = taker.take();
  EXPECT_EQ(without.paths, nullptr);
  EXPECT_FALSE(without.sources[Source::prober].error) << "none is no failure";
  PathStatus status;
  status.boot_id = "this-boot";
  status.version = "9.9";
  folder_.write("run/prober.json", encode_path_status(status));
  const auto first = taker.take().paths;
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(first->version, "9.9");
  EXPECT_EQ(taker.take().paths, first) << "not decoded again";
  status.boot_id = "the-boot-before";
  folder_.write("run/prober.json", encode_path_status(status));
  EXPECT_EQ(taker.take().paths, nullptr);
  folder_.write("run/prober.json", "{");
  const Snapshot broken = taker.take();
  EXPECT_EQ(broken.paths, nullptr);
  ASSERT_TRUE(broken.sources[Source::prober].error);
  EXPECT_THAT(broken.sources[Source::prober].error->to_string(),
              ::testing::HasSubstr("prober.json"));
}

TEST_F(SnapshotTakerTest, EachSourceFailsByItself) {
  std::filesystem::remove_all(folder_.path() / "sys");
  const Snapshot snapshot = taker().take();
  EXPECT_FALSE(snapshot.sources[Source::netlink].error);
  EXPECT_TRUE(snapshot.sources[Source::sysfs].error);
  EXPECT_FALSE(snapshot.sources[Source::watchdog].error);
  EXPECT_TRUE(snapshot.sources[Source::process].error);  // the fixture has no /proc/self
  EXPECT_FALSE(snapshot.process);
}

TEST_F(SnapshotTakerTest, NamesThePartitionWhereThereIsADeviceTree) {
  SnapshotTaker taker = this->taker();
  EXPECT_FALSE(taker.take().identity);
  folder_.write("proc/device-tree/system-id", "IBM,0212A345B");
  folder_.write("proc/device-tree/model", "IBM,9080-HEX");
  folder_.write("proc/device-tree/ibm,partition-name", "db-prod-1");
  const Snapshot snapshot = taker.take();
  ASSERT_TRUE(snapshot.identity);
  EXPECT_EQ(snapshot.identity->frame.system_id, "IBM,0212A345B");
  EXPECT_EQ(snapshot.identity->partition_name, "db-prod-1");
  SnapshotTaker discreet(paths_, status_file(), Config{}, false);
  EXPECT_FALSE(discreet.take().identity);
}

TEST_F(SnapshotTakerTest, DoesNotMissABondToIgnore) {
  SnapshotTaker taker = this->taker();
  Config config;
  config.bonds.push_back(BondConfig{.name = "no-such-bond", .sriov = {}, .ignore = true});
  taker.set_config(config);
  EXPECT_TRUE(taker.take().missing_bonds.empty());
}

TEST_F(SnapshotTakerTest, NamesConfiguredBondsThatAreMissingAndTakesNewConfigurations) {
  SnapshotTaker taker = this->taker();
  EXPECT_TRUE(taker.take().missing_bonds.empty());
  Config config;
  config.bonds.push_back({"no-such-bond", ByBus{"pci"}});
  taker.set_config(config);
  EXPECT_THAT(taker.take().missing_bonds, ::testing::ElementsAre("no-such-bond"));
}

TEST_F(SnapshotTakerTest, WorksOnTheRunningKernel) {
  SnapshotTaker taker(Paths{}, status_file(), Config{});
  const Snapshot snapshot = taker.take();
  for (const Source source : {Source::netlink, Source::sysfs, Source::process}) {
    const auto& outcome = snapshot.sources[source];
    EXPECT_FALSE(outcome.error) << base::name_of(source) << outcome.error->to_string();
    EXPECT_GT(outcome.duration.count(), 0);
  }
  EXPECT_GT(snapshot.taken_unix_seconds, 1.7e9);
}

}  // namespace
