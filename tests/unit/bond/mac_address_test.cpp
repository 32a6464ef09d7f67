// SPDX-License-Identifier: Apache-2.0
#include "bond/mac_address.hpp"

#include <gtest/gtest.h>

namespace {

using hnv::bond::MacAddress;

TEST(MacAddress, IsPrintedAsTheKernelPrintsIt) {
  const MacAddress address{{0x52, 0x54, 0x00, 0xab, 0x0c, 0x11}};
  EXPECT_EQ(address.to_string(), "52:54:00:ab:0c:11");
  EXPECT_EQ(MacAddress::parse("52:54:00:AB:0c:11"), address);
}

TEST(MacAddress, RefusesEverythingElse) {
  for (const char* text :
       {"", "52:54:00:00:00", "52:54:00:00:00:111", "52-54-00-00-00-11", "52:54:00:00:00:1g",
        "5:54:00:00:00:11:", "+2:54:00:00:00:11", "52:54:00:00:00:11 "}) {
    EXPECT_FALSE(MacAddress::parse(text).has_value()) << text;
  }
}

}  // namespace
