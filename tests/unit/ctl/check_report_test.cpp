// SPDX-License-Identifier: Apache-2.0
// What a monitoring system reads: whole outputs.
#include "ctl/check_report.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/ctl/sample_picture.hpp"

namespace hnv::ctl::test {
namespace {

using namespace std::chrono_literals;

CheckReport report(const Picture& picture, const CheckOptions& options = {}) {
  return check_report(picture, judge(picture, options.bonds), options);
}

TEST(Check, SaysInOneLineThatAllIsWell) {
  const CheckReport said = report(sample_picture());
  EXPECT_EQ(said.state, PluginState::ok);
  EXPECT_EQ(said.text,
            "HNV OK - bond191554c8: the traffic is on enP16392p1s0 (sriov) for 2 d 3 h or longer"
            " | 'bond191554c8_on_sriov'=1;;;0;1 'bond191554c8_off_sriov'=0s;60;900;0"
            " 'bond191554c8_failovers'=0c\n");
}

TEST(Check, WeighsHowLongTheTrafficIsOff) {
  Picture picture = link_lost_picture();
  const auto after = [&picture](std::chrono::seconds time) {
    set_last_failover(picture, time);
    return report(picture).state;
  };
  EXPECT_EQ(after(60s), PluginState::ok);
  EXPECT_EQ(after(61s), PluginState::warning);
  EXPECT_EQ(after(900s), PluginState::warning);
  EXPECT_EQ(after(901s), PluginState::critical);
  EXPECT_NE(report(picture).text.find("the link of enP16392p1s0 is down"), std::string::npos);
}

TEST(Check, TellsOfADeadPath) {
  Picture picture = sample_picture();
  set_path(picture, PathVerdict::virtual_dead);
  EXPECT_EQ(report(picture).state, PluginState::warning);
  EXPECT_NE(report(picture).text.find("nothing answers behind env3"), std::string::npos);
  for (const auto verdict : {PathVerdict::sriov_dead, PathVerdict::both_dead}) {
    set_path(picture, verdict);
    EXPECT_EQ(report(picture).state, PluginState::critical);
    EXPECT_NE(report(picture).text.find("nothing answers"), std::string::npos);
  }
  for (const auto verdict : {PathVerdict::target_dead, PathVerdict::not_judged}) {
    set_path(picture, verdict);
    EXPECT_EQ(report(picture).state, PluginState::ok);
  }
}

TEST(Check, WarnsOfABondThatNobodyLooksAfter) {
  Picture picture = sample_picture();
  remove_watchdog(picture);
  EXPECT_EQ(report(picture).state, PluginState::warning);
  EXPECT_NE(report(picture).text.find("; hnv-watchdog is not running | "), std::string::npos);
  set_active(picture, kVirtual);
  EXPECT_EQ(report(picture).state, PluginState::warning) << "since when is not known";
  EXPECT_EQ(report(picture).text.find("off_sriov'="), std::string::npos);
}

TEST(Check, IsCriticalWhereNothingCarriesTheTraffic) {
  Picture picture = sample_picture();
  set_active(picture, "");
  EXPECT_EQ(report(picture).state, PluginState::critical);
  CheckOptions options;
  options.bonds = {"gone"};
  EXPECT_EQ(report(sample_picture(), options).state, PluginState::critical);
}

TEST(Check, IsUnknownWhereItCannotTell) {
  Picture picture = sample_picture();
  bond_of(picture).finding = "two slaves match";
  EXPECT_EQ(report(picture).state, PluginState::unknown);
  picture.bonds.clear();
  picture.config.bonds.clear();
  EXPECT_EQ(report(picture).text, "HNV UNKNOWN - no bond is managed\n");
}

TEST(Check, HasALineForEachOfSeveralBondsTheWorstFirst) {
  Picture picture = link_lost_picture();
  set_last_failover(picture, 1h);
  picture.bonds.push_back(sample_bond(2));
  const std::string text = report(picture).text;
  EXPECT_EQ(
      text.rfind("HNV CRITICAL - 1 of 2 bonds right; bond191554c8: the traffic is on env3", 0), 0U)
      << text;
  EXPECT_NE(text.find("\nbond191554c8 CRITICAL: "), std::string::npos) << text;
  EXPECT_NE(text.find("\nbond2 OK: the traffic is on enP2 (sriov)\n"), std::string::npos) << text;
}

// The rest of a line behind a bar would be taken for numbers.
TEST(Check, KeepsStrangeNamesOutOfTheFormat) {
  Picture picture = sample_picture();
  picture.bonds[0].link.name = "b|o'n=d";
  const std::string text = report(picture).text;
  EXPECT_EQ(std::count(text.begin(), text.end(), '|'), 1) << text;
  EXPECT_NE(text.find("'b/o''n_d_on_sriov'=1"), std::string::npos) << text;
}

TEST(Threshold, IsReadAsMonitoringPluginsDo) {
  const auto crossed = [](const char* text, double value) {
    return parse_threshold(text).value().is_crossed_by(value);
  };
  EXPECT_FALSE(crossed("10", 10));
  EXPECT_TRUE(crossed("10", 10.5));
  EXPECT_TRUE(crossed("10", -1));
  EXPECT_TRUE(crossed("10:", 9));
  EXPECT_FALSE(crossed("10:", 1e9));
  EXPECT_FALSE(crossed("~:10", -1e9));
  EXPECT_TRUE(crossed("~:10", 11));
  EXPECT_TRUE(crossed("10:20", 21));
  EXPECT_FALSE(crossed("@10:20", 21));
  EXPECT_TRUE(crossed("@10:20", 20));
  for (const char* wrong : {"", "x", "20:10", "1:2:3", "10s", "@", "~", "1.2.3", "--1"}) {
    EXPECT_FALSE(parse_threshold(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace hnv::ctl::test
