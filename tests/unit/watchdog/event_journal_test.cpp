// SPDX-License-Identifier: Apache-2.0
#include "watchdog/event_journal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>

#include "base/atomic_file.hpp"
#include "tests/support/temporary_folder.hpp"

namespace {

using namespace hnv;
using namespace hnv::watchdog;
using namespace std::chrono_literals;
using base::BootTime;
namespace fs = std::filesystem;

struct EventJournalTest : testing::Test {
  test::TemporaryFolder folder;
  std::string file = folder.path() / "events.jsonl";
  BootTime now{100s};

  EventJournal opened(const std::string& boot = "this-boot") const {
    EventJournal journal(file, boot);
    EXPECT_TRUE(journal.read().has_value());
    return journal;
  }
  void add(EventJournal& journal, std::size_t events = 1) const {
    for (std::size_t index = 0; index < events; ++index) {
      journal.add({base::LogLevel::info, Event::failover, {{"bond", std::string("b")}}}, now, 5.0);
    }
  }
  void write(EventJournal& journal, std::size_t events = 1) const {
    add(journal, events);
    const auto written = journal.write(now);
    ASSERT_TRUE(written.has_value()) << written.error().to_string();
  }
  [[nodiscard]] std::string content() const {
    return base::read_file(file, kLargestEventsFile).value_or("");
  }
  [[nodiscard]] std::vector<std::uint64_t> sequences() const {
    std::vector<std::uint64_t> found;
    const auto journal = decode_journal(content(), file);
    if (!journal) {
      ADD_FAILURE() << journal.error().to_string();
      return found;
    }
    for (const JournalEvent& event : journal->events) found.push_back(event.sequence);
    return found;
  }
  [[nodiscard]] ino_t inode() const {
    struct stat found {};
    ::stat(file.c_str(), &found);
    return found.st_ino;
  }
  // In the way of a replacement.
  void block() const { fs::create_directory(file + ".new"); }
  void unblock() const { fs::remove(file + ".new"); }
};

using Sequences = std::vector<std::uint64_t>;

TEST_F(EventJournalTest, AppendsToOneFile) {
  EventJournal journal = opened();
  write(journal);
  const ino_t first = inode();
  write(journal, 2);
  EXPECT_EQ(sequences(), (Sequences{1, 2, 3}));
  EXPECT_EQ(inode(), first) << "appended, not replaced";
  EXPECT_EQ(journal.last(), 3U);
}

TEST_F(EventJournalTest, GoesOnAfterARestart) {
  EventJournal before = opened();
  write(before, 2);
  EventJournal journal = opened();
  EXPECT_EQ(journal.last(), 2U);
  const ino_t first = inode();
  write(journal);
  EXPECT_EQ(sequences(), (Sequences{1, 2, 3}));
  EXPECT_EQ(inode(), first);
}

TEST_F(EventJournalTest, LeavesOutAHalfLine) {
  EventJournal before = opened();
  write(before, 2);
  fs::resize_file(file, fs::file_size(file) - 5);
  EventJournal journal = opened();
  EXPECT_EQ(journal.last(), 1U) << "the second one was never told to anybody as a whole";
  write(journal);
  EXPECT_EQ(sequences(), (Sequences{1, 2}));
}

TEST_F(EventJournalTest, BeginsAnewInAnotherBoot) {
  EventJournal before = opened("another-boot");
  write(before, 5);
  EventJournal journal = opened();
  EXPECT_EQ(journal.last(), 0U);
  write(journal);
  EXPECT_EQ(sequences(), (Sequences{1}));
  EXPECT_THAT(content(), testing::HasSubstr("this-boot"));
}

TEST_F(EventJournalTest, KeepsABadFileAside) {
  folder.write("events.jsonl", "what is this?\n");
  EventJournal journal(file, "this-boot");
  const auto read = journal.read();
  ASSERT_FALSE(read.has_value());
  EXPECT_THAT(read.error().to_string(), testing::HasSubstr("line 1: "));
  EXPECT_THAT(read.error().to_string(),
              testing::EndsWith("kept as " + file + ".bad, the journal begins anew"));
  EXPECT_EQ(base::read_file(file + ".bad", 100).value_or(""), "what is this?\n");
  write(journal);
  EXPECT_EQ(sequences(), (Sequences{1}));
}

TEST_F(EventJournalTest, ReplacesTheFileByItsEnd) {
  EventJournal journal = opened();
  std::size_t largest = 0;
  for (int batch = 0; batch < 45; ++batch) {
    write(journal, 100);
    largest = std::max(largest, sequences().size());
  }
  const Sequences left = sequences();
  EXPECT_EQ(largest, EventJournal::kLargest);
  EXPECT_GE(left.size(), EventJournal::kKept);
  EXPECT_EQ(left.back(), 4500U);
  EXPECT_EQ(left.back() - left.front() + 1, left.size()) << "without a gap";
}

TEST_F(EventJournalTest, BeginsTheFileAgainThatSomebodyTookAway) {
  EventJournal journal = opened();
  write(journal, 2);
  fs::remove(file);
  write(journal);
  EXPECT_EQ(sequences(), (Sequences{1, 2, 3}));
  fs::resize_file(file, 0);
  write(journal);
  EXPECT_EQ(sequences(), (Sequences{1, 2, 3, 4}));
}

TEST_F(EventJournalTest, WritesLaterWhatCouldNotBeWritten) {
  EventJournal journal = opened();
  block();
  add(journal);
  EXPECT_FALSE(journal.write(now).has_value());
  EXPECT_EQ(journal.wake_at(), now + EventJournal::kRetry);
  add(journal);
  EXPECT_TRUE(journal.write(now + 1s).has_value()) << "not tried";
  EXPECT_FALSE(fs::exists(file));
  unblock();
  EXPECT_TRUE(journal.write(now + EventJournal::kRetry).has_value());
  EXPECT_EQ(sequences(), (Sequences{1, 2}));
  EXPECT_EQ(journal.lost(), 0U);
  EXPECT_FALSE(journal.wake_at().has_value());
}

TEST_F(EventJournalTest, CountsWhatIsLost) {
  EventJournal journal = opened();
  write(journal, 3);
  fs::remove(file);
  block();
  add(journal, EventJournal::kKept + 7);
  EXPECT_FALSE(journal.write(now).has_value());
  EXPECT_EQ(journal.lost(), 7U) << "what was written once is not lost";
  unblock();
  EXPECT_TRUE(journal.write(now + EventJournal::kRetry).has_value());
  EXPECT_EQ(sequences().front(), 11U) << "the gap shows it";
  EXPECT_EQ(sequences().size(), EventJournal::kKept);
}

TEST_F(EventJournalTest, RepairsAFileThatWasFull) {
  EventJournal journal = opened();
  write(journal, 2);
  // Stands for a full file system: it takes a part of a line.
  struct rlimit before {};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  auto* handler = std::signal(SIGXFSZ, SIG_IGN);
  struct rlimit full = before;
  full.rlim_cur = fs::file_size(file) + 20;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &full), 0);
  add(journal);
  const auto written = journal.write(now);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, handler);
  ASSERT_FALSE(written.has_value());
  EXPECT_EQ(sequences(), (Sequences{1, 2})) << "no half line stays";
  EXPECT_EQ(content().back(), '\n');
  EXPECT_TRUE(journal.write(now + EventJournal::kRetry).has_value());
  EXPECT_EQ(sequences(), (Sequences{1, 2, 3}));
}

TEST_F(EventJournalTest, FollowsNoLink) {
  EventJournal journal = opened();
  write(journal);
  fs::rename(file, folder.path() / "elsewhere");
  fs::create_symlink(folder.path() / "elsewhere", file);
  add(journal);
  EXPECT_FALSE(journal.write(now).has_value());
  EXPECT_TRUE(journal.write(now + EventJournal::kRetry).has_value());
  EXPECT_FALSE(fs::is_symlink(file));
  EXPECT_EQ(sequences(), (Sequences{1, 2}));
}

}  // namespace
