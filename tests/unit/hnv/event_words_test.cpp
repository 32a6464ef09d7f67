// SPDX-License-Identifier: Apache-2.0
#include "hnv/event_words.hpp"

#include <gtest/gtest.h>

#include "watchdog/log_entry.hpp"

namespace hnv {
namespace {

JournalEvent event(std::string name,
                   std::vector<std::pair<std::string, JournalEvent::Value>> fields) {
  JournalEvent result;
  result.name = std::move(name);
  result.fields = std::move(fields);
  return result;
}

TEST(EventWords, ThereAreForEveryEvent) {
  for (const std::string_view name : base::EnumNames<watchdog::Event>::names) {
    EXPECT_TRUE(has_event_words(name)) << name;
  }
}

TEST(EventWords, TellAFailoverWithItsDuration) {
  const auto failover = event("failover", {{"bond", std::string("bond191554c8")},
                                           {"from", std::string("eth1")},
                                           {"to", std::string("eth0")},
                                           {"direction", std::string("to_virtual")},
                                           {"cause", std::string("link_down")},
                                           {"after_s", 182.25}});
  EXPECT_EQ(event_words(failover),
            "the traffic went from eth1 to eth0: link_down; after 3 min 2 s");
}

TEST(EventWords, TellShortTimesToo) {
  EXPECT_EQ(event_words(event("state", {{"from", std::string("steady")},
                                        {"to", std::string("settling")},
                                        {"off_sriov", std::string("absent")},
                                        {"after_s", 0.25},
                                        {"off_s", 61.0}})),
            "steady -> settling, off SR-IOV: absent; after 250 ms; off for 1 min 1 s");
}

TEST(EventWords, TellWhichOptionIsWritten) {
  EXPECT_EQ(event_words(event("write", {{"bond", std::string("bond1")},
                                        {"primary_reselect", std::string("failure")},
                                        {"rule", std::string("suppress")}})),
            "the watchdog writes, rule suppress; primary_reselect failure");
  EXPECT_EQ(event_words(event("restored", {{"bond", std::string("bond1")},
                                           {"primary", std::string("eth1")},
                                           {"rule", std::string("keep")}})),
            "what was written is in force, rule keep; primary eth1");
}

TEST(EventWords, TellWhoPausedItForHowLong) {
  EXPECT_EQ(event_words(event("paused", {{"bond", std::string("bond1")},
                                         {"reasons", std::string("operator")},
                                         {"by", std::string("alice")},
                                         {"because", std::string("work")},
                                         {"for_s", 7200.0}})),
            "writes are held back by: operator; by alice; because work; for 2 h");
}

TEST(EventWords, TellOfDampingAndTheBudget) {
  EXPECT_EQ(event_words(event("damping", {{"bond", std::string("bond1")},
                                          {"suppressed", std::string("yes")},
                                          {"penalty", 2820.0}})),
            "the link flaps too much: yes; penalty 2820");
  EXPECT_EQ(event_words(event("budget_spent",
                              {{"bond", std::string("bond1")}, {"hint", std::string("find it")}})),
            "no more moves for a while: as many as may be in an hour; find it");
}

TEST(EventWords, TellWhatIsNotKnownByItsFields) {
  EXPECT_EQ(
      event_words(event("eclipse", {{"moons", std::int64_t{2}}, {"err", std::string("dark")}})),
      "eclipse; moons 2; dark");
  EXPECT_EQ(event_words(event("ready", {})), "the watchdog follows ? bonds");
}

}  // namespace
}  // namespace hnv
