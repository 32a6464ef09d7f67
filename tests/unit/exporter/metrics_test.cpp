// SPDX-License-Identifier: Apache-2.0
#include "exporter/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "sample_snapshot.hpp"

namespace {

using namespace hnv;
using namespace hnv::exporter;
using namespace hnv::exporter::test;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Series with their values, as in the text: `name{label="value"}` -> number as text.
std::map<std::string, std::string> series_of(const Snapshot& snapshot) {
  std::map<std::string, std::string> series;
  std::istringstream text(metrics_body(snapshot, ExpositionFormat::text));
  for (std::string line; std::getline(text, line);) {
    if (line.starts_with("#")) continue;
    const auto blank = line.rfind(' ');
    const bool added = series.emplace(line.substr(0, blank), line.substr(blank + 1)).second;
    EXPECT_TRUE(added) << "twice: " << line;
  }
  return series;
}

std::string value_in(const Snapshot& snapshot, const std::string& name) {
  const auto series = series_of(snapshot);
  const auto found = series.find(name);
  return found != series.end() ? found->second : "absent";
}

// Names of the series that begin with `prefix`.
std::vector<std::string> names_in(const Snapshot& snapshot, const std::string& prefix) {
  std::vector<std::string> names;
  for (const auto& [name, value] : series_of(snapshot)) {
    if (name.starts_with(prefix)) names.push_back(name);
  }
  return names;
}

const std::string kBond = "{bond=\"bond191554c8\"}";

TEST(MetricTable, NamesEachMetricOnce) {
  std::set<std::string_view> names;
  for (const MetricSection& section : metric_table()) {
    for (const MetricRow& row : section.rows)
      EXPECT_TRUE(names.insert(row.name).second) << row.name;
  }
  EXPECT_GT(names.size(), 50U);
}

TEST(MetricTable, RowsFollowTheRules) {
  for (const MetricSection& section : metric_table()) {
    for (const MetricRow& row : section.rows) {
      const bool counter = row.type == prometheus::MetricType::Counter;
      EXPECT_EQ(row.name.ends_with("_total"), counter) << row.name;
      const bool ours = row.name.starts_with("hnv_") || row.name.starts_with("process_");
      EXPECT_EQ(ours, !section.node_bonding) << row.name;
      EXPECT_TRUE(row.help.ends_with(".")) << row.name;
      EXPECT_EQ(std::set(row.labels.begin(), row.labels.end()).size(), row.labels.size())
          << row.name;
      // Of a path some are about a slave, some about a bond.
      if (row.name.starts_with("hnv_path_")) continue;
      const bool about_slave = row.name.starts_with("hnv_slave_");
      EXPECT_EQ(std::count(row.labels.begin(), row.labels.end(), "device"), about_slave ? 1 : 0)
          << row.name;
    }
  }
}

// Every row has samples for a partition where everything is known, and labels as its row says.
TEST(MetricTable, EveryRowIsUsed) {
  const MetricChoice all{.node_bonding = true};
  const std::string text = metrics_body(full_snapshot(), ExpositionFormat::text, all);
  for (const MetricSection& section : metric_table()) {
    for (const MetricRow& row : section.rows) {
      const std::string begin = "\n# HELP " + std::string(row.name) + " ";
      EXPECT_THAT("\n" + text, ::testing::HasSubstr(begin));
    }
  }
}

TEST(Metrics, AreNodeExportersTooWhereAskedFor) {
  Snapshot snapshot = healthy_snapshot();
  slave_of(snapshot.bonds[0], 5).link.slave->mii_status = bond::MiiStatus::down;
  const std::string text = metrics_body(snapshot, ExpositionFormat::text, {.node_bonding = true});
  EXPECT_THAT(text,
              ::testing::EndsWith(
                  "# HELP node_bonding_active Number of active slaves per bonding interface.\n"
                  "# TYPE node_bonding_active gauge\n"
                  "node_bonding_active{master=\"bond191554c8\"} 1\n"
                  "# HELP node_bonding_slaves Number of configured slaves per bonding interface.\n"
                  "# TYPE node_bonding_slaves gauge\n"
                  "node_bonding_slaves{master=\"bond191554c8\"} 2\n"));
  EXPECT_THAT(names_in(snapshot, "node_"), IsEmpty());
}

// Switching the format must not begin new series.
TEST(Metrics, HaveTheSameSamplesInBothFormats) {
  const auto samples = [](ExpositionFormat format) {
    std::istringstream text(metrics_body(full_snapshot(), format));
    std::vector<std::string> lines;
    for (std::string line; std::getline(text, line);) {
      if (!line.starts_with("#")) lines.push_back(line);
    }
    return lines;
  };
  EXPECT_EQ(samples(ExpositionFormat::text), samples(ExpositionFormat::openmetrics));
}

TEST(Metrics, HeadlineIsOneWhileTheSriovSlaveIsActive) {
  Snapshot snapshot = healthy_snapshot();
  EXPECT_EQ(value_in(snapshot, "hnv_bond_sriov_active" + kBond), "1");
  EXPECT_EQ(value_in(snapshot, "hnv_bond_primary_is_sriov" + kBond), "1");
  set_active(snapshot.bonds[0], 5);
  EXPECT_EQ(value_in(snapshot, "hnv_bond_sriov_active" + kBond), "0");
  EXPECT_EQ(value_in(snapshot, "hnv_bond_primary_is_sriov" + kBond), "1");
  set_primary(snapshot.bonds[0], 5);
  EXPECT_EQ(value_in(snapshot, "hnv_bond_primary_is_sriov" + kBond), "0");
  EXPECT_EQ(value_in(snapshot, "hnv_bond_primary_configured" + kBond), "1");
  clear_primary(snapshot.bonds[0]);
  EXPECT_EQ(value_in(snapshot, "hnv_bond_primary_configured" + kBond), "0");
  EXPECT_EQ(value_in(snapshot, "hnv_bond_primary_is_sriov" + kBond), "0");
}

TEST(Metrics, HeadlineIsZeroWhileTheSriovSlaveIsAway) {
  Snapshot snapshot = healthy_snapshot();
  set_active(snapshot.bonds[0], 5);
  clear_primary(snapshot.bonds[0]);
  remove_slave(snapshot.bonds[0], 4);
  EXPECT_EQ(value_in(snapshot, "hnv_bond_sriov_active" + kBond), "0");
  EXPECT_EQ(value_in(snapshot, "hnv_bond_primary_is_sriov" + kBond), "0");
  EXPECT_EQ(value_in(snapshot, "hnv_bond_slaves" + kBond), "1");
  EXPECT_EQ(value_in(snapshot, "hnv_bond_expected_slaves" + kBond), "2");
}

TEST(Metrics, UnmanagedBondHasNoHeadline) {
  Snapshot snapshot = healthy_snapshot();
  snapshot.bonds[0].managed = false;
  snapshot.bonds[0].expected_slaves.reset();
  EXPECT_EQ(value_in(snapshot, "hnv_bond_sriov_active" + kBond), "absent");
  EXPECT_EQ(value_in(snapshot, "hnv_bond_primary_is_sriov" + kBond), "absent");
  EXPECT_EQ(value_in(snapshot, "hnv_bond_expected_slaves" + kBond), "absent");
  EXPECT_EQ(value_in(snapshot, "hnv_bond_slaves" + kBond), "2");
}

TEST(Metrics, WhatTheKernelDidNotSendIsAbsent) {
  Snapshot snapshot = empty_snapshot();
  BondReport bond;
  bond.link.name = "b";
  bond.link.bond.emplace();
  SlaveReport slave;
  slave.link.name = "s";
  slave.link.slave.emplace();
  bond.slaves.push_back(slave);
  snapshot.bonds.push_back(bond);
  EXPECT_THAT(
      names_in(snapshot, "hnv_bond_"),
      ElementsAre("hnv_bond_info{bond=\"b\",hcn_id=\"\",mode=\"\",primary=\"\",primary_"
                  "reselect=\"\",fail_over_mac=\"\"}",
                  "hnv_bond_mac_conflict{bond=\"b\"}", "hnv_bond_primary_configured{bond=\"b\"}",
                  "hnv_bond_slaves_up{bond=\"b\"}", "hnv_bond_slaves{bond=\"b\"}",
                  "hnv_bond_up{bond=\"b\"}"));
  const std::string labels = "{bond=\"b\",device=\"s\",role=\"unknown\"}";
  EXPECT_THAT(names_in(snapshot, "hnv_slave_"),
              ElementsAre("hnv_slave_active" + labels, "hnv_slave_admin_up" + labels,
                          "hnv_slave_info{bond=\"b\",device=\"s\",role=\"unknown\",driver=\"\","
                          "permanent_address=\"\",location=\"\",role_source=\"none\"}",
                          "hnv_slave_primary" + labels));
}

TEST(Metrics, WhatVanishedVanishes) {
  Snapshot snapshot = healthy_snapshot();
  EXPECT_THAT(names_in(snapshot, "hnv_slave_up"), SizeIs(2));
  remove_slave(snapshot.bonds[0], 4);
  EXPECT_THAT(names_in(snapshot, "hnv_slave_up"),
              ElementsAre("hnv_slave_up{bond=\"bond191554c8\",device=\"env5\",role=\"virtual\"}"));
  snapshot.bonds.clear();
  EXPECT_THAT(names_in(snapshot, "hnv_slave_"), IsEmpty());
}

TEST(Metrics, MacConflictIsShown) {
  Snapshot snapshot = healthy_snapshot();
  EXPECT_EQ(value_in(snapshot, "hnv_bond_mac_conflict" + kBond), "0");
  slave_of(snapshot.bonds[0], 5).link.address = snapshot.bonds[0].link.address;
  EXPECT_EQ(value_in(snapshot, "hnv_bond_mac_conflict" + kBond), "1");
}

TEST(Metrics, OperationalStateOfTheBond) {
  Snapshot snapshot = healthy_snapshot();
  snapshot.bonds[0].link.oper_state = 2;  // IF_OPER_DOWN
  EXPECT_EQ(value_in(snapshot, "hnv_bond_up" + kBond), "0");
  snapshot.bonds[0].link.oper_state.reset();
  EXPECT_EQ(value_in(snapshot, "hnv_bond_up" + kBond), "1");
}

TEST(Metrics, SpeedIsAbsentWhenUnknown) {
  const Snapshot snapshot = healthy_snapshot();
  EXPECT_EQ(value_in(snapshot,
                     "hnv_slave_speed_bytes{bond=\"bond191554c8\",device=\"enP16392p3s0\","
                     "role=\"sriov\"}"),
            "12500000000");
  EXPECT_THAT(names_in(snapshot, "hnv_slave_speed_bytes"), SizeIs(1));
}

TEST(Metrics, EveryEnumeratedLabelValueIsThereFromTheStart) {
  Snapshot snapshot = healthy_snapshot();
  BondStatus fresh;
  fresh.name = "bond191554c8";
  fresh.index.value = 3;
  snapshot.watchdog.status->bonds = {fresh};
  snapshot.watchdog.status->links = {};
  const auto series = series_of(snapshot);
  const auto expect_zero = [&series](const std::string& name) {
    const auto found = series.find(name);
    ASSERT_NE(found, series.end()) << name;
    EXPECT_EQ(found->second, "0") << name;
  };
  const std::string bond = "bond=\"bond191554c8\"";
  const auto quoted = [](auto value) { return "\"" + std::string(base::name_of(value)) + "\"}"; };
  for (const auto direction : base::all_values<FailoverDirection>()) {
    for (const auto cause : base::all_values<FailoverCause>()) {
      expect_zero("hnv_bond_failovers_total{" + bond + ",direction=\"" +
                  std::string(base::name_of(direction)) + "\",cause=" + quoted(cause));
    }
  }
  for (const auto reason : base::all_values<OffReason>()) {
    expect_zero("hnv_bond_off_sriov_seconds_total{" + bond + ",reason=" + quoted(reason));
  }
  for (const auto reason : base::all_values<RestoreFailure>()) {
    expect_zero("hnv_watchdog_restore_failures_total{" + bond + ",reason=" + quoted(reason));
  }
  for (const auto source : base::all_values<UnseenFailure>()) {
    expect_zero("hnv_link_unseen_failures_total{" + bond + ",source=" + quoted(source));
  }
  for (const auto reason : base::all_values<FastSkip>()) {
    expect_zero("hnv_fast_failovers_skipped_total{" + bond + ",reason=" + quoted(reason));
  }
  for (const char* name :
       {"hnv_fast_failovers_total", "hnv_link_glitches_total", "hnv_watchdog_penalty",
        "hnv_watchdog_suppressed", "hnv_watchdog_budget_spent"}) {
    expect_zero(name + kBond);
  }
  for (const auto reason : base::all_values<bond::ResyncReason>()) {
    expect_zero("hnv_link_resyncs_total{reason=" + quoted(reason));
  }
  for (const auto state : base::all_values<WatchState>()) {
    const std::string name = "hnv_watchdog_state{" + bond + ",state=" + quoted(state);
    ASSERT_TRUE(series.contains(name)) << name;
    EXPECT_EQ(series.at(name), state == WatchState::unmanaged ? "1" : "0");
  }
  expect_zero("hnv_watchdog_restore_duration_seconds_bucket{" + bond + ",le=\"+Inf\"}");
}

TEST(Metrics, DeadWatchdogIsDownThoughItsStatusIsServed) {
  Snapshot snapshot = healthy_snapshot();
  EXPECT_EQ(value_in(snapshot, "hnv_watchdog_up"), "1");
  snapshot.watchdog.alive = false;
  EXPECT_EQ(value_in(snapshot, "hnv_watchdog_up"), "0");
  EXPECT_EQ(value_in(snapshot, "hnv_watchdog_restore_attempts_total" + kBond), "2");
  EXPECT_EQ(value_in(snapshot, "hnv_watchdog_status_timestamp_seconds"), "1735787034.75");
}

TEST(Metrics, WithoutStatusOnlyWatchdogUpIsLeft) {
  const Snapshot snapshot = empty_snapshot();
  EXPECT_THAT(names_in(snapshot, "hnv_watchdog_"), ElementsAre("hnv_watchdog_up"));
  EXPECT_THAT(names_in(snapshot, "hnv_link_"), IsEmpty());
  EXPECT_EQ(value_in(snapshot, "hnv_watchdog_up"), "0");
}

TEST(Metrics, FailedSourceIsShownAndTheRestServed) {
  Snapshot snapshot = healthy_snapshot();
  snapshot.sources[Source::netlink].error = base::Error{};
  EXPECT_EQ(value_in(snapshot, "hnv_scrape_source_success{source=\"netlink\"}"), "0");
  EXPECT_EQ(value_in(snapshot, "hnv_scrape_source_success{source=\"watchdog\"}"), "1");
  EXPECT_EQ(value_in(snapshot, "hnv_scrape_source_duration_seconds{source=\"netlink\"}"),
            "0.00025");
  EXPECT_EQ(value_in(snapshot, "hnv_watchdog_up"), "1");
}

TEST(Metrics, SayWhatTheDoctorFoundAndWhoMayMigrate) {
  Snapshot snapshot = healthy_snapshot();
  EXPECT_THAT(names_in(snapshot, "hnv_doctor_"), IsEmpty());
  EXPECT_THAT(names_in(snapshot, "hnv_lpm_ready"), IsEmpty());
  snapshot.doctor = sample_report();
  EXPECT_EQ(value_in(snapshot, "hnv_doctor_findings{severity=\"warn\"}"), "1");
  EXPECT_EQ(value_in(snapshot, "hnv_doctor_findings{severity=\"fail\"}"), "0");
  EXPECT_EQ(value_in(snapshot, "hnv_lpm_ready{bond=\"bond191554c8\"}"), "1");
  EXPECT_EQ(value_in(snapshot, "hnv_lpm_ready{bond=\"bond7\"}"), "0");
  EXPECT_EQ(value_in(snapshot, "hnv_lpm_ready{bond=\"bond8\"}"), "0") << "not known";
  EXPECT_EQ(value_in(snapshot, "hnv_lpm_not_ready{bond=\"bond7\",reason=\"backup_down\"}"), "1");
  EXPECT_EQ(value_in(snapshot, "hnv_lpm_not_ready{bond=\"bond7\",reason=\"busy\"}"), "0");
  EXPECT_EQ(value_in(snapshot, "hnv_lpm_not_ready{bond=\"bond8\",reason=\"not_known\"}"), "1");
  EXPECT_THAT(names_in(snapshot, "hnv_lpm_ready{"), SizeIs(3)) << "the partition is no bond";
}

TEST(Metrics, OldReportOfTheDoctorSaysNotWhoMayMigrateNow) {
  Snapshot snapshot = healthy_snapshot();
  snapshot.doctor = sample_report();
  snapshot.taken_unix_seconds = snapshot.doctor->unix_seconds + 3 * 3600 + 1;
  EXPECT_THAT(names_in(snapshot, "hnv_lpm_ready"), IsEmpty());
  EXPECT_THAT(names_in(snapshot, "hnv_lpm_not_ready"), IsEmpty());
  EXPECT_EQ(value_in(snapshot, "hnv_doctor_findings{severity=\"warn\"}"), "1");
  snapshot.taken_unix_seconds = snapshot.doctor->unix_seconds - 9 * 3600;
  EXPECT_THAT(names_in(snapshot, "hnv_lpm_ready"), SizeIs(3)) << "the clock was set back";
}

TEST(Metrics, SayWhatAnswersBehindTheSlaves) {
  Snapshot snapshot = healthy_snapshot();
  EXPECT_THAT(names_in(snapshot, "hnv_path_"), IsEmpty());
  EXPECT_THAT(names_in(snapshot, "hnv_prober_"), IsEmpty());
  EXPECT_THAT(names_in(snapshot, "hnv_scrape_source_success{source=\"prober\"}"), IsEmpty());

  BondPath path = healthy_path(snapshot.bonds[0]);
  path.verdict = PathVerdict::virtual_dead;
  path.slaves[1].targets[0].up = false;
  path.crosses[0].up.reset();
  snapshot.paths = probed({path});
  const std::string virtual_slave =
      R"(bond="bond191554c8",device="env5",role="virtual",target="192.0.2.1"})";
  EXPECT_EQ(value_in(snapshot, "hnv_path_up{" + virtual_slave), "0");
  EXPECT_EQ(value_in(snapshot, "hnv_path_probes_total{" + virtual_slave), "3600");
  EXPECT_EQ(value_in(snapshot, "hnv_path_late_answers_total{" + virtual_slave), "2");
  EXPECT_THAT(names_in(snapshot, "hnv_path_cross_up{"), SizeIs(1)) << "one is not known";
  EXPECT_EQ(value_in(snapshot, "hnv_path_verdict{bond=\"bond191554c8\",verdict=\"virtual_dead\"}"),
            "1");
  EXPECT_EQ(value_in(snapshot, "hnv_prober_overslept_total"), "1");
  EXPECT_EQ(value_in(snapshot, "hnv_scrape_source_success{source=\"prober\"}"), "1");
}

TEST(Metrics, ASilentProberJudgesNothing) {
  Snapshot snapshot = healthy_snapshot();
  BondPath path = healthy_path(snapshot.bonds[0]);
  path.verdict = PathVerdict::virtual_dead;
  path.judged_at = snapshot.taken - std::chrono::seconds(4);
  snapshot.paths = probed({path});
  EXPECT_EQ(value_in(snapshot, "hnv_path_verdict{bond=\"bond191554c8\",verdict=\"not_judged\"}"),
            "1");
  EXPECT_THAT(names_in(snapshot, "hnv_path_up{"), IsEmpty());
  EXPECT_THAT(names_in(snapshot, "hnv_path_cross_up{"), IsEmpty());
  EXPECT_THAT(names_in(snapshot, "hnv_path_probes_total{"), SizeIs(2));
}

// Prometheus refuses a whole scrape with the same series twice in it.
TEST(Metrics, WhatTheProberRepeatsOrInventsMakesNoSeries) {
  Snapshot snapshot = healthy_snapshot();
  BondPath path = healthy_path(snapshot.bonds[0]);
  path.slaves.push_back(path.slaves[0]);
  path.slaves[0].targets.push_back(path.slaves[0].targets[0]);
  path.crosses.push_back(path.crosses[0]);
  SlavePath stranger = path.slaves[0];
  stranger.index.value = 99;
  path.slaves.push_back(stranger);
  BondPath unknown = path;
  unknown.name = "bond77";
  snapshot.paths = probed({path, unknown});
  EXPECT_THAT(names_in(snapshot, "hnv_path_up{"), SizeIs(2));
  EXPECT_THAT(names_in(snapshot, "hnv_path_cross_up{"), SizeIs(2));
  EXPECT_THAT(names_in(snapshot, "hnv_path_errors_total{"), SizeIs(2));
  EXPECT_THAT(names_in(snapshot, "hnv_path_rtt_seconds_count{"), SizeIs(2));
}

TEST(Metrics, HistogramIsCumulative) {
  const Snapshot snapshot = healthy_snapshot();
  const std::string name = "hnv_watchdog_restore_duration_seconds";
  const auto bucket = [&](const std::string& bound) {
    return value_in(snapshot, name + "_bucket{bond=\"bond191554c8\",le=\"" + bound + "\"}");
  };
  EXPECT_EQ(bucket("0.0005"), "0");
  EXPECT_EQ(bucket("0.001"), "1");
  EXPECT_EQ(bucket("2.5"), "1");
  EXPECT_EQ(bucket("+Inf"), "2");
  EXPECT_EQ(value_in(snapshot, name + "_count" + kBond), "2");
  EXPECT_EQ(value_in(snapshot, name + "_sum" + kBond), "3.0008");
}

TEST(Metrics, ShowThePenaltyAsItIsAtTheScrape) {
  Snapshot snapshot = healthy_snapshot();
  BondStatus& account = snapshot.watchdog.status->bonds[0];
  account.penalty = Penalty{3000, kNow - Penalty::kHalfLife};
  EXPECT_EQ(value_in(snapshot, "hnv_watchdog_penalty" + kBond), "1500");
  account.penalty.since = kNow;
  EXPECT_EQ(value_in(snapshot, "hnv_watchdog_penalty" + kBond), "3000");
}

TEST(Metrics, ShowWhatDampingAndTheBudgetHoldBack) {
  Snapshot snapshot = healthy_snapshot();
  BondStatus& account = snapshot.watchdog.status->bonds[0];
  account.suppressed = true;
  EXPECT_EQ(value_in(snapshot, "hnv_watchdog_suppressed" + kBond), "1");
  EXPECT_EQ(value_in(snapshot, "hnv_watchdog_budget_spent" + kBond), "0");
  account.suppressed = false;
  account.budget_spent = true;
  EXPECT_EQ(value_in(snapshot, "hnv_watchdog_suppressed" + kBond), "0");
  EXPECT_EQ(value_in(snapshot, "hnv_watchdog_budget_spent" + kBond), "1");
}

TEST(Metrics, CountFastFailoversAndGlitches) {
  Snapshot snapshot = healthy_snapshot();
  BondStatus& account = snapshot.watchdog.status->bonds[0];
  account.fast_failovers = 4;
  account.fast_failovers_skipped[FastSkip::rate_limited] = 2;
  account.glitches = 7;
  const auto skipped = [&](const std::string& reason) {
    return value_in(snapshot, "hnv_fast_failovers_skipped_total{bond=\"bond191554c8\",reason=\"" +
                                  reason + "\"}");
  };
  EXPECT_EQ(value_in(snapshot, "hnv_fast_failovers_total" + kBond), "4");
  EXPECT_EQ(value_in(snapshot, "hnv_link_glitches_total" + kBond), "7");
  EXPECT_EQ(skipped("rate_limited"), "2");
  EXPECT_EQ(skipped("held_back"), "0");
}

TEST(Metrics, TellOfMigrationsOnlyWhileSomebodyKnows) {
  Snapshot snapshot = healthy_snapshot();
  EXPECT_EQ(value_in(snapshot, "hnv_lpm_in_progress"), "0");
  snapshot.watchdog.status->lpm.window_since = kNow;
  EXPECT_EQ(value_in(snapshot, "hnv_lpm_in_progress"), "1");
  snapshot.watchdog.alive = false;
  EXPECT_EQ(value_in(snapshot, "hnv_lpm_in_progress"), "absent");
  EXPECT_EQ(value_in(snapshot, "hnv_lpm_windows_total{outcome=\"migrated\"}"), "2")
      << "what has been counted stays";
}

TEST(Metrics, HaveASeriesForEachReasonToPause) {
  Snapshot snapshot = healthy_snapshot();
  snapshot.watchdog.status->bonds[0].paused[PauseReason::hook] = true;
  EXPECT_THAT(names_in(snapshot, "hnv_watchdog_paused{"),
              SizeIs(base::EnumNames<PauseReason>::names.size()));
  EXPECT_EQ(value_in(snapshot, "hnv_watchdog_paused{bond=\"bond191554c8\",reason=\"hook\"}"), "1");
  EXPECT_EQ(value_in(snapshot, "hnv_watchdog_paused{bond=\"bond191554c8\",reason=\"dlpar\"}"), "0");
}

}  // namespace
