// SPDX-License-Identifier: Apache-2.0
#include "checks/shell_assignments.hpp"

#include <gtest/gtest.h>

namespace hnv::checks {
namespace {

Assignment one(std::string_view text) {
  const auto found = parse_assignments(text);
  EXPECT_EQ(found.size(), 1U) << text;
  return found.empty() ? Assignment{} : found.front();
}

TEST(ShellAssignments, ReadsValuesAsAShellDoes) {
  struct Row {
    const char* text;
    const char* value;
  };
  for (const Row& row : {Row{"A=b", "b"},
                         {"A=", ""},
                         {"A='b c'", "b c"},
                         {"A=\"b c\"", "b c"},
                         {"  export A=b", "b"},
                         {"A=b # not c", "b"},
                         {"A=b#c", "b#c"},
                         {"A='b'\"c\"d", "bcd"},
                         {"A=b\\ c", "b c"},
                         {R"(A="b\"c\d")", R"(b"c\d)"},
                         {"A='b\\c'", "b\\c"},
                         {"A=\"b \\\nc\"", "b c"},
                         {"A=b\\\nc", "bc"},
                         {"A=b\r\n", "b"},
                         {"A=b; ", "b"}}) {
    EXPECT_EQ(one(row.text).value, row.value) << row.text;
  }
}

TEST(ShellAssignments, KnowWhatOnlyAShellUnderstands) {
  for (const char* text : {"A=$B", "A=\"$B\"", "A=`b`", "A=\"$(b)\"", "A=$'b'", "A='b", "A=\"b",
                           "A=b command", "A=b\\"}) {
    EXPECT_FALSE(one(text).literal) << text;
  }
  for (const char* text : {"A='$B'", "A=\\$B", "A=b # c", "A=b"}) {
    EXPECT_TRUE(one(text).literal) << text;
  }
}

TEST(ShellAssignments, PassOverEverythingElse) {
  EXPECT_TRUE(parse_assignments("# A=b\n\nif true; then\n  =b\nA\n1A=b\nA-B=c\n").empty());
  EXPECT_TRUE(parse_assignments("").empty());
}

TEST(ShellAssignments, CountLinesAlsoBehindContinuedOnes) {
  const auto found = parse_assignments("# first\nA=\"b \\\nc\"\nD=e\n");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].line, 2U);
  EXPECT_EQ(found[1].line, 4U);
}

TEST(ShellAssignments, GoOnBehindAnOpenQuote) {
  const auto found = parse_assignments("A='b\nC=d\n");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_FALSE(found[0].literal);
  EXPECT_EQ(found[1].value, "d");
}

TEST(ShellAssignments, KnowWhereEachCharacterStands) {
  const std::string text = "X=1\nA='b '\"c\"d\n";
  const Assignment assignment = parse_assignments(text).at(1);
  ASSERT_EQ(assignment.value, "b cd");
  ASSERT_EQ(assignment.at.size(), assignment.value.size());
  for (std::size_t index = 0; index < assignment.at.size(); ++index) {
    EXPECT_EQ(text[assignment.at[index]], assignment.value[index]);
  }
  EXPECT_EQ(text.substr(assignment.begin, assignment.end - assignment.begin), "'b '\"c\"d");
}

TEST(ShellAssignments, TheLastOfANameCounts) {
  const auto found = parse_assignments("A=1\nA=2\n");
  EXPECT_EQ(find_assignment(found, "A")->value, "2");
  EXPECT_EQ(find_assignment(found, "B"), nullptr);
}

}  // namespace
}  // namespace hnv::checks
