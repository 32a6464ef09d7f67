// SPDX-License-Identifier: Apache-2.0
// The reader against the writer itself.
#include "hnv/journal_reader.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/temporary_folder.hpp"
#include "watchdog/event_journal.hpp"

namespace hnv {
namespace {

using watchdog::EventJournal;

struct JournalReaderTest : testing::Test {
  test::TemporaryFolder folder;
  std::string file = folder.path() / "events.jsonl";
  EventJournal journal{file, "this-boot"};
  JournalReader reader{file, "this-boot"};

  void write(std::size_t events) {
    for (std::size_t index = 0; index < events; ++index) {
      journal.add({base::LogLevel::info, watchdog::Event::ready, {}}, base::BootTime{}, 0);
    }
    EXPECT_TRUE(journal.write(base::BootTime{}).has_value());
  }
  // "1-3", with "(4)" before it where 4 are missing.
  std::string read() {
    const auto all = reader.read();
    if (!all) return all.error().to_string();
    std::string text;
    for (const auto& news : *all) {
      if (news.missing != 0) text += "(" + std::to_string(news.missing) + ")";
      text += std::to_string(news.events.front().sequence) + "-" +
              std::to_string(news.events.back().sequence);
    }
    return text;
  }
};

TEST_F(JournalReaderTest, ReadsWhatIsThereAndThenWhatComes) {
  write(3);
  EXPECT_EQ(read(), "1-3");
  EXPECT_EQ(read(), "");
  write(2);
  EXPECT_EQ(read(), "4-5");
}

TEST_F(JournalReaderTest, FollowsOverAReplacement) {
  write(1990);
  EXPECT_EQ(read().substr(0, 4), "991-") << "what was dropped before is no loss";
  write(20);
  EXPECT_EQ(read(), "1991-2010");
  write(EventJournal::kLargest);
  EXPECT_EQ(read(), "(1000)3011-4010") << "replaced before it was read";
}

TEST_F(JournalReaderTest, WaitsForTheRestOfALine) {
  write(1);
  const std::string line = [] {
    JournalEvent event;
    event.sequence = 2;
    return encode_event(event);
  }();
  std::ofstream(file, std::ios::app) << line.substr(0, 20);
  EXPECT_EQ(read(), "1-1");
  std::ofstream(file, std::ios::app) << line.substr(20);
  EXPECT_EQ(read(), "2-2");
}

TEST_F(JournalReaderTest, FollowsAJournalThatWasBegunAnew) {
  write(3);
  EXPECT_EQ(read(), "1-3");
  std::filesystem::remove(file);
  journal = EventJournal(file, "this-boot");
  write(2);
  EXPECT_EQ(read(), "1-2");
}

TEST_F(JournalReaderTest, TellsThatThereIsNone) {
  EXPECT_EQ(read(), "read events " + file + ": ENOENT: No such file or directory");
  journal = EventJournal(file, "another-boot");
  write(1);
  EXPECT_EQ(read(), "read events " + file + ": is of another boot");
}

}  // namespace
}  // namespace hnv
