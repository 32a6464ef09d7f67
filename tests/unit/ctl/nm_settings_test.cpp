// SPDX-License-Identifier: Apache-2.0
// What is compared and refused; how settings travel is tested with a real NetworkManager
// (tests/netns/persist_test.cpp).
#include "ctl/nm_settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hnv::ctl {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const NmSettings& sample() {
  static const NmSettings settings{{"connection", {{"id", "s:bond0"}, {"timestamp", "t:(1,)"}}},
                                   {"bond", {{"options.mode", "s:active-backup"}}},
                                   {"ipv4", {{"method", "s:auto"}}}};
  return settings;
}

TEST(NmSettings, HaveTexts) {
  EXPECT_EQ(text_of(sample(), "connection", "id"), "bond0");
  EXPECT_EQ(text_of(sample(), "connection", "timestamp"), "") << "is no text";
  EXPECT_EQ(text_of(sample(), "connection", "uuid"), "");
  EXPECT_EQ(text_of(sample(), "vpn", "id"), "");
}

TEST(NmSettings, DifferInWhatChangedCameAndWent) {
  EXPECT_THAT(differences(sample(), sample()), IsEmpty());
  NmSettings after = sample();
  after["connection"]["timestamp"] = "t:(2,)";
  EXPECT_THAT(differences(sample(), after), IsEmpty()) << "NetworkManager's own";
  after["bond"]["options.primary"] = "s:x0";
  after["ipv4"]["method"] = "s:disabled";
  after["connection"].erase("id");
  EXPECT_THAT(differences(sample(), after),
              ElementsAre("bond.options.primary: was not set, is s:x0",
                          "connection.id: was s:bond0, is not set",
                          "ipv4.method: was s:auto, is s:disabled"));
}

TEST(NmSettings, MayHoldSecrets) {
  EXPECT_EQ(secret_setting(sample()), "");
  NmSettings settings = sample();
  settings["802-1x"];
  EXPECT_EQ(secret_setting(settings), "802-1x");
}

}  // namespace
}  // namespace hnv::ctl
