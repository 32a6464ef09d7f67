// SPDX-License-Identifier: Apache-2.0
#include "ctl/status_json.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/ctl/sample_picture.hpp"

namespace hnv::ctl::test {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

Json json_of(const Picture& picture) {
  return Json::parse(status_json(picture, judge(picture, {}), false));
}

Picture counted_picture() {
  Picture picture = stranded_picture();
  watched_of(picture).failovers[FailoverDirection::to_virtual][FailoverCause::link_down] = 2;
  watched_of(picture).restore_failures[RestoreFailure::timeout] = 1;
  return picture;
}

TEST(StatusJson, NamesSchemaWatchdogAndConfiguration) {
  const Json json = json_of(sample_picture());
  EXPECT_EQ(json.at("schema"), 1);
  EXPECT_EQ(json.at("exit_code"), 0);
  EXPECT_EQ(json.at("watchdog").at("alive"), true);
  EXPECT_EQ(json.at("watchdog").at("pid"), 812);
  EXPECT_EQ(json.at("watchdog").at("mode"), "enforce");
  EXPECT_EQ(json.at("config").at("file"), "/etc/hnv/hnv.yaml");
  EXPECT_EQ(json.at("config").at("found"), true);
}

TEST(StatusJson, TellsWhereTheTrafficIsAndWhy) {
  const Json json = json_of(counted_picture());
  EXPECT_EQ(json.at("exit_code"), 3);
  const Json& bond = json.at("bonds").at(0);
  EXPECT_EQ(bond.at("name"), kBond);
  EXPECT_EQ(bond.at("standing"), "off_sriov");
  EXPECT_EQ(bond.at("good"), false);
  EXPECT_EQ(bond.at("active_device"), kVirtual);
  EXPECT_EQ(bond.at("sriov_device"), kSriov);
  EXPECT_EQ(bond.at("primary_device"), nullptr);
  EXPECT_EQ(bond.at("hcn_id"), 0x191554c8);
  EXPECT_EQ(bond.at("unmoved_for_seconds"), 14.0);
  EXPECT_EQ(bond.at("findings").at(0).at("kind"), "primary_unset");
  EXPECT_EQ(bond.at("watched").at("state"), "hold_down");
  EXPECT_EQ(bond.at("watched").at("waits_seconds"), 6.5);
  EXPECT_EQ(bond.at("watched").at("off_reason"), "hold_down");
  EXPECT_EQ(bond.at("watched").at("off_reason_for_seconds"), 9.0);
  EXPECT_EQ(bond.at("settings").at("mode"), "active-backup");
  EXPECT_EQ(bond.at("settings").at("miimon_seconds"), 0.1);
}

TEST(StatusJson, ListsSlavesByIndex) {
  const Json slaves = json_of(counted_picture()).at("bonds").at(0).at("slaves");
  ASSERT_EQ(slaves.size(), 2U);
  EXPECT_EQ(slaves[0].at("device"), kSriov);
  EXPECT_EQ(slaves[0].at("role"), "sriov");
  EXPECT_EQ(slaves[0].at("role_source"), "hcn_mode");
  EXPECT_EQ(slaves[0].at("driver"), "mlx5_core");
  EXPECT_EQ(slaves[0].at("node"), "pci@800000020004008/ethernet@0");
  EXPECT_EQ(slaves[0].at("node_source"), "of_node");
  EXPECT_EQ(slaves[0].at("node_type"), "pci");
  EXPECT_EQ(slaves[0].at("hcn_id"), 0x191554c8);
  EXPECT_EQ(slaves[0].at("hcn_mode"), "primary");
  EXPECT_EQ(slaves[0].at("drc_index"), 0x20004008);
  EXPECT_EQ(slaves[1].at("hcn_mode"), nullptr);
  EXPECT_EQ(slaves[1].at("node_source"), "none");
  EXPECT_EQ(slaves[0].at("mii_status"), "up");
  EXPECT_EQ(slaves[0].at("active"), false);
  EXPECT_EQ(slaves[1].at("active"), true);
  EXPECT_EQ(slaves[1].at("permanent_address"), "52:54:00:00:00:12");
}

TEST(StatusJson, HasEveryCountAlsoWithNothingCounted) {
  const Json counts = json_of(counted_picture()).at("bonds").at(0).at("counts");
  EXPECT_EQ(counts.at("failovers").at("to_virtual").at("link_down"), 2);
  EXPECT_EQ(counts.at("failovers").at("to_none").size(), base::kEnumCount<FailoverCause>);
  EXPECT_EQ(counts.at("restore_failures").at("timeout"), 1);
  EXPECT_EQ(counts.at("restore_failures").at("permission"), 0);
}

TEST(StatusJson, TellsWhatDampingHoldsBack) {
  Picture picture = damped_picture();
  watched_of(picture).penalty = Penalty{3000, picture.now - Penalty::kHalfLife};
  Json watched = json_of(picture).at("bonds").at(0).at("watched");
  EXPECT_EQ(watched.at("penalty"), 1500.0);
  EXPECT_EQ(watched.at("suppressed"), true);
  EXPECT_EQ(watched.at("suppressed_at_most_seconds"), 300.0);
  EXPECT_EQ(watched.at("saved_primary_reselect"), "always");
  EXPECT_EQ(watched.at("budget_spent"), false);
  EXPECT_EQ(json_of(picture).at("bonds").at(0).at("settings").at("primary_reselect"), "failure");
  watched_of(picture).suppressed = false;
  watched_of(picture).saved_reselect.reset();
  watched_of(picture).budget_spent = true;
  watched = json_of(picture).at("bonds").at(0).at("watched");
  EXPECT_EQ(watched.at("suppressed_at_most_seconds"), nullptr);
  EXPECT_EQ(watched.at("saved_primary_reselect"), nullptr);
  EXPECT_EQ(watched.at("budget_spent"), true);
}

TEST(StatusJson, CountsFastFailoversAndGlitches) {
  Picture picture = counted_picture();
  watched_of(picture).fast_failovers = 4;
  watched_of(picture).fast_failovers_skipped[FastSkip::outdated] = 1;
  watched_of(picture).glitches = 7;
  const Json counts = json_of(picture).at("bonds").at(0).at("counts");
  EXPECT_EQ(counts.at("fast_failovers"), 4);
  EXPECT_EQ(counts.at("fast_failovers_skipped").at("outdated"), 1);
  EXPECT_EQ(counts.at("fast_failovers_skipped").size(), base::kEnumCount<FastSkip>);
  EXPECT_EQ(counts.at("glitches"), 7);
}

TEST(StatusJson, TellsWhatAnswersBehindEachSlave) {
  Picture picture = sample_picture();
  set_path(picture, PathVerdict::virtual_dead);
  BondPath& told = picture.paths.value().bonds.at(0);
  told.since = picture.now - 90s;
  told.slaves.at(1).targets.at(0).lost_in_row = 7;
  told.slaves.at(1).targets.at(0).last_answer = picture.now - 8s;
  told.crosses = {CrossPath{Role::sriov, Role::virtual_device, false},
                  CrossPath{Role::virtual_device, Role::sriov, std::nullopt}};
  const Json bond = json_of(picture).at("bonds").at(0);
  EXPECT_EQ(bond.at("slaves").at(0).at("path"), "answers");
  EXPECT_EQ(bond.at("slaves").at(1).at("path"), "dead");
  const Json& path = bond.at("path");
  EXPECT_EQ(path.at("verdict"), "virtual_dead");
  EXPECT_NE(path.at("text").get<std::string>().find("nothing answers behind env3"),
            std::string::npos);
  EXPECT_EQ(path.at("for_seconds"), 90.0);
  EXPECT_EQ(path.at("age_seconds"), 0.3);
  EXPECT_EQ(path.at("interval_seconds"), 1.0);
  ASSERT_EQ(path.at("targets").size(), 2U);
  const Json& lost = path.at("targets").at(1);
  EXPECT_EQ(lost.at("device"), kVirtual);
  EXPECT_EQ(lost.at("role"), "virtual");
  EXPECT_EQ(lost.at("target"), "192.0.2.1");
  EXPECT_EQ(lost.at("up"), false);
  EXPECT_EQ(lost.at("lost_in_row"), 7);
  EXPECT_EQ(lost.at("last_answer_age_seconds"), 8.0);
  EXPECT_EQ(path.at("targets").at(0).at("last_answer_age_seconds"), nullptr);
  EXPECT_EQ(path.at("crosses").at(0),
            (Json{{"from_role", "sriov"}, {"to_role", "virtual"}, {"up", false}}));
  EXPECT_EQ(path.at("crosses").at(1).at("up"), nullptr);
}

// Whoever reads the file learns how old it is, and gets no verdict of it.
TEST(StatusJson, BelievesNothingOfAnOldPathVerdict) {
  Picture picture = sample_picture();
  set_path(picture, PathVerdict::virtual_dead);
  picture.paths.value().bonds.at(0).judged_at = picture.now - 60s;
  const Json bond = json_of(picture).at("bonds").at(0);
  EXPECT_EQ(bond.at("slaves").at(1).at("path"), nullptr);
  const Json& path = bond.at("path");
  EXPECT_EQ(path.at("verdict"), "not_judged");
  EXPECT_EQ(path.at("for_seconds"), nullptr);
  EXPECT_EQ(path.at("age_seconds"), 60.0);
  EXPECT_EQ(path.at("targets").at(1).at("up"), nullptr);
}

TEST(StatusJson, SaysNothingOfPathsWithoutAProber) {
  Picture picture = sample_picture();
  EXPECT_EQ(json_of(picture).at("bonds").at(0).at("path"), nullptr);
  EXPECT_EQ(json_of(picture).at("bonds").at(0).at("slaves").at(0).at("path"), nullptr);
  // A slave that the kernel does not have, in a file of no trusted writer, and a time to come.
  set_path(picture, PathVerdict::healthy);
  BondPath& told = picture.paths.value().bonds.at(0);
  told.slaves.at(0).index = bond::IfIndex{4711};
  told.judged_at = picture.now + 5s;
  const Json path = json_of(picture).at("bonds").at(0).at("path");
  EXPECT_EQ(path.at("verdict"), "not_judged");
  EXPECT_EQ(path.at("age_seconds"), nullptr);
  ASSERT_EQ(path.at("targets").size(), 1U);
  EXPECT_EQ(path.at("targets").at(0).at("device"), kVirtual);
}

TEST(StatusJson, SaysNullForWhatIsNotKnown) {
  Picture picture = counted_picture();
  remove_watchdog(picture);
  Json json = json_of(picture);
  EXPECT_EQ(json.at("watchdog").at("alive"), false);
  EXPECT_EQ(json.at("watchdog").at("mode"), nullptr);
  EXPECT_EQ(json.at("bonds").at(0).at("watched"), nullptr);
  EXPECT_EQ(json.at("bonds").at(0).at("counts"), nullptr);
  EXPECT_EQ(json.at("bonds").at(0).at("unmoved_for_seconds"), nullptr);
  picture.published.error = base::Error{base::ErrorCode::permission, "open lock", "/l", "EACCES"};
  json = json_of(picture);
  EXPECT_EQ(json.at("watchdog").at("alive"), nullptr);
  EXPECT_EQ(json.at("watchdog").at("error"), "open lock /l: EACCES");
}

TEST(StatusJson, HasWhatTheConfigurationMisses) {
  Picture picture = sample_picture();
  picture.bonds.clear();
  const Json bond = json_of(picture).at("bonds").at(0);
  EXPECT_EQ(bond.at("standing"), "missing");
  EXPECT_FALSE(bond.contains("slaves"));
}

TEST(StatusJson, OneLineForStreams) {
  const Picture picture = sample_picture();
  const std::string line = status_json(picture, judge(picture, {}), true);
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
  EXPECT_EQ(line.back(), '\n');
  EXPECT_EQ(Json::parse(line), json_of(picture));
}

TEST(StatusJson, SurvivesANameThatIsNoText) {
  Picture picture = sample_picture();
  bond_of(picture).slaves[1].link.name = "eth\xff";
  EXPECT_NO_THROW(json_of(picture));
}

}  // namespace
}  // namespace hnv::ctl::test
