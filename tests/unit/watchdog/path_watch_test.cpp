// SPDX-License-Identifier: Apache-2.0
#include "watchdog/path_watch.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temporary_folder.hpp"

namespace {

using namespace hnv;
using namespace hnv::watchdog;
using namespace std::chrono_literals;

constexpr base::BootTime kLooked(100s);

Config config_probing(std::chrono::milliseconds interval) {
  BondConfig calm;
  calm.path = PathConfig{};
  BondConfig probed;
  probed.path = PathConfig{};
  probed.path->interval = interval;
  Config config;
  config.bonds = {calm, probed, BondConfig{}};
  return config;
}

class PathWatchTest : public ::testing::Test {
 protected:
  void publish(const std::string& version) {
    PathStatus status;
    status.boot_id = "boot";
    status.version = version;
    std::ofstream(file) << encode_path_status(status);
  }

  hnv::test::TemporaryFolder folder;
  std::string file = folder.path() / "status.json";
  PathWatch watch{file};
};

TEST_F(PathWatchTest, LooksAtNothingWhereNoBondIsProbed) {
  publish("1");
  watch.configure(Config{});
  EXPECT_FALSE(watch.wake_at());
  EXPECT_FALSE(watch.look(kLooked));
  EXPECT_FALSE(watch.status());
}

TEST_F(PathWatchTest, LooksAgainAfterTheShortestInterval) {
  watch.configure(config_probing(300ms));
  watch.look(kLooked);
  EXPECT_EQ(watch.wake_at(), kLooked + 300ms);
}

TEST_F(PathWatchTest, TellsWhatIsNewAndNothingElse) {
  watch.configure(config_probing(1s));
  publish("1");
  EXPECT_TRUE(watch.look(kLooked));
  EXPECT_FALSE(watch.look(kLooked + 1s));
  publish("2");
  EXPECT_TRUE(watch.look(kLooked + 2s));
  EXPECT_EQ(watch.status()->version, "2");
}

TEST_F(PathWatchTest, ForgetsWhatIsNoLongerThereOrWrongAndSaysSoOnce) {
  watch.configure(config_probing(1s));
  publish("1");
  ASSERT_TRUE(watch.look(kLooked));
  std::ofstream(file) << "[";
  EXPECT_TRUE(watch.look(kLooked + 1s));
  EXPECT_FALSE(watch.status());
  EXPECT_TRUE(watch.take_error());
  EXPECT_FALSE(watch.look(kLooked + 2s));
  EXPECT_FALSE(watch.take_error()) << "the same fault";
  publish("1");
  EXPECT_TRUE(watch.look(kLooked + 3s));
  std::ofstream(file) << "[";
  watch.look(kLooked + 4s);
  EXPECT_TRUE(watch.take_error()) << "again";
}

TEST_F(PathWatchTest, AConfigurationWithoutProbesForgetsWhatWasSaid) {
  watch.configure(config_probing(1s));
  publish("1");
  ASSERT_TRUE(watch.look(kLooked));
  watch.configure(Config{});
  EXPECT_FALSE(watch.status());
}

}  // namespace
