// SPDX-License-Identifier: Apache-2.0
#include "base/enum_names.hpp"

#include <gtest/gtest.h>

namespace {

enum class Colour { red, green };

}  // namespace

template <>
struct hnv::base::EnumNames<Colour> {
  static constexpr auto names = std::to_array<std::string_view>({"red", "green"});
};

namespace {

using namespace hnv::base;

TEST(EnumNames, GoBothWays) {
  EXPECT_EQ(name_of(Colour::green), "green");
  EXPECT_EQ(value_of<Colour>("green"), Colour::green);
  EXPECT_EQ(value_of<Colour>("Green"), std::nullopt);
  EXPECT_EQ(list_of_names<Colour>(), "red, green");
}

TEST(EnumNames, CallAValueOfANewerKernelUnknown) {
  EXPECT_EQ(name_of(static_cast<Colour>(7)), "unknown");
}

}  // namespace
