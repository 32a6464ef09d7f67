// SPDX-License-Identifier: Apache-2.0
#include "hnv/identity.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/device_tree_fixture.hpp"

namespace {

using namespace hnv;
using namespace hnv::test;
using testing::HasSubstr;

struct Identity : testing::Test {
  DeviceTreeFixture tree;

  void write() const {
    tree.property("", "system-id", nul_ended("IBM,02788A9B0"));
    tree.property("", "model", nul_ended("IBM,9080-HEX"));
    tree.property("", "ibm,partition-no", cell(17));
    tree.property("", "ibm,partition-name", nul_ended("lpar17"));
    tree.property("", "ibm,partition-uuid", nul_ended("6b39e0f9-0e1c-4b1f-8c6c-8c3b6d4f2a11"));
    tree.property("openprom", "ibm,fw-vernum_encoded", nul_ended("FW950.30 (VL950_092)"));
    std::filesystem::create_directories(tree.folder() / "proc/sys/kernel/random");
    std::ofstream(tree.folder() / "proc/sys/kernel/random/boot_id") << "this-boot\n";
  }
};

TEST_F(Identity, IsReadFromTheDeviceTree) {
  write();
  const PartitionIdentity identity = read_identity(tree.paths());
  EXPECT_EQ(identity.frame, (FrameKey{"IBM,02788A9B0", "IBM,9080-HEX"}));
  EXPECT_EQ(identity.partition_number, 17U);
  EXPECT_EQ(identity.partition_name, "lpar17");
  EXPECT_EQ(identity.partition_uuid, "6b39e0f9-0e1c-4b1f-8c6c-8c3b6d4f2a11");
  EXPECT_EQ(identity.firmware, "FW950.30 (VL950_092)");
  EXPECT_EQ(identity.boot_id, "this-boot");
  EXPECT_EQ(read_frame_key(tree.paths()), identity.frame);
}

TEST_F(Identity, IsNoneWithoutADeviceTree) {
  EXPECT_EQ(read_frame_key(tree.paths()), std::nullopt);
  EXPECT_EQ(read_identity(tree.paths()), PartitionIdentity{});
}

// Half an identity would look like another machine.
TEST_F(Identity, IsNoneWhenHalfOfItCannotBeRead) {
  tree.property("", "system-id", nul_ended("IBM,02788A9B0"));
  EXPECT_EQ(read_frame_key(tree.paths()), std::nullopt);
  tree.property("", "model", std::string(100000, 'x'));
  EXPECT_EQ(read_frame_key(tree.paths()), std::nullopt);
}

TEST_F(Identity, SurvivesBeingKept) {
  write();
  const PartitionIdentity identity = read_identity(tree.paths());
  EXPECT_EQ(decode_identity(encode_identity(identity), "identity.json"), identity);
  EXPECT_EQ(decode_identity(encode_identity({}), "identity.json"), PartitionIdentity{});
}

TEST_F(Identity, ThatIsNotOursIsRefusedWithItsReason) {
  const auto reason = [](const std::string& text) {
    return decode_identity(text, "identity.json").error().to_string();
  };
  EXPECT_THAT(reason(R"({"schema": 2})"),
              HasSubstr("identity.json: schema 2; this program reads schema 1"));
  EXPECT_THAT(reason(""), HasSubstr("identity.json"));
  EXPECT_THAT(reason(R"({"schema": 1, "system_id": 5})"), HasSubstr("must be string"));
  EXPECT_EQ(read_kept_identity((tree.folder() / "nothing").native()).error().code,
            base::ErrorCode::not_found);
}

}  // namespace
