// SPDX-License-Identifier: Apache-2.0
#include "exporter/event_log.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temporary_folder.hpp"

namespace {

using namespace hnv;
using namespace hnv::exporter;

class EventLogTest : public ::testing::Test {
 protected:
  void write(std::uint64_t first, std::uint64_t last, bool anew = false) {
    const std::string file = watchdog_events_file(status_file_);
    std::ofstream out(file + (anew ? ".new" : ""), std::ios::app);
    if (out.tellp() == std::streampos(0)) out << encode_events_header("this-boot");
    for (auto sequence = first; sequence <= last; ++sequence) {
      JournalEvent event;
      event.sequence = sequence;
      event.name = "ready";
      out << encode_event(event);
    }
    out.close();
    if (anew) std::filesystem::rename(file + ".new", file);
  }
  // "3-7"
  std::string range() {
    log_.update();
    const Events& events = *log_.events();
    if (events.empty()) return "";
    return std::to_string(events.front().sequence) + "-" + std::to_string(events.back().sequence);
  }

  test::TemporaryFolder folder_;
  std::string status_file_ = folder_.path() / "watchdog.json";
  EventLog log_{status_file_, "this-boot"};
};

TEST_F(EventLogTest, WithoutAJournalThereAreNone) {
  EXPECT_EQ(range(), "");
  EXPECT_FALSE(log_.error());
}

TEST_F(EventLogTest, AddsWhatComes) {
  write(1, 3);
  EXPECT_EQ(range(), "1-3");
  const auto before = log_.events();
  EXPECT_EQ(range(), "1-3");
  EXPECT_EQ(log_.events(), before) << "nothing is copied when nothing came";
  write(4, 5);
  EXPECT_EQ(range(), "1-5");
  EXPECT_EQ(before->size(), 3U);
}

TEST_F(EventLogTest, KeepsTheLast) {
  write(1, EventLog::kMost + 10);
  EXPECT_EQ(range(), "11-1010");
}

TEST_F(EventLogTest, BeginsAnewWithTheJournal) {
  write(1, 9);
  EXPECT_EQ(range(), "1-9");
  write(1, 2, true);
  EXPECT_EQ(range(), "1-2");
}

TEST_F(EventLogTest, SaysWhatIsWrongAndKeepsWhatItHas) {
  write(1, 2);
  EXPECT_EQ(range(), "1-2");
  std::ofstream(watchdog_events_file(status_file_)) << "nonsense\n";
  EXPECT_EQ(range(), "1-2");
  EXPECT_TRUE(log_.error());
}

}  // namespace
