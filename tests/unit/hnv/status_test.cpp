// SPDX-License-Identifier: Apache-2.0
// The round trip of every value is a property (tests/property); here, what readers must survive.
#include "hnv/status.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/lock_file.hpp"

namespace {

using namespace hnv;
namespace fs = std::filesystem;

WatchdogStatus some_status() {
  WatchdogStatus status;
  status.boot_id = "this-boot";
  status.version = "0.1.0";
  status.pid = 42;
  BondStatus bond;
  bond.name = "bond191554c8";
  bond.failovers[FailoverDirection::to_virtual][FailoverCause::link_down] = 3;
  status.bonds.push_back(bond);
  return status;
}

struct Published : testing::Test {
  fs::path folder =
      fs::path(testing::TempDir()) / ("hnv_published_status." + std::to_string(::getpid()));
  std::string file = folder / "watchdog.json";

  void SetUp() override {
    fs::remove_all(folder);
    fs::create_directories(folder);
  }
  void TearDown() override { fs::remove_all(folder); }
  void write(const std::string& text) const { std::ofstream(file) << text; }
};

TEST_F(Published, IsEmptyWithoutAFile) {
  const auto published = read_published_status(file, "this-boot");
  EXPECT_FALSE(published.alive);
  EXPECT_FALSE(published.status.has_value());
  EXPECT_FALSE(published.error.has_value());
}

TEST_F(Published, IsServedWithoutALivingWatchdog) {
  write(encode_status(some_status()));
  const auto published = read_published_status(file, "this-boot");
  EXPECT_FALSE(published.alive);
  EXPECT_EQ(published.status, some_status());
}

// What was decoded last must not outlive the file that said it.
TEST_F(Published, ReaderFollowsTheFile) {
  PublishedStatusReader reader(file, "this-boot");
  EXPECT_FALSE(reader.read().status.has_value());
  write(encode_status(some_status()));
  EXPECT_EQ(reader.read().status, some_status());
  EXPECT_EQ(reader.read().status, some_status()) << "the same file again";
  WatchdogStatus next = some_status();
  ++next.links.messages;
  write(encode_status(next));
  EXPECT_EQ(reader.read().status, next);
  write("{");
  EXPECT_TRUE(reader.read().error.has_value());
  EXPECT_TRUE(reader.read().error.has_value()) << "a mistake that stays is told again";
  EXPECT_FALSE(reader.read().status.has_value());
  fs::remove(file);
  EXPECT_FALSE(reader.read().error.has_value());
  EXPECT_FALSE(reader.read().status.has_value());
  write(encode_status(next));
  EXPECT_EQ(reader.read().status, next);
}

// Whatever it does not decode again must be what a decoder that sees the text for the first time
// says.
TEST(StatusDecoder, SaysWhatTheWholeTextSays) {
  StatusDecoder decoder("status");
  WatchdogStatus status = some_status();
  const auto follows = [&decoder](const WatchdogStatus& next) {
    const auto& decoded = decoder.decode(encode_status(next, R"({"own": 1})"));
    return decoded.has_value() && *decoded == next;
  };
  EXPECT_TRUE(follows(status));
  status.written_unix_seconds = 30;
  status.links.messages = 1'000'000;
  EXPECT_TRUE(follows(status)) << "before the bonds, and longer";
  status.bonds[0].state = WatchState::steady;
  EXPECT_TRUE(follows(status));
  status.written_unix_seconds = 60;
  status.bonds[0].failovers[FailoverDirection::to_virtual][FailoverCause::link_down] = 4;
  EXPECT_TRUE(follows(status)) << "both at once";
  status.gone_bonds.push_back(status.bonds[0]);
  EXPECT_TRUE(follows(status));
  status.bonds.clear();
  EXPECT_TRUE(follows(status));
  status.version = R"("bonds":)";
  EXPECT_TRUE(follows(status));
}

TEST(StatusDecoder, SaysWhatIsWrongBeforeBondsThatAreTheSame) {
  StatusDecoder decoder("status");
  const std::string sound = encode_status(some_status());
  ASSERT_TRUE(decoder.decode(sound).has_value());
  for (const auto& [found, wrong] :
       {std::pair{"\"schema\": 3", "\"schema\": 4"}, std::pair{"\"pid\": 42", "\"pid\": 4.2"},
        std::pair{"\"links\": {", "\"links\": {{"}}) {
    std::string text = sound;
    text.replace(text.find(found), std::string_view(found).size(), wrong);
    const auto whole = decode_status(text, "status");
    ASSERT_FALSE(whole.has_value()) << wrong;
    const auto& decoded = decoder.decode(text);
    ASSERT_FALSE(decoded.has_value()) << wrong;
    EXPECT_EQ(decoded.error().to_string(), whole.error().to_string());
    EXPECT_EQ(decoder.decode(sound).value(), some_status()) << "and sound again";
  }
}

TEST_F(Published, OfAnotherBootIsNoStatus) {
  write(encode_status(some_status()));
  EXPECT_FALSE(read_published_status(file, "next-boot").status.has_value());
}

TEST_F(Published, KnowsALivingWatchdogByItsLock) {
  // A process cannot ask about its own lock.
  int pipe_fds[2];
  ASSERT_EQ(::pipe(pipe_fds), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto lock = base::LockFile::acquire(watchdog_lock_file(file));
    const char sign = lock ? 'y' : 'n';
    if (::write(pipe_fds[1], &sign, 1) != 1) ::_exit(1);
    ::pause();
    ::_exit(0);
  }
  char sign = 0;
  ASSERT_EQ(::read(pipe_fds[0], &sign, 1), 1);
  EXPECT_EQ(sign, 'y');
  EXPECT_TRUE(read_published_status(file, "this-boot").alive);
  EXPECT_EQ(base::lock_holder(watchdog_lock_file(file)).value(), child);
  EXPECT_EQ(base::LockFile::acquire(watchdog_lock_file(file)).error().reason,
            "held by pid " + std::to_string(child));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_FALSE(read_published_status(file, "this-boot").alive) << "the kernel drops it at once";
}

TEST_F(Published, SaysWhatIsWrongWithAFile) {
  const auto reason = [this](const std::string& text) {
    write(text);
    const auto published = read_published_status(file, "this-boot");
    EXPECT_FALSE(published.status.has_value()) << text;
    return published.error ? published.error->to_string() : std::string();
  };
  EXPECT_THAT(reason(""), testing::HasSubstr("parse error"));
  EXPECT_THAT(reason("[]"), testing::HasSubstr("array"));
  EXPECT_THAT(reason(R"({"schema": 4})"),
              testing::EndsWith("schema 4; this program reads schema 3"));
  EXPECT_THAT(reason(R"({"schema": 2})"),
              testing::EndsWith("schema 2; this program reads schema 3"));
  std::string misspelt = encode_status(some_status());
  misspelt.replace(misspelt.find("unmanaged"), 9, "unmenaged");
  EXPECT_THAT(reason(misspelt), testing::HasSubstr("'unmenaged' is not one of steady"));
  WatchdogStatus damped = some_status();
  damped.bonds[0].saved_reselect = bond::PrimaryReselect::better;
  misspelt = encode_status(damped);
  misspelt.replace(misspelt.find("\"better\""), 8, "\"bitter\"");
  EXPECT_THAT(reason(misspelt), testing::HasSubstr("'bitter' is not one of always"));
  const std::string whole = encode_status(some_status());
  EXPECT_THAT(reason(whole.substr(0, whole.size() / 2)), testing::HasSubstr("parse error"));
}

// Without them a restart would leave a bond as damping has changed it.
TEST(Status, KeepsWhatDampingHasChanged) {
  WatchdogStatus status = some_status();
  BondStatus& bond = status.bonds[0];
  bond.penalty = Penalty{2500.25, base::BootTime(std::chrono::seconds(90))};
  bond.suppressed = true;
  bond.saved_reselect = bond::PrimaryReselect::always;
  const auto decoded = decode_status(encode_status(status), "status");
  ASSERT_TRUE(decoded.has_value()) << decoded.error().to_string();
  EXPECT_EQ(decoded->bonds[0].penalty, bond.penalty);
  EXPECT_TRUE(decoded->bonds[0].suppressed);
  EXPECT_EQ(decoded->bonds[0].saved_reselect, bond::PrimaryReselect::always);
  bond.saved_reselect.reset();
  EXPECT_EQ(decode_status(encode_status(status), "status")->bonds[0].saved_reselect, std::nullopt);
}

TEST(DurationHistogram, CountsEachDurationOnce) {
  DurationHistogram histogram;
  histogram.observe(0.0005);  // on a bound: at most
  histogram.observe(0.0006);
  histogram.observe(99);
  EXPECT_EQ(histogram.counts.front(), 1U);
  EXPECT_EQ(histogram.counts[1], 1U);
  EXPECT_EQ(histogram.counts.back(), 1U);
  EXPECT_EQ(histogram.count(), 3U);
  EXPECT_DOUBLE_EQ(histogram.sum_seconds, 99.0011);
}

}  // namespace
