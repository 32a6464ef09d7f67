// SPDX-License-Identifier: Apache-2.0
#include "hnv/events.hpp"

#include <gtest/gtest.h>

namespace {

using namespace hnv;

JournalEvent some_event(std::uint64_t sequence) {
  JournalEvent event;
  event.sequence = sequence;
  event.unix_seconds = 1790000000.25;
  event.at = base::BootTime(base::BootClock::duration(123456789));
  event.level = base::LogLevel::warn;
  event.name = "failover";
  event.fields = {{"bond", std::string("bond191554c8")},
                  {"count", std::int64_t{-3}},
                  {"after_s", 182.5},
                  {"again", true}};
  return event;
}

std::string some_journal() {
  return encode_events_header("this-boot") + encode_event(some_event(7)) +
         encode_event(some_event(8));
}

TEST(Events, SurviveTheFile) {
  const auto journal = decode_journal(some_journal(), "file");
  ASSERT_TRUE(journal.has_value()) << journal.error().to_string();
  EXPECT_EQ(journal->boot_id, "this-boot");
  EXPECT_EQ(journal->events, (std::vector<JournalEvent>{some_event(7), some_event(8)}));
  EXPECT_EQ(journal->size, some_journal().size());
  EXPECT_EQ(*journal->events[0].text("bond"), "bond191554c8");
  EXPECT_EQ(journal->events[0].text("count"), nullptr);
  EXPECT_EQ(journal->events[0].text("cause"), nullptr);
}

// Wherever a write was cut off.
TEST(Events, LeaveOutALineThatIsNotWhole) {
  const std::string whole = encode_events_header("this-boot") + encode_event(some_event(7));
  const std::string text = some_journal();
  for (std::size_t length = whole.size(); length < text.size(); ++length) {
    const auto journal = decode_journal(text.substr(0, length), "file");
    ASSERT_TRUE(journal.has_value()) << length;
    EXPECT_EQ(journal->events.size(), 1U);
    EXPECT_EQ(journal->size, whole.size());
  }
}

TEST(Events, SayWhichLineIsBad) {
  const auto reason = [](const std::string& text) {
    const auto journal = decode_journal(text, "/run/hnv/events.jsonl");
    return journal ? "is good" : journal.error().to_string();
  };
  EXPECT_EQ(reason(""), "read events /run/hnv/events.jsonl: no header");
  EXPECT_EQ(reason("{\"schema\": 2}\n"),
            "read events /run/hnv/events.jsonl: schema 2; this program reads schema 1");
  const std::string prefix = "read events /run/hnv/events.jsonl: line 3: ";
  const std::string good = encode_events_header("b") + encode_event(some_event(1));
  EXPECT_EQ(reason(good + "{}\n").rfind(prefix, 0), 0U) << reason(good + "{}\n");
  EXPECT_EQ(reason(good + std::string(20, '\0') + "\n").rfind(prefix, 0), 0U);
  std::string line = encode_event(some_event(2));
  line.replace(line.find("warn"), 4, "loud");
  EXPECT_EQ(reason(good + line), prefix + "no level is called 'loud'");
}

TEST(Events, TakeNamesThatAreNoText) {
  JournalEvent event = some_event(1);
  event.fields = {{"bond", std::string("b\xff\n")}};
  const std::string line = encode_event(event);
  EXPECT_EQ(line.find('\n'), line.size() - 1) << "one line";
  EXPECT_TRUE(decode_journal_end(line, "file").has_value());
}

TEST(Events, LieBesideTheStatusFile) {
  EXPECT_EQ(watchdog_events_file("/run/hnv/watchdog.json"), "/run/hnv/events.jsonl");
}

}  // namespace
