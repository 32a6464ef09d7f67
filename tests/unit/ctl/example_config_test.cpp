// SPDX-License-Identifier: Apache-2.0
// packaging/hnv.yaml is valid as it is, shows the true defaults, and knows every key; so does its
// manual page.
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "hnv/config.hpp"
#include "tests/unit/ctl/repository_file.hpp"

namespace hnv {
namespace {

std::string example() {
  return test::read_repository_file("packaging/hnv.yaml");
}

// Prose starts with "# " and a word; anything else behind a '#' is a line of YAML.
std::string uncommented() {
  std::istringstream lines(example());
  std::string text;
  for (std::string line; std::getline(lines, line);) {
    const bool comment = line.rfind('#', 0) == 0;
    const bool prose = line == "#" || (line.size() > 2 && line[1] == ' ' && line[2] != ' ');
    if (!comment) {
      text += line + "\n";
    } else if (!prose) {
      text += line.substr(1) + "\n";
    }
  }
  return text;
}

// What a message about an unknown key says is allowed.
std::vector<std::string> keys_allowed_in(const std::string& yaml) {
  const auto refused = parse_config(yaml, "probe");
  EXPECT_FALSE(refused);
  const std::string& reason = refused.error().reason;
  constexpr std::string_view kAllowed = "; allowed: ";
  const auto at = reason.find(kAllowed);
  EXPECT_NE(at, std::string::npos) << reason;
  std::istringstream words(reason.substr(at + kAllowed.size()));
  std::vector<std::string> keys;
  for (std::string word; words >> word;) {
    if (word.back() == ',') word.pop_back();
    keys.push_back(word);
  }
  return keys;
}

std::vector<std::string> all_keys() {
  std::vector<std::string> keys;
  for (const char* probe : {"nothing: 1", "migration: {nothing: 1}", "bonds: [{nothing: 1}]",
                            "bonds: [{name: b, sriov: {nothing: 1}}]"}) {
    for (const std::string& key : keys_allowed_in(probe)) keys.push_back(key);
  }
  EXPECT_GE(keys.size(), 24U);
  return keys;
}

TEST(ExampleConfig, IsValidAndChangesNothing) {
  const auto config = parse_config(example(), "hnv.yaml");
  ASSERT_TRUE(config) << config.error().to_string();
  EXPECT_EQ(*config, Config{});
}

TEST(ExampleConfig, ShowsTheDefaults) {
  const auto config = parse_config(uncommented(), "hnv.yaml");
  ASSERT_TRUE(config) << config.error().to_string() << "\n" << uncommented();
  Config expected;
  expected.bonds.push_back(BondConfig{.name = "bond191554c8", .sriov = ByDriver{"mlx5_core"}});
  // Not the default, but what is advised.
  expected.bonds.back().path = PathConfig{};
  expected.bonds.back().path->targets = {IpAddress::parse("10.0.2.2").value()};
  expected.bonds.push_back(BondConfig{.name = "bond7e03c969", .sriov = {}, .ignore = true});
  EXPECT_EQ(*config, expected);
  const std::string text = uncommented();
  for (const char* key : {"mode: ", "hold_down: ", "settle: ", "fast_failover_hold: ",
                          "moves_per_hour: ", "migration:", "stuck_after: ", "expected_slaves: ",
                          "damping: ", "fast_failover: ", "path: ", "act_on_path: "}) {
    EXPECT_NE(text.find(key), std::string::npos) << key << " is not shown";
  }
}

TEST(ExampleConfig, KnowsEveryKeyAndMode) {
  const std::string text = example();
  for (const std::string& key : all_keys()) {
    EXPECT_NE(text.find(key + ":"), std::string::npos) << key;
  }
  for (const std::string_view mode : base::EnumNames<Mode>::names) {
    EXPECT_NE(text.find("# " + std::string(mode) + ": "), std::string::npos) << mode;
  }
}

TEST(ConfigManual, HasAnEntryForEveryKeyAndMode) {
  const std::string manual = test::read_repository_file("docs/man/hnv.yaml.5");
  std::vector<std::string> words = all_keys();
  words.insert(words.end(), base::EnumNames<Mode>::names.begin(),
               base::EnumNames<Mode>::names.end());
  for (const std::string& word : words) {
    EXPECT_NE(manual.find("\n.TP\n.B " + word + "\n"), std::string::npos) << word;
  }
}

TEST(ConfigManual, HasAValidExample) {
  std::string text = test::read_repository_file("docs/man/hnv.yaml.5");
  const auto begin = text.find("\n.EX\n");
  ASSERT_NE(begin, std::string::npos);
  text = text.substr(begin + 5, text.find("\n.EE\n") - begin - 4);
  for (auto at = text.find("\\-"); at != std::string::npos; at = text.find("\\-"))
    text.erase(at, 1);
  const auto config = parse_config(text, "hnv.yaml(5)");
  ASSERT_TRUE(config) << config.error().to_string() << "\n" << text;
  EXPECT_EQ(config->bonds.size(), 3U);
}

}  // namespace
}  // namespace hnv
