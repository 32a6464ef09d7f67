// SPDX-License-Identifier: Apache-2.0
// docs/policy.md and the tests name each other: a requirement without a test, a test that does not
// exist, and a test of the policy that no requirement mentions are mistakes.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;
using Names = std::set<std::string>;

std::string content_of(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

Names tests_in(const std::string& source) {
  static const std::regex kTest(R"((?:TEST|TEST_F|TEST_P|RC_GTEST_PROP)\(\s*(\w+),\s*(\w+))");
  Names names;
  for (std::sregex_iterator test(source.begin(), source.end(), kTest), end; test != end; ++test) {
    names.insert((*test)[1].str() + "." + (*test)[2].str());
  }
  return names;
}

Names tests_below(const fs::path& folder, const std::string& file_prefix) {
  Names names;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string name = entry.path().filename();
    if (entry.path().extension() == ".cpp" && name.starts_with(file_prefix)) {
      names.merge(tests_in(content_of(entry.path())));
    }
  }
  return names;
}

Names tests_named_in(const std::string& text) {
  static const std::regex kName("`([A-Z]\\w+\\.[A-Z]\\w+)`");
  Names names;
  for (std::sregex_iterator name(text.begin(), text.end(), kName), end; name != end; ++name) {
    names.insert((*name)[1]);
  }
  return names;
}

struct Requirement {
  int number = 0;
  Names tests;
};

// From "**P-1** ..." to the next one or the next heading.
std::vector<Requirement> requirements_in(const std::string& document) {
  static const std::regex kNumber("(?:^|\n)\\*\\*P-([0-9]+)\\*\\*");
  std::vector<Requirement> requirements;
  const std::sregex_iterator end;
  for (std::sregex_iterator found(document.begin(), document.end(), kNumber); found != end;
       ++found) {
    const auto begin = static_cast<std::size_t>(found->position(0)) + 1;
    const auto next = std::next(found);
    std::size_t stop = next == end ? document.size() : static_cast<std::size_t>(next->position(0));
    stop = std::min(stop, document.find("\n#", begin));
    requirements.push_back(
        {std::stoi((*found)[1]), tests_named_in(document.substr(begin, stop - begin))});
  }
  return requirements;
}

class PolicyDocument : public ::testing::Test {
 protected:
  const fs::path root{HNV_SOURCE_DIR};
  const std::string document = content_of(root / "docs/policy.md");
};

// Each subject begins at a round number, so that one can grow without renaming another.
TEST_F(PolicyDocument, NumbersItsRequirementsInRisingOrder) {
  int last = 0;
  for (const Requirement& requirement : requirements_in(document)) {
    EXPECT_GT(requirement.number, last);
    last = requirement.number;
  }
  EXPECT_GT(last, 0);
}

TEST_F(PolicyDocument, GivesEachRequirementATest) {
  for (const Requirement& requirement : requirements_in(document)) {
    EXPECT_FALSE(requirement.tests.empty()) << "P-" << requirement.number;
  }
}

TEST_F(PolicyDocument, NamesOnlyTestsThatExist) {
  const Names existing = tests_below(root / "tests", "");
  for (const std::string& name : tests_named_in(document)) {
    EXPECT_TRUE(existing.contains(name)) << name;
  }
}

TEST_F(PolicyDocument, NamesEveryTestOfThePolicy) {
  const Names named = tests_named_in(document);
  Names tests = tests_below(root / "tests/unit/watchdog", "policy_");
  tests.merge(tests_below(root / "tests/property", "policy_"));
  for (const std::string& name : tests) {
    const bool is_about_the_document = name.starts_with("PolicyDocument.");
    EXPECT_TRUE(is_about_the_document || named.contains(name)) << name;
  }
}

}  // namespace
