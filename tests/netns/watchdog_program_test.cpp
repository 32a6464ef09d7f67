// SPDX-License-Identifier: Apache-2.0
// hnv-watchdog as a user meets it, without bonds; on real bonds it is tested in the guest
// (lab/cases).
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <fstream>

#include "base/atomic_file.hpp"
#include "base/exit_code.hpp"
#include "hnv/events.hpp"
#include "hnv/status.hpp"
#include "tests/netns/netns.hpp"
#include "tests/netns/program.hpp"

namespace {

using namespace hnv;
using test::eventually;
using test::Program;
using testing::HasSubstr;
namespace fs = std::filesystem;

struct WatchdogProgram : testing::Test {
  fs::path folder =
      fs::path(testing::TempDir()) / ("hnv_watchdog_program." + std::to_string(::getpid()));
  std::string config = folder / "hnv.yaml";
  std::string status = folder / "watchdog.json";
  fs::path log = folder / "log";

  static void SetUpTestSuite() { test::enter_own_network_namespace(); }
  void SetUp() override {
    fs::remove_all(folder);
    fs::create_directories(folder);
    configure("mode: enforce\n");
  }
  void TearDown() override { fs::remove_all(folder); }

  void configure(const std::string& text) const { std::ofstream(config) << text; }

  [[nodiscard]] std::vector<std::string> arguments(std::vector<std::string> more = {}) const {
    more.push_back("--config.file=" + config);
    more.push_back("--status.file=" + status);
    return more;
  }
  [[nodiscard]] std::string published_mode() const {
    const auto published = read_published_status(status, read_boot_id("/proc"));
    return published.status ? std::string(base::name_of(published.status->mode)) : "none";
  }
  [[nodiscard]] std::uint64_t published_messages() const {
    const auto published = read_published_status(status, read_boot_id("/proc"));
    return published.status ? published.status->links.messages : 0;
  }
  [[nodiscard]] std::uint64_t published_failures() const {
    const auto published = read_published_status(status, read_boot_id("/proc"));
    return published.status ? published.status->status_write_failures : 0;
  }
  int run(const std::vector<std::string>& with) const {
    return Program(HNV_WATCHDOG, with, log).wait();
  }
  [[nodiscard]] std::string output() const {
    std::ifstream file(log);
    return {std::istreambuf_iterator<char>(file), {}};
  }
};

TEST_F(WatchdogProgram, PublishesItsStatusAndStopsCleanly) {
  Program watchdog(HNV_WATCHDOG, arguments(), log);
  ASSERT_TRUE(watchdog.says("event=ready")) << watchdog.output();
  ASSERT_TRUE(eventually([&] { return fs::exists(status); }));
  const auto published = read_published_status(status, read_boot_id("/proc"));
  EXPECT_TRUE(published.alive);
  EXPECT_TRUE(published.status.has_value());
  watchdog.signal(SIGTERM);
  EXPECT_EQ(watchdog.wait(), base::kExitOk);
  EXPECT_FALSE(read_published_status(status, read_boot_id("/proc")).alive);
}

TEST_F(WatchdogProgram, DiesWithoutATraceOfLife) {
  Program watchdog(HNV_WATCHDOG, arguments(), log);
  ASSERT_TRUE(watchdog.says("event=ready"));
  watchdog.signal(SIGKILL);
  watchdog.wait();
  EXPECT_FALSE(read_published_status(status, read_boot_id("/proc")).alive);
}

TEST_F(WatchdogProgram, CountsOnAfterItWasKilled) {
  std::uint64_t messages = 0;
  for (int start = 0; start < 3; ++start) {
    const fs::path own_log = folder / ("log" + std::to_string(start));
    Program watchdog(HNV_WATCHDOG, arguments(), own_log);
    ASSERT_TRUE(watchdog.says("event=ready")) << watchdog.output();
    EXPECT_TRUE(watchdog.says(start == 0 ? "event=memory_fresh" : "event=memory_adopted"));
    // The loopback device of the first dump, once more with each start.
    ASSERT_TRUE(eventually([&] { return published_messages() > messages; }));
    messages = published_messages();
    watchdog.signal(SIGKILL);
    watchdog.wait();
    EXPECT_EQ(published_messages(), messages) << "the file outlives the program";
  }
}

TEST_F(WatchdogProgram, KeepsABadStatusFileAside) {
  for (const std::string text : {"", "{\"schema\": 3, \"boot_id\"", "{\"schema\": 2}"}) {
    std::ofstream(status) << text;
    fs::remove(log);
    Program watchdog(HNV_WATCHDOG, arguments(), log);
    ASSERT_TRUE(watchdog.says("event=ready")) << watchdog.output();
    EXPECT_THAT(watchdog.output(), HasSubstr("event=memory_lost"));
    EXPECT_THAT(watchdog.output(), HasSubstr(status + ".bad"));
    EXPECT_EQ(base::read_file(status + ".bad", 100).value(), text);
    EXPECT_TRUE(eventually([&] { return published_mode() == "enforce"; })) << "a fresh start";
  }
}

// The second one must not touch what the first one has in use, however bad it is.
TEST_F(WatchdogProgram, RefusesToRunTwice) {
  Program first(HNV_WATCHDOG, arguments(), log);
  ASSERT_TRUE(first.says("event=ready"));
  ASSERT_TRUE(eventually([&] { return fs::exists(status); }));
  std::ofstream(status) << "bad";
  EXPECT_EQ(run(arguments()), base::kExitFailure);
  EXPECT_THAT(output(), HasSubstr("held by pid"));
  EXPECT_FALSE(fs::exists(status + ".bad"));
}

TEST_F(WatchdogProgram, ReadsItsConfigurationAgain) {
  Program watchdog(HNV_WATCHDOG, arguments(), log);
  ASSERT_TRUE(watchdog.says("event=ready"));
  configure("mode: repair\n");
  watchdog.signal(SIGHUP);
  EXPECT_TRUE(watchdog.says("event=config_loaded"));
  EXPECT_TRUE(eventually([&] { return published_mode() == "repair"; })) << published_mode();
}

TEST_F(WatchdogProgram, KeepsTheOldConfigurationWhenTheNewOneIsWrong) {
  Program watchdog(HNV_WATCHDOG, arguments(), log);
  ASSERT_TRUE(watchdog.says("event=ready"));
  configure("mode: repair\nsettle: soon\n");
  watchdog.signal(SIGHUP);
  ASSERT_TRUE(watchdog.says("event=config_rejected"));
  EXPECT_THAT(watchdog.output(), HasSubstr("2:9: settle is 'soon'"));
  watchdog.signal(SIGTERM);
  EXPECT_EQ(watchdog.wait(), base::kExitOk);
  EXPECT_EQ(published_mode(), "enforce") << "nothing of the new file was applied";
}

TEST_F(WatchdogProgram, DoesNotStartWithAWrongConfiguration) {
  configure("mode: fix\n");
  EXPECT_EQ(run(arguments()), base::kExitConfig);
  EXPECT_THAT(output(),
              HasSubstr("hnv.yaml:1:7: mode is 'fix'; allowed: observe, repair, enforce"));
  EXPECT_FALSE(fs::exists(status));
}

TEST_F(WatchdogProgram, ChecksAConfigurationWithoutRunning) {
  EXPECT_EQ(run(arguments({"--check-config"})), base::kExitOk);
  EXPECT_THAT(output(), HasSubstr("valid; mode enforce, 0 bonds"));
  configure("bonds: [{device: b}]\n");
  EXPECT_EQ(run(arguments({"--check-config"})), base::kExitConfig);
}

TEST_F(WatchdogProgram, OnlyObservesInADryRun) {
  Program watchdog(HNV_WATCHDOG, arguments({"--dry-run"}), log);
  EXPECT_TRUE(watchdog.says("mode=observe"));
}

TEST_F(WatchdogProgram, AnswersAWrongCommandLine) {
  EXPECT_EQ(run({"--hold-down=3"}), base::kExitUsage);
  EXPECT_EQ(run({"--log.level=loud"}), base::kExitUsage);
  EXPECT_THAT(output(), HasSubstr("'loud'; allowed: debug, info, warn, error"));
}

TEST_F(WatchdogProgram, GoesOnWhenItsStatusCannotBeWritten) {
  Program watchdog(HNV_WATCHDOG, arguments(), log);
  ASSERT_TRUE(watchdog.says("event=ready"));
  // In the way of the next replacement, once the first one is done.
  ASSERT_TRUE(eventually([&] {
    std::error_code busy;
    return fs::exists(status) && fs::create_directory(status + ".new", busy);
  }));
  watchdog.signal(SIGHUP);
  EXPECT_TRUE(watchdog.says("event=status_unwritten")) << watchdog.output();
  fs::remove(status + ".new");
  configure("mode: repair\n");
  watchdog.signal(SIGHUP);
  EXPECT_TRUE(eventually([&] { return published_mode() == "repair"; })) << "tried again";
  EXPECT_GE(published_failures(), 1U);
  EXPECT_TRUE(watchdog.says("event=status_written"));
}

TEST_F(WatchdogProgram, GoesOnCountingEventsAfterSigkill) {
  const auto journal = [this] {
    std::ifstream file(watchdog_events_file(status));
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    return decode_journal(text, "journal").value_or(Journal{});
  };
  for (int run = 0; run < 3; ++run) {
    Program watchdog(HNV_WATCHDOG, arguments(), log);
    ASSERT_TRUE(watchdog.says("event=ready"));
    ASSERT_TRUE(eventually([&] {
      const auto events = journal().events;
      return std::count_if(events.begin(), events.end(), [](const JournalEvent& event) {
               return event.name == "ready";
             }) == run + 1;
    }));
    // The status follows the journal within 200 ms; a kill in between is another story.
    ASSERT_TRUE(eventually([&] {
      const auto published = read_published_status(status, read_boot_id("/proc"));
      return published.status && published.status->last_event == journal().events.back().sequence;
    }));
    watchdog.signal(SIGKILL);
    watchdog.wait();
    fs::remove(log);
  }
  const Journal end = journal();
  EXPECT_EQ(end.boot_id, read_boot_id("/proc"));
  std::uint64_t expected = 0;
  for (const JournalEvent& event : end.events) EXPECT_EQ(event.sequence, ++expected);
}

TEST_F(WatchdogProgram, GoesOnWhenItsJournalCannotBeWritten) {
  const fs::path events = watchdog_events_file(status);
  fs::create_directory(events.native() + ".new");
  Program watchdog(HNV_WATCHDOG, arguments(), log);
  ASSERT_TRUE(watchdog.says("event=events_unwritten"));
  EXPECT_TRUE(eventually([&] { return published_mode() == "enforce"; })) << "the status is written";
  fs::remove(events.native() + ".new");
  EXPECT_TRUE(eventually([&] { return fs::exists(events); })) << "tried again";
  std::ifstream file(events);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto journal = decode_journal(text, events);
  ASSERT_TRUE(journal.has_value());
  EXPECT_EQ(journal->events.front().sequence, 1U) << "nothing is lost";
  std::size_t said = 0;
  const std::string all = output();
  for (auto at = all.find("event=events_unwritten"); at != std::string::npos;
       at = all.find("event=events_unwritten", at + 1)) {
    ++said;
  }
  EXPECT_EQ(said, 1U) << all;
}

// READY=1 only once the first dump is complete, and STOPPING=1 at the end.
TEST_F(WatchdogProgram, TellsTheServiceManager) {
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = folder / "notify";
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
  Program watchdog(HNV_WATCHDOG, arguments(), log);
  ::unsetenv("NOTIFY_SOCKET");
  const auto next = [fd] {
    std::array<char, 512> text{};
    const ssize_t length = ::recv(fd, text.data(), text.size(), 0);
    return std::string(text.data(), static_cast<std::size_t>(std::max<ssize_t>(length, 0)));
  };
  EXPECT_EQ(next(), "READY=1\nSTATUS=0 bonds; mode enforce");
  EXPECT_TRUE(watchdog.says("event=ready"));
  watchdog.signal(SIGTERM);
  EXPECT_EQ(next(), "STOPPING=1");
  EXPECT_EQ(watchdog.wait(), 0);
  ::close(fd);
}

}  // namespace
