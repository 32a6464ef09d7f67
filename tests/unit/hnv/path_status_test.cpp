// SPDX-License-Identifier: Apache-2.0
// The prober's file: what encode writes is read back, and nothing else is.
#include "hnv/path_status.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace hnv;
using namespace std::chrono_literals;
using testing::HasSubstr;

base::BootTime at(base::BootClock::duration uptime) {
  return base::BootTime(uptime);
}

PathStatus full_status() {
  TargetPath gateway{*IpAddress::parse("10.0.2.2"), true, 10, 9, 1, 0, 4, at(98s)};
  TargetPath other{*IpAddress::parse("fe80::1"), std::nullopt, 1, 0, 0, 1, 0, std::nullopt};
  SlavePath sriov;
  sriov.device = "enP16392p1s0";
  sriov.index = {5};
  sriov.address = *bond::MacAddress::parse("52:54:00:00:00:11");
  sriov.role = Role::sriov;
  sriov.errors = 2;
  sriov.targets = {gateway, other};
  sriov.rtt.observe(0.002);
  SlavePath backup;
  backup.device = "env4";
  backup.index = {6};
  backup.address = *bond::MacAddress::parse("52:54:00:00:00:12");
  backup.role = Role::virtual_device;
  backup.not_probed = "no carrier";
  BondPath bond;
  bond.name = "bond191554c8";
  bond.index = {7};
  bond.verdict = PathVerdict::virtual_dead;
  bond.doubt = "none";
  bond.since = at(90s);
  bond.judged_at = at(100s);
  bond.interval = 1s;
  bond.sriov_answers_in_row = 4;
  bond.slaves = {sriov, backup};
  bond.crosses = {{Role::sriov, Role::virtual_device, true},
                  {Role::virtual_device, Role::sriov, std::nullopt}};
  PathStatus status;
  status.boot_id = "this-boot";
  status.version = "0.1.0";
  status.pid = 42;
  status.started_unix_seconds = 1.5;
  status.written_unix_seconds = 2.5;
  status.overslept = 3;
  status.bonds = {bond};
  return status;
}

BondPath bond_path_named(const std::string& name) {
  BondPath bond;
  bond.name = name;
  return bond;
}

SlavePath slave_path_named(const std::string& device) {
  SlavePath slave;
  slave.device = device;
  return slave;
}

std::string reason_of(const PathStatus& status) {
  const auto decoded = decode_path_status(encode_path_status(status), "f");
  return decoded ? "" : decoded.error().to_string();
}

std::string reason_of(const std::string& text) {
  const auto decoded = decode_path_status(text, "f");
  return decoded ? "" : decoded.error().to_string();
}

std::string replaced(const std::string& from, const std::string& with) {
  std::string text = encode_path_status(full_status());
  const auto place = text.find(from);
  EXPECT_NE(place, std::string::npos) << from;
  return text.replace(place, from.size(), with);
}

TEST(PathStatus, IsReadBack) {
  const auto decoded = decode_path_status(encode_path_status(full_status()), "f");
  ASSERT_TRUE(decoded.has_value()) << decoded.error().to_string();
  EXPECT_EQ(*decoded, full_status());
  EXPECT_EQ(reason_of(PathStatus{}), "");
  EXPECT_NE(decoded->bond("bond191554c8"), nullptr);
  EXPECT_EQ(decoded->bond("bond2"), nullptr);
}

TEST(PathStatus, EveryTruncationIsRefused) {
  std::string text = encode_path_status(full_status());
  text.pop_back();  // the last newline
  for (std::size_t length = 0; length < text.size(); ++length) {
    EXPECT_NE(reason_of(text.substr(0, length)), "") << length;
  }
}

// Whatever one byte becomes: refused, or what is understood is written and read as the same.
TEST(PathStatus, EveryChangedByteIsRefusedOrUnderstood) {
  const std::string text = encode_path_status(full_status());
  for (std::size_t place = 0; place < text.size(); ++place) {
    for (const char letter : {'\0', '"', '-', '9', '{', ']', '\xff'}) {
      std::string changed = text;
      changed[place] = letter;
      const auto decoded = decode_path_status(changed, "f");
      if (decoded) {
        EXPECT_EQ(decode_path_status(encode_path_status(*decoded), "f").value(), *decoded) << place;
      }
    }
  }
}

TEST(PathStatus, OfAnotherSchemaIsUnsupported) {
  const auto decoded = decode_path_status(R"({"schema": 2})", "f");
  ASSERT_FALSE(decoded.has_value());
  EXPECT_EQ(decoded.error().code, base::ErrorCode::unsupported);
  EXPECT_THAT(decoded.error().to_string(), HasSubstr("schema 2; this program reads schema 1"));
}

