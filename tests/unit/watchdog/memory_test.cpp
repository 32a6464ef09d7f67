// SPDX-License-Identifier: Apache-2.0
// The memory's codec, and the files that a watchdog may find at its start.
#include "watchdog/memory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/atomic_file.hpp"
#include "tests/support/temporary_folder.hpp"

namespace {

using namespace hnv;
using namespace hnv::watchdog;
using namespace std::chrono_literals;
using base::BootTime;
using bond::IfIndex;
using testing::HasSubstr;

const BootTime kNow(1000s);
constexpr const char* kBoot = "5c0f4a5e";

// Every member has a value of its own, so that none can be forgotten or mixed up.
Memory full() {
  BondMemory bond;
  bond.name = "bond191554c8";
  bond.index = IfIndex{3};
  bond.policy.sriov = IfIndex{4};
  bond.policy.healthy_since = BootTime(901s);
  bond.policy.inactive_since = BootTime(902s);
  bond.policy.failures = 7;
  bond.policy.retry_at = kNow + 300s;
  bond.policy.last_write = BootTime(903s);
  bond.policy.last_move = BootTime(904s);
  bond.policy.reasserted = true;
  bond.policy.confirmed = IfIndex{5};
  bond.policy.primary_losses = 8;
  bond.policy.fast.last_loss = BootTime(906s);
  bond.policy.fast.moves = {BootTime(907s)};
  bond.policy.fast.exhausted = true;
  bond.policy.path.moved = BootTime(908s);
  bond.policy.path.owed = true;
  bond.recorder.active_known = true;
  bond.recorder.active = IfIndex{6};
  bond.recorder.active_since = BootTime(899s);
  OpenFailover open;
  open.at = BootTime(905s);
  open.before_since = BootTime(900s);
  open.failover.from = "enP1";
  open.failover.to = "env3";
  open.failover.direction = FailoverDirection::to_virtual;
  open.failover.cause = FailoverCause::removed;
  bond.recorder.open.push_back(open);
  bond.kernel.carrier_losses = 9;
  bond.kernel.slaves[IfIndex{4}] = KernelCounts::Slave{10, 11};
  bond.kernel.slaves[IfIndex{5}] = KernelCounts::Slave{std::nullopt, 12};
  Memory memory;
  memory.bonds.push_back(bond);
  MigrationState& migration = memory.migration;
  migration.disturbed = BootTime(911s);
  migration.hcnmgr_seen = BootTime(912s);
  migration.configuring = BootTime(913s);
  migration.dlpar_seen = BootTime(914s);
  migration.dlpar_since = BootTime(915s);
  migration.frame = FrameKey{"IBM,02machine0", "IBM,9080-HEX"};
  migration.identity_changed = BootTime(916s);
  migration.hook = HookNote{HookPhase::pre, BootTime(917s), -18};
  migration.hook_is_done = true;
  migration.bonds[IfIndex{3}] = MigrationState::KnownBond{true, BootTime(918s)};
  migration.window = MigrationState::Window{BootTime(919s), BootTime(920s), {IfIndex{3}}, true,
                                            BootTime(921s), LpmKind::live,  true,         true};
  migration.window->kind = LpmKind::inactive_or_restart;
  migration.arrival = MigrationState::Arrival{LpmKind::inactive_or_restart, kNow + 900s};
  migration.stuck = true;
  return memory;
}

std::string file_of(const Memory& memory, const std::string& boot_id = kBoot) {
  WatchdogStatus status;
  status.boot_id = boot_id;
  status.links.messages = 5;
  return encode_status(status, encode_memory(memory));
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from << " is not in " << text;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

TEST(MemoryCodec, KeepsEverything) {
  const auto decoded = decode_memory(file_of(full()), "status.json", kNow);
  ASSERT_TRUE(decoded.has_value()) << decoded.error().to_string();
  EXPECT_EQ(*decoded, full());
  EXPECT_EQ(decode_memory(file_of(Memory{}), "status.json", kNow).value(), Memory{});
}

// The watchdog before an upgrade knew nothing of paths.
TEST(MemoryCodec, GoesOnFromAFileWithoutPaths) {
  Memory memory = full();
  memory.bonds.front().policy.path = {};
  const std::string kept = file_of(memory);
  const std::string path = "\"path\":{\"owed\":false}";
  const auto at = kept.find(path);
  ASSERT_NE(at, std::string::npos) << kept;
  const bool last = kept[at + path.size()] != ',';
  const std::string old = replaced(kept, last ? "," + path : path + ",", "");
  const auto decoded = decode_memory(old, "status.json", kNow);
  ASSERT_TRUE(decoded.has_value()) << decoded.error().to_string();
  EXPECT_EQ(*decoded, memory);
}

TEST(MemoryCodec, IsNoBusinessOfOtherReaders) {
  const auto status = decode_status(file_of(full()), "status.json");
  ASSERT_TRUE(status.has_value()) << status.error().to_string();
  EXPECT_EQ(status->links.messages, 5U);
}

TEST(MemoryCodec, RejectsATimeToCome) {
  const auto decoded = decode_memory(file_of(full()), "status.json", BootTime(920s));
  ASSERT_FALSE(decoded.has_value());
  EXPECT_THAT(decoded.error().to_string(), HasSubstr("a time of this boot is expected"));
  Memory far;
  far.bonds.resize(1);
  far.bonds[0].policy.retry_at = kNow + 25h;
  EXPECT_FALSE(decode_memory(file_of(far), "status.json", kNow).has_value());
}

TEST(MemoryCodec, RejectsWhatItDoesNotWrite) {
  const std::string good = file_of(full());
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"\"failures\":7", "\"failures\":-7"},
           {"\"failures\":7", "\"failures\":7000000000"},
           {"\"failures\":7", "\"failures\":\"7\""},
           {"\"cause\":\"removed\"", "\"cause\":\"fate\""},
           {"\"policy\":{", "\"policy\":[],\"x\":{"},
           {"\"reasserted\":true,", ""},
           {"\"memory\"", "\"souvenir\""}}) {
    const auto decoded = decode_memory(replaced(good, from, to), "status.json", kNow);
    ASSERT_FALSE(decoded.has_value()) << to;
    EXPECT_EQ(decoded.error().code, base::ErrorCode::invalid);
    EXPECT_EQ(decoded.error().object, "status.json");
  }
}

