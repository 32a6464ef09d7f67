// SPDX-License-Identifier: Apache-2.0
#include "hnv/identity.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/device_tree_fixture.hpp"

namespace {

using namespace hnv;
using test::cell;
using test::nul_ended;

struct Identity : testing::Test {
  test::DeviceTreeFixture tree;
  Paths paths = tree.paths();

  void fill() const {
    tree.property("", "system-id", nul_ended("IBM,0212A345B"));
    tree.property("", "model", nul_ended("IBM,9080-HEX"));
    tree.property("", "ibm,partition-no", cell(7));
    tree.property("", "ibm,partition-name", nul_ended("db-prod-1"));
    tree.property("", "ibm,partition-uuid", nul_ended("6b2b5c2e-7b0e-4a0e-9f51-0d1d0a5f7c11"));
    tree.property("openprom", "ibm,fw-vernum_encoded", nul_ended("FW950.30 (VL950_092)"));
    std::filesystem::create_directories(paths.procfs / "sys/kernel/random");
    std::ofstream(paths.procfs / "sys/kernel/random/boot_id")
        << "2b1d9d0c-5f8e-4a39-8b53-1d3c5b1f0001\n";
  }
  static PartitionIdentity sample() {
    return {{"IBM,0212A345B", "IBM,9080-HEX"},
            7,
            "db-prod-1",
            "6b2b5c2e-7b0e-4a0e-9f51-0d1d0a5f7c11",
            "FW950.30 (VL950_092)",
            "2b1d9d0c-5f8e-4a39-8b53-1d3c5b1f0001"};
  }
};

TEST_F(Identity, IsRead) {
  fill();
  EXPECT_EQ(read_identity(paths), sample());
  EXPECT_EQ(read_frame_key(paths), sample().frame);
}

TEST_F(Identity, IsAbsentWhereNoPropertyNamesTheFrame) {
  EXPECT_FALSE(read_frame_key(paths).has_value());
  tree.property("", "ibm,partition-no", cell(7));
  EXPECT_FALSE(read_identity(paths).has_value());
  std::filesystem::remove_all(tree.root());
  EXPECT_FALSE(read_identity(paths).has_value());
}

// Half a key would look like another machine, in the moment in which the kernel replaces the rest.
TEST_F(Identity, NeedsBothProperties) {
  tree.property("", "model", nul_ended("IBM,9080-HEX"));
  EXPECT_EQ(read_frame_key(paths), std::nullopt);
  EXPECT_EQ(read_identity(paths), std::nullopt);
}

TEST_F(Identity, ThatWasNeverKeptIsNotFound) {
  EXPECT_EQ(read_kept_identity((tree.folder() / "nothing").native()).error().code,
            hnv::base::ErrorCode::not_found);
}

TEST_F(Identity, ChangesWithTheFrame) {
  fill();
  const auto before = read_frame_key(paths);
  tree.property("", "system-id", nul_ended("IBM,02FFFFFFF"));
  EXPECT_NE(read_frame_key(paths), before);
}

TEST_F(Identity, IsPrintableWhateverTheFirmwareSays) {
  fill();
  tree.property("", "ibm,partition-name", "caf\xc3\xa9\xff\nsecond line");
  tree.property("", "ibm,partition-no", "ab");
  tree.property("openprom", "ibm,fw-vernum_encoded", std::string(5000, 'x'));
  const auto identity = read_identity(paths);
  ASSERT_TRUE(identity.has_value());
  EXPECT_EQ(identity->partition_name, "caf???");
  EXPECT_FALSE(identity->partition_number.has_value());
  EXPECT_EQ(identity->firmware, "");
}

TEST_F(Identity, OutlivesItsFile) {
  EXPECT_EQ(decode_identity(encode_identity(sample()), "f").value(), sample());
  EXPECT_EQ(decode_identity(encode_identity({}), "f").value(), PartitionIdentity{});
  PartitionIdentity odd;
  odd.partition_name = "\xff";
  EXPECT_TRUE(decode_identity(encode_identity(odd), "f").has_value());
}

TEST_F(Identity, OfAnotherKindIsRefused) {
  const std::string good = encode_identity(sample());
  const auto error_of = [](std::string json, const std::string& old, const std::string& text) {
    json.replace(json.find(old), old.size(), text);
    const auto decoded = decode_identity(json, "/var/lib/hnv/identity.json");
    EXPECT_FALSE(decoded.has_value()) << json;
    return decoded ? std::string() : decoded.error().to_string();
  };
  EXPECT_EQ(error_of(good, "\"schema\": 1", "\"schema\": 2"),
            "read identity /var/lib/hnv/identity.json: schema 2; this program reads schema 1");
  EXPECT_THAT(error_of(good, "\"model\"", "\"modell\""), testing::HasSubstr("model"));
  for (const char* number : {"-7", "4294967296", "7.5", "true", "\"7\""}) {
    EXPECT_EQ(error_of(good, ": 7", std::string(": ") + number),
              "read identity /var/lib/hnv/identity.json: partition_number is " +
                  std::string(number) + "; allowed: null or a number of 32 bits");
  }
  for (const char* text : {"", "{", "[]", "null", "7"}) {
    EXPECT_FALSE(decode_identity(text, "f").has_value()) << text;
  }
}

}  // namespace
