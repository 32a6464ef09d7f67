// SPDX-License-Identifier: Apache-2.0
#include "ctl/persist_report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/unit/checks/fixture_tree.hpp"

namespace hnv::ctl {
namespace {

using testing::HasSubstr;
using testing::Not;

PersistResult written() {
  PersistResult result;
  result.bond = "bond191554c8";
  result.outcome = PersistOutcome::written;
  result.state = checks::StoredPrimary::missing;
  result.finding = {"D-PRIMARY",
                    result.bond,
                    checks::Severity::warn,
                    std::string(checks::test::kKeyfile) + ":8 has no primary",
                    "why it matters",
                    "the fix"};
  result.profile.emplace();
  result.profile->file = checks::test::kKeyfile;
  result.profile->id = "bond191554c8";
  result.profile->options_line = 8;
  result.sriov_device = "enP16392p1s0";
  result.manner = "by NetworkManager";
  result.change = {"--- f", "+++ f", "+primary=enP16392p1s0"};
  return result;
}

PersistResult not_written() {
  PersistResult result = written();
  result.outcome = PersistOutcome::not_written;
  result.reason = "hcnmgr is at work";
  result.change.clear();
  return result;
}

// The text as it reads, without where its lines are broken.
std::string unwrapped(const std::string& text) {
  std::istringstream stream(text);
  std::string words;
  for (std::string word; stream >> word;) words += (words.empty() ? "" : " ") + word;
  return words;
}

TEST(PersistReport, SaysWhatWasDoneAndWhatWasNot) {
  const std::string text = unwrapped(persist_text({written()}, false));
  EXPECT_THAT(text, HasSubstr("bond191554c8 STORED"));
  EXPECT_THAT(text, HasSubstr("bond191554c8.nmconnection:8 has no primary"));
  EXPECT_THAT(text, HasSubstr("stored primary=enP16392p1s0 by NetworkManager, read it back, and "
                              "nothing else of the profile has changed"));
  EXPECT_THAT(text, HasSubstr("The bond was not activated, no slave was touched"));
  EXPECT_THAT(text, HasSubstr("+primary=enP16392p1s0"));
  EXPECT_THAT(text, Not(HasSubstr("the fix"))) << "is done";
  EXPECT_THAT(text, Not(HasSubstr("Dry run")));
}

TEST(PersistReport, TellsHowTheKernelIsSetWhereItIsWrong) {
  PersistResult result = written();
  EXPECT_THAT(unwrapped(persist_text({result}, false)),
              HasSubstr("was not changed: the bond's primary is none. hnv-watchdog sets it; by "
                        "hand, which may move the traffic: echo enP16392p1s0 > "
                        "/sys/class/net/bond191554c8/bonding/primary"));
  result.kernel_primary = "enP16392p1s0";
  EXPECT_THAT(unwrapped(persist_text({result}, false)),
              HasSubstr("is enP16392p1s0 already; nothing was changed there"));
}

TEST(PersistReport, SaysWhyNothingWasStoredAndWhatHelps) {
  const std::string text = unwrapped(persist_text({not_written()}, false));
  EXPECT_THAT(text, HasSubstr("bond191554c8 NOT STORED"));
  EXPECT_THAT(text, HasSubstr("hcnmgr is at work"));
  EXPECT_THAT(text, HasSubstr("why it matters"));
  EXPECT_THAT(text, HasSubstr("the fix"));
  EXPECT_THAT(text, Not(HasSubstr("read it back")));
}

TEST(PersistReport, SaysThatADryRunIsOne) {
  PersistResult result = written();
  result.outcome = PersistOutcome::would_write;
  const std::string text = unwrapped(persist_text({result}, true));
  EXPECT_THAT(text, HasSubstr("would store primary=enP16392p1s0 by NetworkManager"));
  EXPECT_THAT(text, HasSubstr("Dry run: nothing was written."));
}

TEST(PersistReport, FitsATerminal) {
  std::istringstream lines(persist_text({written(), not_written()}, true));
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 79U) << line;
}

TEST(PersistReport, WithoutBondsSaysSo) {
  EXPECT_THAT(persist_text({}, false), HasSubstr("There is no bond"));
  EXPECT_EQ(exit_code(std::vector<PersistResult>{}), 0);
}

TEST(PersistReport, TheExitCodeTellsWhetherSomethingIsNotStored) {
  PersistResult right = written();
  right.outcome = PersistOutcome::unchanged;
  EXPECT_EQ(exit_code({written(), right}), 0);
  EXPECT_EQ(exit_code({written(), not_written()}), 1);
}

TEST(PersistReport, IsAJsonObject) {
  const auto json = nlohmann::json::parse(persist_json({written(), not_written()}, false));
  EXPECT_EQ(json.at("schema"), 1);
  EXPECT_EQ(json.at("dry_run"), false);
  EXPECT_EQ(json.at("exit_code"), 1);
  const auto& bond = json.at("bonds").at(0);
  EXPECT_EQ(bond.at("outcome"), "written");
  EXPECT_EQ(bond.at("found"), "missing");
  EXPECT_EQ(bond.at("severity"), "warn");
  EXPECT_EQ(bond.at("kernel_primary"), nullptr);
  EXPECT_EQ(bond.at("reason"), nullptr);
  EXPECT_EQ(bond.at("profile").at("format"), "keyfile");
  EXPECT_EQ(bond.at("profile").at("file"), checks::test::kKeyfile);
  EXPECT_EQ(bond.at("profile").at("line"), 8);
  EXPECT_EQ(bond.at("profile").at("primary"), nullptr);
  EXPECT_EQ(bond.at("change").size(), 3U);
  EXPECT_EQ(json.at("bonds").at(1).at("reason"), "hcnmgr is at work");
}

}  // namespace
}  // namespace hnv::ctl
