// SPDX-License-Identifier: Apache-2.0
#include "hnv/property.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/support/device_tree_fixture.hpp"

namespace {

using namespace hnv;
using test::bytes_of;
using test::cell;
using test::nul_ended;

TEST(Property, CellsAreBigEndian) {
  EXPECT_EQ(parse_cell(bytes_of({0x33, 0x3e, 0x80, 0xf5})), 0x333e80f5U);
  EXPECT_EQ(parse_cell(cell(0xfffffffe) + "more"), 0xfffffffeU);
  EXPECT_FALSE(parse_cell(bytes_of({0x33, 0x3e, 0x80})).has_value());
  EXPECT_FALSE(parse_cell("").has_value());
}

TEST(Property, TextsEndAtNulOrNewlineAndArePrintable) {
  EXPECT_EQ(parse_text(nul_ended("backup")), "backup");
  EXPECT_EQ(parse_text("/vdevice/vnic@30000006\n"), "/vdevice/vnic@30000006");
  EXPECT_EQ(parse_text("without an end"), "without an end");
  EXPECT_EQ(parse_text(std::string("a\x1b[2J\xff\x7f"
                                   "b")),
            "a?[2J??b");
  EXPECT_EQ(parse_text(std::string_view("\0x", 2)), "");
}

TEST(Property, AddressesMayBePadded) {
  const auto address = bond::MacAddress::parse("2e:7a:30:83:f5:00");
  EXPECT_EQ(parse_local_address(bytes_of({0x2e, 0x7a, 0x30, 0x83, 0xf5, 0})), address);
  EXPECT_EQ(parse_local_address(bytes_of({9, 9, 0x2e, 0x7a, 0x30, 0x83, 0xf5, 0})), address);
  for (const std::size_t size : {0U, 5U, 7U, 9U}) {
    EXPECT_FALSE(parse_local_address(std::string(size, 'x')).has_value()) << size;
  }
}

struct PropertyFile : testing::Test {
  test::DeviceTreeFixture tree;
  [[nodiscard]] base::ErrorCode error_of(const char* name) const {
    const auto read = read_property(tree.root() / name);
    EXPECT_FALSE(read.has_value()) << name;
    return read ? base::ErrorCode{} : read.error().code;
  }
};

TEST_F(PropertyFile, IsReadAsBytes) {
  tree.property("", "model", nul_ended("IBM,9080-HEX"));
  EXPECT_EQ(read_property(tree.root() / "model").value(), nul_ended("IBM,9080-HEX"));
}

TEST_F(PropertyFile, IsNothingElseThanAPlainFile) {
  ASSERT_EQ(::mkfifo((tree.root() / "fifo").c_str(), 0600), 0);
  std::filesystem::create_directory(tree.root() / "folder");
  std::filesystem::create_symlink("/etc/hostname", tree.root() / "link");
  tree.property("", "huge", std::string(kLargestProperty + 1, 'x'));
  tree.property("", "large", std::string(kLargestProperty, 'x'));
  EXPECT_EQ(error_of("fifo"), base::ErrorCode::invalid);
  EXPECT_EQ(error_of("folder"), base::ErrorCode::invalid);
  EXPECT_EQ(error_of("link"), base::ErrorCode::io);
  EXPECT_EQ(error_of("absent"), base::ErrorCode::not_found);
  EXPECT_EQ(error_of("huge"), base::ErrorCode::too_large);
  EXPECT_TRUE(read_property(tree.root() / "large").has_value());
}

}  // namespace
