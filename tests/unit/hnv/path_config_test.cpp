// SPDX-License-Identifier: Apache-2.0
// The keys `path` and `act_on_path` of a bond.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hnv/config.hpp"

namespace {

using namespace hnv;
using namespace std::chrono_literals;

base::Expected<Config> with_path(const std::string& path) {
  return parse_config("bonds:\n  - {name: b, " + path + "}\n", "hnv.yaml");
}

TEST(PathConfig, IsAbsentUnlessAskedFor) {
  const auto config = parse_config("bonds: [{name: b}]", "hnv.yaml");
  ASSERT_TRUE(config.has_value());
  EXPECT_EQ(config->bond("b")->path, std::nullopt);
  EXPECT_FALSE(config->bond("b")->act_on_path);
}

TEST(PathConfig, HasDefaultsForEverything) {
  const auto config = with_path("path: {}");
  ASSERT_TRUE(config.has_value()) << config.error().to_string();
  EXPECT_EQ(config->bond("b")->path, PathConfig{});
}

TEST(PathConfig, ReadsEveryKey) {
  const auto config = with_path(
      "path: {targets: [10.0.2.2, \"fe80::1\"], interval: 200ms, dead_after: 4, alive_after: 5}, "
      "act_on_path: true");
  ASSERT_TRUE(config.has_value()) << config.error().to_string();
  const BondConfig& bond = *config->bond("b");
  EXPECT_EQ(
      bond.path,
      (PathConfig{{*IpAddress::parse("10.0.2.2"), *IpAddress::parse("fe80::1")}, 200ms, 4, 5}));
  EXPECT_TRUE(bond.act_on_path);
}

struct PathMistake {
  const char* name;
  const char* path;
  const char* reason;
};

class PathConfigMistake : public testing::TestWithParam<PathMistake> {};

TEST_P(PathConfigMistake, IsAnswered) {
  const auto config = with_path(GetParam().path);
  ASSERT_FALSE(config.has_value());
  EXPECT_EQ(config.error().to_string(), std::string("parse hnv.yaml:2:") + GetParam().reason);
}

constexpr const char* kTargetRule =
    "; allowed: the IPv4 or IPv6 address of a neighbour, no multicast, broadcast, loopback or "
    "unspecified one";

class RefusedPathTarget : public testing::TestWithParam<const char*> {};

TEST_P(RefusedPathTarget, IsAnswered) {
  const std::string target = GetParam();
  const auto config = with_path("path: {targets: [\"" + target + "\"]}");
  ASSERT_FALSE(config.has_value());
  EXPECT_EQ(config.error().to_string(),
            "parse hnv.yaml:2:32: a path target of bond 'b' is '" + target + "'" + kTargetRule);
}

INSTANTIATE_TEST_SUITE_P(Addresses, RefusedPathTarget,
                         testing::Values("gateway", "10.0.2", "10.0.2.2/24", "0.0.0.0", "0.0.0.1",
                                         "127.0.0.1", "224.0.0.1", "255.255.255.255", "::", "::1",
                                         "ff02::1", "fe80::1%eth0", "::ffff:10.0.2.2"));

INSTANTIATE_TEST_SUITE_P(
    Messages, PathConfigMistake,
    testing::Values(
        PathMistake{"UnknownKey", "path: {target: 10.0.2.2}",
                    "22: unknown key 'target' in path of bond 'b'; allowed: targets, interval, "
                    "dead_after, alive_after"},
        PathMistake{"NotAMap", "path: true",
                    "21: path of bond 'b' is 'true'; allowed: a map with the keys targets, "
                    "interval, dead_after, alive_after"},
        PathMistake{"TargetsAreAText", "path: {targets: 10.0.2.2}",
                    "31: path targets of bond 'b' is '10.0.2.2'; allowed: a list"},
        PathMistake{"NoTargets", "path: {targets: []}",
                    "31: path targets of bond 'b' are 0; allowed: 1 to 4, or no targets for the "
                    "default gateway"},
        PathMistake{"ManyTargets",
                    "path: {targets: [10.0.0.1, 10.0.0.2, 10.0.0.3, 10.0.0.4, 10.0.0.5]}",
                    "31: path targets of bond 'b' are 5; allowed: 1 to 4, or no targets for the "
                    "default gateway"},
        PathMistake{"TargetTwice", "path: {targets: [10.0.0.1, 10.0.0.1]}",
                    "42: path target '10.0.0.1' of bond 'b' stands twice; allowed: once"},
        PathMistake{"ShortInterval", "path: {interval: 100ms}",
                    "32: path interval of bond 'b' is '100ms'; allowed: 200ms to 1m"},
        PathMistake{"LongInterval", "path: {interval: 2m}",
                    "32: path interval of bond 'b' is '2m'; allowed: a number with ms, s, m or h, "
                    "such as 10s, up to 60s"},
        PathMistake{"DeadAfterOne", "path: {dead_after: 1}",
                    "34: path dead_after of bond 'b' is '1'; allowed: a whole number from 2 to "
                    "100"},
        PathMistake{"AliveAfterNone", "path: {alive_after: 0}",
                    "35: path alive_after of bond 'b' is '0'; allowed: a whole number from 1 to "
                    "100"},
        PathMistake{"ActWithoutPath", "act_on_path: true",
                    "28: act_on_path of bond 'b' without path; required: path: {}"},
        PathMistake{"ActIsYes", "path: {}, act_on_path: yes",
                    "38: act_on_path of bond 'b' is 'yes'; allowed: true, false"},
        PathMistake{"Ignored", "ignore: true, path: {}",
                    "5: bond 'b' is ignored and has other keys; allowed: name and ignore"}),
    [](const auto& test) { return test.param.name; });

}  // namespace
