// SPDX-License-Identifier: Apache-2.0
#include "hnv/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace {

using namespace hnv;
using namespace std::chrono_literals;

constexpr const char* kWhole = R"(
mode: repair
hold_down: 2s
settle: 250ms
fast_failover_hold: 3s
moves_per_hour: 6
migration:
  settle: 1s
  query_quiet: 2s
  hook_timeout: 3s
  absent_timeout: 4s
  restore_timeout: 5s
  stuck_after: 6s
bonds:
  - name: bond191554c8
    sriov: { device: enP16392p1s0 }
  - name: bond7e03c969
    sriov: { driver: mlx5_core }
    expected_slaves: 3
  - name: bond333e80f5
    sriov: { bus: pci }
  - name: bond5558a5a3
    sriov: { permanent_address: "52:54:00:00:00:11" }
  - name: bond0a0b0c0d
    ignore: true
  - name: bond2a2a2a2a
    damping: true
    fast_failover: true
    fast_failover_delay: 20ms
)";

TEST(Config, ReadsEveryKey) {
  const auto config = parse_config(kWhole, "hnv.yaml");
  ASSERT_TRUE(config.has_value()) << config.error().to_string();
  EXPECT_EQ(config->mode, Mode::repair);
  EXPECT_EQ(config->hold_down, 2s);
  EXPECT_EQ(config->settle, 250ms);
  EXPECT_EQ(config->fast_failover_hold, 3s);
  EXPECT_EQ(config->moves_per_hour, 6U);
  EXPECT_EQ(config->migration, (MigrationTimes{1s, 2s, 3s, 4s, 5s, 6s}));
  ASSERT_EQ(config->bonds.size(), 6U);
  EXPECT_EQ(config->bond("bond191554c8")->sriov, SriovSelector(ByDevice{"enP16392p1s0"}));
  EXPECT_EQ(config->bond("bond191554c8")->expected_slaves, 2U);
  EXPECT_EQ(config->bond("bond7e03c969")->sriov, SriovSelector(ByDriver{"mlx5_core"}));
  EXPECT_EQ(config->bond("bond7e03c969")->expected_slaves, 3U);
  EXPECT_EQ(config->bond("bond333e80f5")->sriov, SriovSelector(ByBus{"pci"}));
  EXPECT_EQ(config->bond("bond5558a5a3")->sriov,
            SriovSelector(ByPermanentAddress{*bond::MacAddress::parse("52:54:00:00:00:11")}));
  EXPECT_FALSE(config->bond("bond5558a5a3")->ignore);
  EXPECT_TRUE(config->bond("bond0a0b0c0d")->ignore);
  EXPECT_FALSE(config->bond("bond0a0b0c0d")->sriov.has_value());
  EXPECT_FALSE(config->bond("bond191554c8")->damping);
  EXPECT_FALSE(config->bond("bond191554c8")->fast_failover);
  EXPECT_TRUE(config->bond("bond2a2a2a2a")->damping);
  EXPECT_TRUE(config->bond("bond2a2a2a2a")->fast_failover);
  EXPECT_EQ(config->bond("bond2a2a2a2a")->fast_failover_delay, 20ms);
  EXPECT_FALSE(config->bond("bond2a2a2a2a")->sriov.has_value());
  EXPECT_EQ(config->bond("bond0"), nullptr);
  EXPECT_TRUE(config->expects("bond191554c8"));
  EXPECT_TRUE(config->expects("bond2a2a2a2a"));
  EXPECT_FALSE(config->expects("bond0a0b0c0d"));
  EXPECT_FALSE(config->expects("bond0"));
}

TEST(Config, HasDefaultsForEverything) {
  for (const char* text : {"", "---\n", "# nothing but a comment\n"}) {
    EXPECT_EQ(parse_config(text, "hnv.yaml").value(), Config{}) << text;
  }
}

TEST(Config, TakesDurationsWithOneUnit) {
  EXPECT_EQ(parse_config("settle: 1h", "f")->settle, 1h);
  EXPECT_EQ(parse_config("settle: 3m", "f")->settle, 3min);
  EXPECT_EQ(parse_config("settle: 0s", "f")->settle, 0s);
}

// What is asked for is said in full, so that "off" can stand in a file as well.
TEST(Config, TakesTrueAndFalse) {
  const auto config = parse_config(
      "bonds: [{name: b, ignore: false, damping: false, fast_failover: false}, {name: c}]", "f");
  ASSERT_TRUE(config.has_value()) << config.error().to_string();
  for (const char* name : {"b", "c"}) {
    BondConfig untouched;
    untouched.name = name;
    EXPECT_EQ(*config->bond(name), untouched);
  }
}

