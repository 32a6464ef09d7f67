// SPDX-License-Identifier: Apache-2.0
#include "exporter/bonds_json.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "json_schema.hpp"
#include "page_scenes.hpp"
#include "sample_snapshot.hpp"

namespace {

using namespace hnv;
using namespace hnv::exporter;
using namespace hnv::exporter::test;
using Json = nlohmann::json;

std::string json_of(const Snapshot& snapshot, const std::string& run = "r1") {
  return bonds_json(snapshot, {}, "lpar1", run);
}

std::string revision(const Snapshot& snapshot, const std::string& run = "r1") {
  return std::string(revision_of(json_of(snapshot, run)));
}

TEST(BondsJson, FollowsItsSchemaInEverySituation) {
  for (const std::string& name : scene_names()) {
    EXPECT_EQ(schema_problems(json_of(scene(name, {})), "bonds"), "") << name;
  }
  EXPECT_EQ(schema_problems(json_of(full_snapshot()), "bonds"), "");
}

TEST(BondsJson, TheCheckSeesMistakes) {
  Json json = Json::parse(json_of(healthy_snapshot()));
  json["bonds"][0].erase("verdict");
  json["bonds"][0]["level"] = "splendid";
  json["bonds"][0]["slaves"][0]["speed"] = 1;
  json["host"] = 3;
  EXPECT_EQ(schema_problems(json.dump(), "bonds"),
            "bonds.bonds[] has no \"verdict\"\nbonds.bonds[].level is no such word\n"
            "bonds.bonds[].slaves[].speed is not in the schema\nbonds.host is a number\n");
}

TEST(BondsJson, SaysWhoCarriesTheTrafficAndWhy) {
  const Json bond = Json::parse(json_of(scene("failover", {})))["bonds"][0];
  EXPECT_EQ(bond["active_slave"], "env5");
  EXPECT_EQ(bond["sriov_slave"], "enP16392p3s0");
  EXPECT_EQ(bond["off_sriov_reason"], "link_down");
  EXPECT_EQ(bond["level"], "attention");
  EXPECT_EQ(bond["watchdog"]["off_since_unix_seconds"], kNowUnix - 300);
  EXPECT_EQ(bond["slaves"][0]["link"], "down");
  EXPECT_EQ(bond["slaves"][0]["receive_bytes_per_second"], nullptr);
}

TEST(BondsJson, TellsWhatTheDoctorFound) {
  Snapshot snapshot = healthy_snapshot();
  EXPECT_EQ(Json::parse(json_of(snapshot))["doctor"], nullptr);
  snapshot.doctor = sample_report();
  const Json doctor = Json::parse(json_of(snapshot))["doctor"];
  EXPECT_EQ(doctor["unix_seconds"], kNowUnix - 1800);
  ASSERT_EQ(doctor["findings"].size(), 1U) << "without what is right";
  EXPECT_EQ(doctor["findings"][0]["severity"], "warn");
  EXPECT_EQ(schema_problems(json_of(snapshot), "bonds"), "");
}

TEST(BondsJson, TellsTheThroughput) {
  ThroughputHistory history;
  const Snapshot later = scene("good", ThroughputHistory::kStep);
  history.record(scene("good", {}));
  history.record(later);
  const Json slave = Json::parse(bonds_json(later, history, "h", "r"))["bonds"][0]["slaves"][0];
  EXPECT_GT(slave["receive_bytes_per_second"], 1e8);
}

TEST(BondsJson, RevisionChangesWithTheBondsAndNotWithTime) {
  const std::string before = revision(scene("good", {}));
  EXPECT_EQ(revision(scene("good", std::chrono::seconds(7))), before);
  EXPECT_NE(revision(scene("failover", {})), before);
  Snapshot renamed = scene("good", {});
  renamed.bonds[0].slaves[1].link.name = "eth7";
  EXPECT_NE(revision(renamed), before);
}

TEST(BondsJson, TellsWhoPausedABondAndUntilWhen) {
  Snapshot snapshot = scene("good", {});
  EXPECT_EQ(Json::parse(json_of(snapshot))["bonds"][0]["watchdog"]["pause"], nullptr);
  const std::string before = revision(snapshot);
  OperatorPause pause;
  pause.bond = OperatorPause::kAllBonds;
  pause.by = "alice";
  pause.until = snapshot.taken + std::chrono::hours(1);
  WatchdogStatus& status = *snapshot.watchdog.status;
  status.activity.pauses = {pause};
  status.bonds[0].paused[PauseReason::operator_request] = true;
  const Json account = Json::parse(json_of(snapshot))["bonds"][0]["watchdog"];
  EXPECT_EQ(account["pause"]["by"], "alice");
  EXPECT_EQ(account["pause"]["until_unix_seconds"], snapshot.taken_unix_seconds + 3600);
  EXPECT_EQ(account["held_back_by"], "alice paused all bonds");
  EXPECT_EQ(schema_problems(json_of(snapshot), "bonds"), "");
  EXPECT_NE(revision(snapshot), before);
}

// Else every reader would be told each second, just while something is wrong.
TEST(BondsJson, RevisionStaysWhileAWaitRunsDown) {
  const auto waiting = [](std::chrono::seconds later) {
    Snapshot snapshot = scene("failover", later);
    BondStatus& account = snapshot.watchdog.status->bonds[0];
    account.off_reason = OffReason::hold_down;
    account.waits_until = scene("failover", {}).taken + std::chrono::seconds(30);
    return snapshot;
  };
  const Snapshot before = waiting(std::chrono::seconds(0));
  const Snapshot after = waiting(std::chrono::seconds(1));
  ASSERT_NE(Json::parse(json_of(before))["bonds"][0]["outlook"],
            Json::parse(json_of(after))["bonds"][0]["outlook"]);
  EXPECT_EQ(revision(after), revision(before));
}

TEST(BondsJson, RevisionDiffersBetweenRuns) {
  EXPECT_NE(revision(healthy_snapshot(), "r1"), revision(healthy_snapshot(), "r2"));
}

TEST(BondsJson, RevisionOfNothingIsEmpty) {
  EXPECT_EQ(revision_of(""), "");
}

TEST(BondsJson, IsOneLineOfUtf8WhateverTheNames) {
  const std::string json = json_of(scene("hostile", {}));
  EXPECT_EQ(json.find('\n'), std::string::npos);
  EXPECT_TRUE(Json::accept(json));
}

Events three_events() {
  Events events(3);
  for (std::size_t index = 0; index < events.size(); ++index) {
    events[index].sequence = 5 + index;
    events[index].name = "bond_found";
    events[index].fields = {{"bond", std::string("bond1")}, {"count", std::int64_t{2}}};
  }
  return events;
}

TEST(EventsJson, TellsWhatIsNewAndWhatIsMissing) {
  const Json all = Json::parse(events_json(three_events(), 0));
  EXPECT_EQ(all["events"].size(), 3U);
  EXPECT_EQ(all["missing"], 4);
  EXPECT_EQ(all["last"], 7);
  EXPECT_EQ(all["events"][0]["text"], "the bond was found; count 2");
  EXPECT_EQ(all["events"][0]["fields"]["count"], 2);
  const Json one = Json::parse(events_json(three_events(), 6));
  EXPECT_EQ(one["events"].size(), 1U);
  EXPECT_EQ(one["missing"], 0);
  const Json none = Json::parse(events_json(three_events(), 7));
  EXPECT_EQ(none["events"].size(), 0U);
  EXPECT_EQ(none["missing"], 0);
}

TEST(EventsJson, FollowsItsSchema) {
  EXPECT_EQ(schema_problems(events_json(three_events(), 5), "events"), "");
  EXPECT_EQ(schema_problems(events_json({}, 3), "events"), "");
  EXPECT_EQ(schema_problems(events_json(*scene("hostile", {}).events, 0), "events"), "");
}

}  // namespace
