// SPDX-License-Identifier: Apache-2.0
#include "hnv/hcn_id.hpp"

#include <gtest/gtest.h>

namespace {

using namespace hnv;

TEST(HcnId, IsWrittenWithEightDigits) {
  EXPECT_EQ(to_string(HcnId{0x333e80f5}), "333e80f5");
  EXPECT_EQ(to_string(HcnId{0x0000beef}), "0000beef");
  EXPECT_EQ(to_string(HcnId{0xffffffff}), "ffffffff");
}

TEST(HcnId, NamesItsBond) {
  EXPECT_EQ(bond_name(HcnId{0x191554c8}), "bond191554c8");
}

TEST(HcnId, IsReadAsItIsWritten) {
  for (const std::uint32_t value : {0U, 1U, 0x191554c8U, 0xffffffffU}) {
    EXPECT_EQ(parse_hcn_id(to_string(HcnId{value})), HcnId{value});
  }
}

TEST(HcnId, IsNoOtherText) {
  for (const char* text :
       {"", "191554c", "191554c8 ", "0191554c8", "191554C8", "0x191554", "-91554c8"}) {
    EXPECT_FALSE(parse_hcn_id(text).has_value()) << text;
  }
}

}  // namespace
