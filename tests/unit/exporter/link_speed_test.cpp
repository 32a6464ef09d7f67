// SPDX-License-Identifier: Apache-2.0
#include "exporter/link_speed.hpp"

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.hpp"

namespace {

using namespace hnv;
using namespace hnv::exporter;

class LinkSpeedTest : public ::testing::Test {
 protected:
  LinkSpeedTest() {
    paths_.sysfs = folder_.path();
    link_.index.value = 4;
    link_.name = "eth0";
    link_.carrier_changes = 1;
  }
  void set_speed(const std::string& text) const { folder_.write("class/net/eth0/speed", text); }

  test::TemporaryFolder folder_;
  Paths paths_;
  bond::Link link_;
};

TEST_F(LinkSpeedTest, IsBytesPerSecond) {
  set_speed("100000\n");
  EXPECT_EQ(LinkSpeedCache(paths_).speed_of(link_), 12.5e9);
}

TEST_F(LinkSpeedTest, IsEmptyWhenTheDeviceDoesNotTell) {
  EXPECT_EQ(LinkSpeedCache(paths_).speed_of(link_), std::nullopt);  // no such file
  for (const char* text : {"-1\n", "0\n", "4294967295\n", "", "fast\n"}) {
    set_speed(text);
    EXPECT_EQ(LinkSpeedCache(paths_).speed_of(link_), std::nullopt) << text;
  }
}

TEST_F(LinkSpeedTest, IsReadOnceUntilTheCarrierChanges) {
  LinkSpeedCache cache(paths_);
  set_speed("1000\n");
  EXPECT_EQ(cache.speed_of(link_), 1.25e8);
  set_speed("10000\n");
  EXPECT_EQ(cache.speed_of(link_), 1.25e8);
  link_.carrier_changes = 3;
  EXPECT_EQ(cache.speed_of(link_), 1.25e9);
  link_.index.value = 5;
  set_speed("1000\n");
  EXPECT_EQ(cache.speed_of(link_), 1.25e8);
}

TEST_F(LinkSpeedTest, ForgetsDevicesThatHaveGone) {
  LinkSpeedCache cache(paths_);
  set_speed("1000\n");
  cache.speed_of(link_);
  cache.drop_unused();
  set_speed("10000\n");
  EXPECT_EQ(cache.speed_of(link_), 1.25e8);  // asked for since the last time: still known
  cache.drop_unused();
  cache.drop_unused();
  EXPECT_EQ(cache.speed_of(link_), 1.25e9);
}

}  // namespace
