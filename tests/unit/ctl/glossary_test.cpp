// SPDX-License-Identifier: Apache-2.0
// docs/glossary.md explains every enumerator that appears outside of the programs, and no other.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <string>

#include "bond/link_monitor.hpp"
#include "checks/doctor/readiness.hpp"
#include "hnv/vocabulary.hpp"
#include "tests/unit/ctl/repository_file.hpp"
#include "watchdog/log_entry.hpp"

namespace hnv {
namespace {

using Words = std::set<std::string>;

std::string glossary() {
  return test::read_repository_file("docs/glossary.md");
}

// The names in the table below "## WatchState: ...", each with a meaning beside it.
Words explained_in(const std::string& section) {
  const std::string text = glossary();
  Words words;
  const auto begin = text.find("\n## " + section + ":");
  if (begin == std::string::npos) {
    ADD_FAILURE() << "no section " << section;
    return words;
  }
  std::istringstream lines(text.substr(begin + 1, text.find("\n## ", begin + 1) - begin));
  for (std::string line; std::getline(lines, line);) {
    constexpr std::string_view kRow = "| `";
    if (line.rfind(kRow, 0) != 0) continue;
    const auto end = line.find("` | ");
    EXPECT_NE(end, std::string::npos) << line;
    EXPECT_GT(line.size(), end + std::string("` | x |").size()) << line;
    EXPECT_TRUE(words.insert(line.substr(kRow.size(), end - kRow.size())).second) << line;
  }
  return words;
}

template <class E>
Words names() {
  return {base::EnumNames<E>::names.begin(), base::EnumNames<E>::names.end()};
}

TEST(Glossary, ExplainsEveryWordOfTheVocabulary) {
  EXPECT_EQ(explained_in("ObstacleKind"), names<checks::ObstacleKind>());
  EXPECT_EQ(explained_in("Role"), names<Role>());
  EXPECT_EQ(explained_in("RoleSource"), names<RoleSource>());
  EXPECT_EQ(explained_in("Mode"), names<Mode>());
  EXPECT_EQ(explained_in("WatchState"), names<WatchState>());
  EXPECT_EQ(explained_in("OffReason"), names<OffReason>());
  EXPECT_EQ(explained_in("PauseReason"), names<PauseReason>());
  EXPECT_EQ(explained_in("FailoverDirection"), names<FailoverDirection>());
  EXPECT_EQ(explained_in("FailoverCause"), names<FailoverCause>());
  EXPECT_EQ(explained_in("PathVerdict"), names<PathVerdict>());
  EXPECT_EQ(explained_in("UnseenFailure"), names<UnseenFailure>());
  EXPECT_EQ(explained_in("RestoreFailure"), names<RestoreFailure>());
  EXPECT_EQ(explained_in("WriteRule"), names<WriteRule>());
  EXPECT_EQ(explained_in("FastSkip"), names<FastSkip>());
  EXPECT_EQ(explained_in("HcnCommand"), names<HcnCommand>());
  EXPECT_EQ(explained_in("HookPhase"), names<HookPhase>());
  EXPECT_EQ(explained_in("LpmOutcome"), names<LpmOutcome>());
  EXPECT_EQ(explained_in("LpmKind"), names<LpmKind>());
  EXPECT_EQ(explained_in("LpmResult"), names<LpmResult>());
  EXPECT_EQ(explained_in("ResyncReason"), names<bond::ResyncReason>());
  EXPECT_EQ(explained_in("Event"), names<watchdog::Event>());
}

// The enums of the vocabulary itself: a new one must not be forgotten above.
TEST(Glossary, KnowsEveryEnumOfTheVocabulary) {
  const std::string header = test::read_repository_file("hnv/vocabulary.hpp");
  const std::string text = glossary();
  constexpr std::string_view kEnum = "enum class ";
  std::size_t found = 0;
  for (auto at = header.find(kEnum); at != std::string::npos; at = header.find(kEnum, at + 1)) {
    const auto name = at + kEnum.size();
    const std::string word = header.substr(name, header.find(' ', name) - name);
    EXPECT_NE(text.find("\n## " + word + ":"), std::string::npos) << word;
    ++found;
  }
  EXPECT_GE(found, 9U) << "the vocabulary was not read";
}

TEST(Glossary, ExplainsEachWordOnce) {
  std::istringstream lines(glossary());
  Words words;
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("## Role:", 0) == 0) break;  // enums share names
    if (line.rfind("| ", 0) != 0 || line.rfind("| word |", 0) == 0) continue;
    const std::string word = line.substr(2, line.find(" | ") - 2);
    EXPECT_TRUE(words.insert(word).second) << word << " is explained twice";
  }
  for (const char* word : {"bond",
                           "slave",
                           "active slave",
                           "primary",
                           "primary_reselect",
                           "fail_over_mac",
                           "role",
                           "carrier",
                           "MII status",
                           "failover",
                           "failback",
                           "hold-down",
                           "settle",
                           "damping",
                           "penalty",
                           "fast failover",
                           "glitch",
                           "budget of moves",
                           "overrun",
                           "resync",
                           "dump",
                           "LPM",
                           "LPM window",
                           "HNV",
                           "hcnmgr",
                           "hcn-id",
                           "LPAR",
                           "VIOS",
                           "HMC",
                           "SR-IOV logical port",
                           "ibmveth",
                           "ibmvnic"}) {
    EXPECT_TRUE(words.contains(word)) << word << " is not explained";
  }
}

}  // namespace
}  // namespace hnv
