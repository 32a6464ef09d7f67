// SPDX-License-Identifier: Apache-2.0
#include "hnv/hcn_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.hpp"

namespace {

using namespace hnv;
using testing::ElementsAre;
using testing::IsEmpty;
namespace fs = std::filesystem;

// As hcnmgr 1.3.10 begins and ends a run.
const char* const kQuery =
    "=======================11-24-2026 11:05:14============================\n"
    "[DEBUG]:hcnqrydev enter\n"
    "[INFO]:hcnqrydev -d 3 DRC_INDEX=20000002 HCN_ID=191554c8\n"
    "[INFO]: LPAR is running OS rhel with network service NetworkManager\n"
    "[DEBUG]:qrydev: enter 20000002 191554c8\n"
    "[DEBUG]:search_dev: enter 20000002\n"
    "[INFO]:qrydev return safe to remove enP2p0s1\n"
    "[DEBUG]:qryhcn: exit\n";

TEST(CommandsBegun, AreFoundInARun) {
  EXPECT_THAT(commands_begun(kQuery), ElementsAre(HcnCommand::hcnqrydev));
}

TEST(CommandsBegun, AreThoseOfEachRun) {
  EXPECT_THAT(commands_begun("[DEBUG]:hcnrmdev enter\nx\n[DEBUG]:hcnmgr enter\n"),
              ElementsAre(HcnCommand::hcnrmdev, HcnCommand::hcnmgr));
}

TEST(CommandsBegun, AreNotTakenFromOtherText) {
  EXPECT_THAT(commands_begun("hcnqrydev enter\n"
                             "[INFO]:hcnqrydev enter\n"
                             "[DEBUG]:hcnqrydev\n"
                             "[DEBUG]:hcnversion enter\n"
                             "[DEBUG]:hcnqrydev enter \n"
                             " [DEBUG]:hcnqrydev enter\n"
                             "[DEBUG]: enter\n"
                             "[DEBUG]:\n\n"),
              IsEmpty());
}

struct FollowedLog : testing::Test {
  test::TemporaryFolder folder;
  fs::path file = folder.path() / "hcnmgr";

  void append(const std::string& text) const { std::ofstream(file, std::ios::app) << text; }
};

TEST_F(FollowedLog, StartsWithWhatIsNew) {
  append(kQuery);
  HcnLog log(file);
  EXPECT_FALSE(log.news().value().grew);
  append("[DEBUG]:hcnrmdev enter\n");
  const auto news = log.news().value();
  EXPECT_TRUE(news.grew);
  EXPECT_THAT(news.begun, ElementsAre(HcnCommand::hcnrmdev));
  EXPECT_FALSE(log.news().value().grew) << "told once";
}

TEST_F(FollowedLog, ThatAppearsIsReadFromItsStart) {
  HcnLog log(file);
  EXPECT_FALSE(log.news().value().grew);
  append(kQuery);
  EXPECT_THAT(log.news().value().begun, ElementsAre(HcnCommand::hcnqrydev));
}

TEST_F(FollowedLog, LineThatIsNotCompleteWaitsForItsEnd) {
  HcnLog log(file);
  append("[DEBUG]:hcncfgdrc en");
  EXPECT_TRUE(log.news().value().grew);
  append("ter\n");
  EXPECT_THAT(log.news().value().begun, ElementsAre(HcnCommand::hcncfgdrc));
}

TEST_F(FollowedLog, ThatIsRotatedIsReadAnew) {
  append(kQuery);
  HcnLog log(file);
  fs::rename(file, folder.path() / "hcnmgr.1");
  append(std::string(kQuery) + "[DEBUG]:hcnmgr enter\n");
  EXPECT_THAT(log.news().value().begun, ElementsAre(HcnCommand::hcnqrydev, HcnCommand::hcnmgr));
}

TEST_F(FollowedLog, ThatIsTruncatedIsReadAnew) {
  append(kQuery);
  HcnLog log(file);
  fs::resize_file(file, 0);
  append("[DEBUG]:hcnrmhcn enter\n");
  EXPECT_THAT(log.news().value().begun, ElementsAre(HcnCommand::hcnrmhcn));
}

TEST_F(FollowedLog, ThatGrewByALotIsReadAtItsEnd) {
  HcnLog log(file);
  append(std::string(std::size_t{3} * 1024 * 1024, 'x') + "\n[DEBUG]:hcnqrydev enter\n");
  EXPECT_THAT(log.news().value().begun, ElementsAre(HcnCommand::hcnqrydev));
}

TEST_F(FollowedLog, OfZerosIsNoNewsOfCommands) {
  HcnLog log(file);
  append(std::string(5000, '\0'));
  const auto news = log.news().value();
  EXPECT_TRUE(news.grew);
  EXPECT_THAT(news.begun, IsEmpty());
}

}  // namespace