TEST(Config, TakesTheLimits) {
  for (const char* moves : {"1", "60"}) {
    const auto config = parse_config("moves_per_hour: " + std::string(moves), "f");
    EXPECT_EQ(config->moves_per_hour, std::stoul(moves));
  }
  for (const char* delay : {"0ms", "1s", "1000ms"}) {
    EXPECT_TRUE(parse_config(
        "bonds: [{name: b, fast_failover: true, fast_failover_delay: " + std::string(delay) + "}]",
        "f"))
        << delay;
  }
}

struct Mistake {
  const char* name;
  const char* yaml;
  const char* reason;
};

class ConfigMistake : public testing::TestWithParam<Mistake> {};

TEST_P(ConfigMistake, IsAnswered) {
  const auto config = parse_config(GetParam().yaml, "hnv.yaml");
  ASSERT_FALSE(config.has_value());
  EXPECT_EQ(config.error().to_string(), std::string("parse hnv.yaml:") + GetParam().reason);
}

INSTANTIATE_TEST_SUITE_P(
    Messages, ConfigMistake,
    testing::Values(
        Mistake{"UnknownKey", "mode: repair\nhold-down: 3s\n",
                "2:1: unknown key 'hold-down' in the file; allowed: mode, hold_down, settle, "
                "fast_failover_hold, moves_per_hour, migration, bonds"},
        Mistake{
            "UnknownKeyOfMigration", "migration:\n  quiet: 3s\n",
            "2:3: unknown key 'quiet' in migration; allowed: settle, query_quiet, hook_timeout, "
            "absent_timeout, restore_timeout, stuck_after"},
        Mistake{"MigrationTime", "migration: {settle: 2h}\n",
                "1:21: migration settle is '2h'; allowed: a number with ms, s, m or h, such as "
                "10s, up to 1h"},
        Mistake{"KeyTwice", "mode: repair\nmode: observe\n",
                "2:1: key 'mode' stands twice in the file; allowed: once"},
        Mistake{"UnknownMode", "mode: fix\n",
                "1:7: mode is 'fix'; allowed: observe, repair, enforce"},
        Mistake{"ModeIsAMap", "mode: {a: b}\n", "1:7: mode is a map; allowed: a text"},
        Mistake{
            "DurationWithoutUnit", "hold_down: 10\n",
            "1:12: hold_down is '10'; allowed: a number with ms, s, m or h, such as 10s, up to 1h"},
        Mistake{
            "NegativeDuration", "settle: -1s\n",
            "1:9: settle is '-1s'; allowed: a number with ms, s, m or h, such as 10s, up to 1h"},
        Mistake{"EndlessDuration", "settle: 2h\n",
                "1:9: settle is '2h'; allowed: a number with ms, s, m or h, such as 10s, up to 1h"},
        Mistake{
            "HugeDuration", "settle: 99999999999999999999s\n",
            "1:9: settle is '99999999999999999999s'; allowed: a number with ms, s, m or h, such "
            "as 10s, up to 1h"},
        Mistake{"BondsIsAMap", "bonds: {name: b}\n", "1:8: bonds is a map; allowed: a list"},
        Mistake{"BondWithoutName", "bonds:\n  - sriov: {bus: pci}\n",
                "2:5: a bond without name; required: name, and sriov where the platform names no "
                "SR-IOV slave"},
        Mistake{"UnknownKeyOfABond", "bonds:\n  - {name: b, dampen: true}\n",
                "2:15: unknown key 'dampen' in a bond; allowed: name, sriov, expected_slaves, "
                "ignore, damping, fast_failover, fast_failover_delay, path, act_on_path"},
        Mistake{"SriovAndIgnore", "bonds:\n  - {name: b, sriov: {bus: pci}, ignore: true}\n",
                "2:5: bond 'b' is ignored and has other keys; allowed: name and ignore"},
        Mistake{"IgnoreAndDamping", "bonds:\n  - {name: b, ignore: true, damping: true}\n",
                "2:5: bond 'b' is ignored and has other keys; allowed: name and ignore"},
        Mistake{"IgnoreIsYes", "bonds:\n  - {name: b, ignore: yes}\n",
                "2:23: ignore of bond 'b' is 'yes'; allowed: true, false"},
        Mistake{"DampingIsOn", "bonds:\n  - {name: b, damping: on}\n",
                "2:24: damping of bond 'b' is 'on'; allowed: true, false"},
        Mistake{"DampingIsAMap", "bonds:\n  - {name: b, damping: {limit: 3}}\n",
                "2:24: damping of bond 'b' is a map; allowed: a text"},
        Mistake{"FastFailoverIsANumber", "bonds:\n  - {name: b, fast_failover: 1}\n",
                "2:30: fast_failover of bond 'b' is '1'; allowed: true, false"},
        Mistake{"LongFastFailoverDelay",
                "bonds:\n  - {name: b, fast_failover: true, fast_failover_delay: 2s}\n",
                "2:57: fast_failover_delay of bond 'b' is '2s'; allowed: a number with ms, s, m or "
                "h, such as 10s, up to 1s"},
        Mistake{"FastFailoverDelayWithoutUnit",
                "bonds:\n  - {name: b, fast_failover: true, fast_failover_delay: 20}\n",
                "2:57: fast_failover_delay of bond 'b' is '20'; allowed: a number with ms, s, m or "
                "h, such as 10s, up to 1s"},
        Mistake{"FastFailoverDelayAlone", "bonds:\n  - {name: b, fast_failover_delay: 20ms}\n",
                "2:36: fast_failover_delay of bond 'b' without fast_failover; required: "
                "fast_failover: true"},
        Mistake{"FastFailoverHold", "fast_failover_hold: 90m\n",
                "1:21: fast_failover_hold is '90m'; allowed: a number with ms, s, m or h, such as "
                "10s, up to 1h"},
        Mistake{"NoMoves", "moves_per_hour: 0\n",
                "1:17: moves_per_hour is '0'; allowed: a whole number from 1 to 60"},
        Mistake{"TooManyMoves", "moves_per_hour: 61\n",
                "1:17: moves_per_hour is '61'; allowed: a whole number from 1 to 60"},
        Mistake{"NegativeMoves", "moves_per_hour: -1\n",
                "1:17: moves_per_hour is '-1'; allowed: a whole number from 1 to 60"},
        Mistake{"MovesAreADuration", "moves_per_hour: 12s\n",
                "1:17: moves_per_hour is '12s'; allowed: a whole number from 1 to 60"},
        Mistake{"BondTwice",
                "bonds:\n  - {name: b, sriov: {bus: pci}}\n  - {name: b, sriov: {bus: vio}}\n",
                "3:5: bond 'b' stands twice; allowed: once"},
        Mistake{"TwoSelectors", "bonds:\n  - name: b\n    sriov: {bus: pci, driver: x}\n",
                "3:12: sriov of bond 'b' has 2 keys; allowed: exactly one of device, driver, bus, "
                "permanent_address"},
        Mistake{"UnknownSelector", "bonds:\n  - name: b\n    sriov: {mac: x}\n",
                "3:13: unknown key 'mac' in sriov of bond 'b'; allowed: device, driver, bus, "
                "permanent_address"},
        Mistake{"BadAddress", "bonds:\n  - name: b\n    sriov: {permanent_address: 52:54}\n",
                "3:32: sriov of bond 'b' permanent_address is '52:54'; allowed: six pairs of hex "
                "digits, such as 52:54:00:00:00:11"},
        Mistake{
            "LongName", "bonds:\n  - name: bond0123456789abcdef\n    sriov: {bus: pci}\n",
            "2:11: the name of a bond is 'bond0123456789abcdef'; allowed: an interface name of at "
            "most 15 characters"},
        Mistake{"TooManySlaves", "bonds:\n  - {name: b, sriov: {bus: pci}, expected_slaves: 99}\n",
                "2:51: expected_slaves of bond 'b' is '99'; allowed: a whole number from 1 to 32"},
        Mistake{"NotAMap", "- a\n",
                "1:1: the file is a list; allowed: a map with the keys mode, hold_down, settle, "
                "fast_failover_hold, moves_per_hour, migration, bonds"},
        Mistake{"SecondDocument", "mode: repair\n---\nmode: observe\n",
                "3:1: a second document; allowed: one"}),
    [](const auto& test) { return test.param.name; });

TEST(Config, NamesThePositionOfASyntaxError) {
  const auto config = parse_config("mode: [repair\nsettle: 1s\n", "hnv.yaml");
  ASSERT_FALSE(config.has_value());
  EXPECT_THAT(config.error().to_string(),
              testing::MatchesRegex("parse hnv.yaml:[0-9]+:[0-9]+: .*"));
}

TEST(Config, AMissingFileIsAnErrorWithItsName) {
  const auto config = read_config("/nonexistent/hnv.yaml");
  ASSERT_FALSE(config.has_value());
  EXPECT_EQ(config.error().code, base::ErrorCode::not_found);
  EXPECT_EQ(config.error().to_string(),
            "read /nonexistent/hnv.yaml: ENOENT: No such file or directory");
}

}  // namespace