TEST(PathStatus, UnknownMembersAreRefused) {
  const auto with_more = [](const std::string& member) {
    return reason_of(replaced("\"" + member + "\":", "\"more\": 1, \"" + member + "\":"));
  };
  EXPECT_THAT(with_more("boot_id"), HasSubstr("the file has an unknown member 'more'"));
  EXPECT_THAT(with_more("verdict"), HasSubstr("a bond has an unknown member 'more'"));
  EXPECT_THAT(with_more("device"), HasSubstr("a slave has an unknown member 'more'"));
  EXPECT_THAT(with_more("probes"), HasSubstr("a target has an unknown member 'more'"));
  EXPECT_THAT(with_more("sum_seconds"), HasSubstr("rtt has an unknown member 'more'"));
  EXPECT_THAT(with_more("from"), HasSubstr("a cross path has an unknown member 'more'"));
}

TEST(PathStatus, EveryListHasALimit) {
  PathStatus status = full_status();
  status.bonds.assign(kMostPathBonds, bond_path_named("b"));
  EXPECT_EQ(reason_of(status), "");
  status.bonds.push_back(bond_path_named("b"));
  EXPECT_THAT(reason_of(status), HasSubstr("1025 bonds; at most 1024"));

  status = full_status();
  status.bonds[0].slaves.assign(32, slave_path_named("d"));
  EXPECT_EQ(reason_of(status), "");
  status.bonds[0].slaves.push_back(slave_path_named("d"));
  EXPECT_THAT(reason_of(status), HasSubstr("33 slaves; at most 32"));

  status = full_status();
  status.bonds[0].slaves[0].targets.resize(8);
  EXPECT_EQ(reason_of(status), "");
  status.bonds[0].slaves[0].targets.resize(9);
  EXPECT_THAT(reason_of(status), HasSubstr("9 targets; at most 8"));

  status = full_status();
  status.bonds[0].crosses.resize(65);
  EXPECT_THAT(reason_of(status), HasSubstr("65 crosses; at most 64"));

  EXPECT_THAT(reason_of(std::string(kLargestPathStatusFile + 1, ' ')), HasSubstr("4 MiB"));
}

TEST(PathStatus, NamesAreThoseOfInterfaces) {
  for (const char* name : {"", ".", "..", "a/b", "a:b", "a b", "0123456789abcdef"}) {
    PathStatus status = full_status();
    status.bonds[0].name = name;
    EXPECT_THAT(reason_of(status), HasSubstr("is no interface's name")) << name;
    status = full_status();
    status.bonds[0].slaves[1].device = name;
    EXPECT_THAT(reason_of(status), HasSubstr("is no interface's name")) << name;
  }
}

TEST(PathStatus, WordsAreShortAndPlain) {
  PathStatus status = full_status();
  status.bonds[0].doubt = std::string(300, 'x');
  EXPECT_EQ(reason_of(status), "");
  status.bonds[0].doubt += 'x';
  EXPECT_THAT(reason_of(status), HasSubstr("doubt is too long or has control characters"));
  status = full_status();
  status.bonds[0].slaves[0].not_probed = "\x1b[2J";
  EXPECT_THAT(reason_of(status), HasSubstr("not_probed is too long or has control characters"));
}

TEST(PathStatus, NumbersFitAndTimesAreOnesOfAMachine) {
  EXPECT_THAT(reason_of(replaced("\"probes\": 10", "\"probes\": -1")), HasSubstr("no number"));
  EXPECT_THAT(reason_of(replaced("\"ifindex\": 7", "\"ifindex\": 4294967296")),
              HasSubstr("no number"));
  EXPECT_THAT(reason_of(replaced("100000000000", "-1")), HasSubstr("out of range"));
  EXPECT_THAT(reason_of(replaced("100000000000", "9223372036854775807")),
              HasSubstr("out of range"));
  EXPECT_THAT(reason_of(replaced("\"interval_ns\": 1000000000", "\"interval_ns\": 60000000001")),
              HasSubstr("out of range"));
  EXPECT_THAT(reason_of(replaced("0.002", "1e999")), HasSubstr("overflow"));
  EXPECT_THAT(reason_of(replaced("0.002", "null")), HasSubstr("none"));
}

TEST(PathStatus, ValuesAreThoseOfTheVocabulary) {
  EXPECT_THAT(reason_of(replaced("virtual_dead", "dead")), HasSubstr("'dead' is not one of"));
  EXPECT_THAT(reason_of(replaced("10.0.2.2", "10.0.2")), HasSubstr("no IP address"));
  EXPECT_THAT(reason_of(replaced("52:54:00:00:00:11", "52:54")), HasSubstr("no Ethernet"));
  EXPECT_THAT(reason_of(replaced("\"up\": true", "\"up\": 1")), HasSubstr("boolean"));
}

}  // namespace
