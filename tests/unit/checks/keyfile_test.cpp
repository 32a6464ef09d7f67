// SPDX-License-Identifier: Apache-2.0
#include "checks/keyfile.hpp"

#include <gtest/gtest.h>

namespace hnv::checks {
namespace {

TEST(Keyfile, HasGroupsAndEntries) {
  const Keyfile file = parse_keyfile("# note\n[a]\nx=1\n  y = two words \r\n\n[b]\nx=3\n");
  EXPECT_EQ(file.value("a", "x"), "1");
  EXPECT_EQ(file.value("a", "y"), "two words");
  EXPECT_EQ(file.value("b", "x"), "3");
  EXPECT_EQ(file.find("b", "y"), nullptr);
  EXPECT_EQ(file.find("a", "y")->line, 4U);
  EXPECT_EQ(file.wrong_line, 0U);
}

TEST(Keyfile, TheLastEntryCountsAndGroupsMayComeTwice) {
  const Keyfile file = parse_keyfile("[a]\nx=1\n[b]\n[a]\nx=2\n");
  EXPECT_EQ(file.value("a", "x"), "2");
  EXPECT_EQ(file.last_group("a")->line, 4U);
}

TEST(Keyfile, KnowsWhereValuesStand) {
  const std::string text = "[a]\n x =  one \n";
  const KeyfileEntry entry = *parse_keyfile(text).find("a", "x");
  EXPECT_EQ(text.substr(entry.begin, entry.end - entry.begin), "one");
}

TEST(Keyfile, NewEntriesBelongBehindTheLastOfTheGroup) {
  const std::string text = "[a]\nx=1\n# a comment\n\n[b]\n";
  const Keyfile file = parse_keyfile(text);
  EXPECT_EQ(text.substr(file.last_group("a")->insert_at), "# a comment\n\n[b]\n");
  EXPECT_EQ(file.last_group("b")->insert_at, text.size());
}

TEST(Keyfile, TellsTheLineThatSpoilsIt) {
  EXPECT_EQ(parse_keyfile("[a]\nx=1\nrubbish\nmore\n").wrong_line, 3U);
  EXPECT_EQ(parse_keyfile("x=1\n[a]\n").wrong_line, 1U) << "an entry before any group";
  EXPECT_EQ(parse_keyfile(std::string_view("\0\xff\n", 3)).wrong_line, 1U);
}

}  // namespace
}  // namespace hnv::checks
