// SPDX-License-Identifier: Apache-2.0
#include "hnv/path_health.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "tests/support/temporary_folder.hpp"

namespace {

using namespace hnv;
using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr const char* kBoot = "this-boot";
constexpr base::BootTime kJudged{100s};
constexpr bond::MacAddress kSriovAddress{{0x52, 0x54, 0, 0, 0, 0x11}};
constexpr bond::MacAddress kBackupAddress{{0x52, 0x54, 0, 0, 0, 0x12}};

// What the prober says, and how things are: they agree, one second later.
struct Scene {
  PathStatus status;
  ProbedBond bond;
  base::BootTime now = kJudged + 1s;

  Scene() {
    status.boot_id = kBoot;
    BondPath path;
    path.name = "bond0";
    path.index = {7};
    path.verdict = PathVerdict::virtual_dead;
    path.judged_at = kJudged;
    path.interval = 1s;
    path.sriov_answers_in_row = 12;
    path.slaves.resize(2);
    path.slaves[0].device = "vf0";
    path.slaves[0].index = {5};
    path.slaves[0].address = kSriovAddress;
    path.slaves[0].role = Role::sriov;
    path.slaves[1].device = "bk0";
    path.slaves[1].index = {6};
    path.slaves[1].address = kBackupAddress;
    path.slaves[1].role = Role::virtual_device;
    status.bonds = {path};
    bond = {"bond0",
            {7},
            {{{5}, kSriovAddress, Role::sriov}, {{6}, kBackupAddress, Role::virtual_device}}};
  }

  [[nodiscard]] PathHealth health() const { return path_health(&status, kBoot, bond, now); }
};

TEST(PathHealthRule, BelievesAYoungVerdictOfTheseVeryDevices) {
  const Scene scene;
  const PathHealth health = scene.health();
  EXPECT_EQ(health.verdict, PathVerdict::virtual_dead);
  EXPECT_EQ(health.doubt, "");
  EXPECT_EQ(health.sriov_answers_in_row, 12U);
  EXPECT_EQ(health.valid_until, kJudged + 3s);
}

TEST(PathHealthRule, BelievesNothingElse) {
  struct Case {
    const char* what;
    std::function<void(Scene&)> change;
    const char* doubt;
  };
  const std::vector<Case> cases = {
      {"a verdict of three intervals", [](Scene& s) { s.now = kJudged + 3s; }, "too old"},
      {"a verdict of the future", [](Scene& s) { s.now = kJudged - 1ns; }, "future"},
      {"another boot", [](Scene& s) { s.status.boot_id = "another"; }, "another boot"},
      {"another bond's name", [](Scene& s) { s.bond.name = "bond1"; }, "does not probe"},
      {"a bond made anew", [](Scene& s) { s.bond.index = {8}; }, "another bond"},
      {"a re-plugged slave", [](Scene& s) { s.bond.slaves[0].index = {9}; }, "not seen yet"},
      {"another address", [](Scene& s) { s.bond.slaves[1].address = kSriovAddress; },
       "bk0 has another address"},
      {"other roles", [](Scene& s) { s.bond.slaves[0].role = Role::unknown; }, "slave vf0"},
      {"a slave less", [](Scene& s) { s.bond.slaves.pop_back(); }, "has left"},
      {"an interval that outlives everything", [](Scene& s) { s.status.bonds[0].interval = 24h; },
       "interval"},
      {"no interval", [](Scene& s) { s.status.bonds[0].interval = 0s; }, "interval"},
  };
  for (const Case& one : cases) {
    Scene scene;
    one.change(scene);
    const PathHealth health = scene.health();
    EXPECT_EQ(health.verdict, PathVerdict::not_judged) << one.what;
    EXPECT_THAT(health.doubt, HasSubstr(one.doubt)) << one.what;
    EXPECT_EQ(health.sriov_answers_in_row, 0U) << one.what;
    EXPECT_FALSE(health.valid_until) << one.what;
  }
}

TEST(PathHealthRule, HandsTheProbersOwnDoubtOn) {
  Scene scene;
  scene.status.bonds[0].verdict = PathVerdict::not_judged;
  scene.status.bonds[0].doubt = "no gateway";
  EXPECT_EQ(scene.health().doubt, "no gateway");
}

TEST(PathHealthRule, KnowsNothingWithoutAFileOrABootOfItsOwn) {
  const Scene scene;
  EXPECT_EQ(path_health(nullptr, kBoot, scene.bond, scene.now).verdict, PathVerdict::not_judged);
  Scene nameless;
  nameless.status.boot_id = "";
  EXPECT_EQ(path_health(&nameless.status, "", nameless.bond, nameless.now).verdict,
            PathVerdict::not_judged);
}

TEST(PathStatusFile, IsReadWhereThereIsOneThatCanBeUsed) {
  const hnv::test::TemporaryFolder folder;
  const std::string file = folder.path() / "status.json";
  const auto absent = read_path_status(file);
  ASSERT_TRUE(absent);
  EXPECT_FALSE(*absent);
  const Scene scene;
  std::ofstream(file) << encode_path_status(scene.status);
  const auto there = read_path_status(file);
  ASSERT_TRUE(there);
  EXPECT_EQ(*there, scene.status);
  std::ofstream(file) << "{";
  EXPECT_FALSE(read_path_status(file));
  std::filesystem::resize_file(file, kLargestPathStatusFile + 1);
  const auto large = read_path_status(file);
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code, base::ErrorCode::too_large);
}

}  // namespace