struct RememberedFile : testing::Test {
  test::TemporaryFolder folder;
  std::string file = folder.path() / "status.json";

  void write(const std::string& text) const { std::ofstream(file) << text; }
  [[nodiscard]] auto read() const { return read_remembered(file, kBoot, kNow); }
  [[nodiscard]] std::string reason() const {
    const auto remembered = read();
    return remembered ? "no error" : remembered.error().to_string();
  }
};

TEST_F(RememberedFile, GoesOnFromTheSameBoot) {
  write(file_of(full()));
  const auto remembered = read();
  ASSERT_TRUE(remembered && *remembered);
  EXPECT_EQ((*remembered)->memory, full());
  EXPECT_EQ((*remembered)->status.links.messages, 5U);
}

TEST_F(RememberedFile, StartsAfreshWithoutOneOfThisBoot) {
  ASSERT_TRUE(read().has_value());
  EXPECT_FALSE(read()->has_value()) << "no file";
  write(file_of(full(), "another-boot"));
  ASSERT_TRUE(read().has_value());
  EXPECT_FALSE(read()->has_value());
  write(file_of(full(), ""));
  const auto unknown = read_remembered(file, "", kNow);
  ASSERT_TRUE(unknown.has_value());
  EXPECT_FALSE(unknown->has_value()) << "a boot without an id is any boot";
}

TEST_F(RememberedFile, SaysWhatIsWrongWithABadOne) {
  const std::string good = file_of(full());
  write("");
  EXPECT_THAT(reason(), HasSubstr("parse error"));
  write(good.substr(0, good.size() / 2));
  EXPECT_THAT(reason(), HasSubstr("parse error"));
  write(std::string(100, '\0'));
  EXPECT_THAT(reason(), HasSubstr("parse error"));
  write(replaced(good, "\"schema\": 3", "\"schema\": 2"));
  EXPECT_THAT(reason(), HasSubstr("schema 2; this program reads schema 3"));
  write(replaced(good, "\"schema\": 3", "\"schema\": 4"));
  EXPECT_THAT(reason(), HasSubstr("schema 4; this program reads schema 3"));
  std::filesystem::remove(file);
  std::filesystem::create_directory(file);
  EXPECT_THAT(reason(), HasSubstr("read " + file));
}

TEST_F(RememberedFile, RejectsIntervalsThatBeginLater) {
  WatchdogStatus status;
  status.boot_id = kBoot;
  status.bonds.resize(1);
  status.bonds[0].off_reason = OffReason::link_down;
  status.bonds[0].off_since = kNow + 1s;
  write(encode_status(status, encode_memory({})));
  EXPECT_THAT(reason(), HasSubstr("a time that has not come yet"));
}

TEST_F(RememberedFile, IsSetAsideInPlaceOfAnOlderOne) {
  write("first");
  ASSERT_TRUE(set_aside(file));
  write("second");
  ASSERT_EQ(set_aside(file).value(), file + ".bad");
  EXPECT_FALSE(std::filesystem::exists(file));
  EXPECT_EQ(base::read_file(file + ".bad", 100).value(), "second");
  EXPECT_FALSE(set_aside(file).has_value()) << "nothing is there";
}

}  // namespace
