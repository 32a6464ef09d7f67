// SPDX-License-Identifier: Apache-2.0
// Whatever becomes of a partition's files, the doctor answers, each check with a finding. Two
// hundred trees, each damaged in some places; the seed is fixed, so that what fails can be
// repeated.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <random>
#include <vector>

#include "ctl/doctor_facts.hpp"
#include "ctl/doctor_report.hpp"
#include "tests/support/partition_tree.hpp"

namespace hnv::ctl {
namespace {

namespace fs = std::filesystem;
using test::kPartitionKinds;
using test::PartitionTree;
using Random = std::mt19937;

unsigned below(Random& random, std::size_t limit) {
  return static_cast<unsigned>(random() % limit);
}

std::vector<fs::path> entries_of(const fs::path& root) {
  std::vector<fs::path> entries;
  for (const auto& entry : fs::recursive_directory_iterator(root)) entries.push_back(entry.path());
  std::sort(entries.begin(), entries.end());
  return entries;
}

std::string garbage(Random& random) {
  std::string bytes(below(random, 3000), '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

void damage(const fs::path& victim, Random& random) {
  std::error_code ignored;
  const auto bytes = fs::is_regular_file(victim, ignored) ? fs::file_size(victim, ignored) : 0;
  switch (below(random, 7)) {
    case 0:
      fs::remove_all(victim, ignored);
      break;
    case 1:
      if (bytes > 0) fs::resize_file(victim, random() % bytes, ignored);
      break;
    case 2:
      fs::remove_all(victim, ignored);
      std::ofstream(victim, std::ios::binary) << garbage(random);
      break;
    case 3:
      fs::remove_all(victim, ignored);
      fs::create_directories(victim, ignored);
      break;
    case 4:
      fs::remove_all(victim, ignored);
      ::mkfifo(victim.c_str(), 0600);
      break;
    case 5:
      fs::remove_all(victim, ignored);
      fs::create_symlink(victim.filename(), victim, ignored);
      break;
    default:
      if (bytes > 0) {
        std::fstream file(victim, std::ios::binary | std::ios::in | std::ios::out);
        file.seekp(static_cast<std::streamoff>(random() % bytes));
        file.put(static_cast<char>(random()));
      }
      break;
  }
}

void expect_answer(const Diagnosis& diagnosis, unsigned round) {
  for (const checks::Check* check : diagnosis.checks) {
    if (check->examine == nullptr) continue;
    const bool answered = std::any_of(diagnosis.findings.begin(), diagnosis.findings.end(),
                                      [check](const checks::Finding& finding) {
                                        return finding.id == check->id && !finding.seen.empty() &&
                                               !finding.subject.empty();
                                      });
    EXPECT_TRUE(answered) << check->id << " in round " << round;
  }
  const std::string text = to_bytes(doctor_page(diagnosis), false);
  EXPECT_EQ(text.find_first_not_of("\n", 0), 0U);
  for (const char byte : text) {
    EXPECT_TRUE(byte == '\n' || (byte >= ' ' && byte <= '~')) << "round " << round;
  }
  EXPECT_FALSE(doctor_json(diagnosis).empty());
}

TEST(DoctorProperty, AnswersWhateverBecomesOfTheFiles) {
  constexpr unsigned kRounds = 200;
  Random random(191554);
  for (unsigned round = 0; round < kRounds; ++round) {
    const PartitionTree tree(kPartitionKinds[round % kPartitionKinds.size()]);
    const auto entries = entries_of(tree.root());
    const unsigned wounds = 1 + below(random, 4);
    for (unsigned wound = 0; wound < wounds; ++wound) {
      damage(entries[below(random, entries.size())], random);
    }
    const auto begin = std::chrono::steady_clock::now();
    expect_answer(diagnose(collect_facts(tree.root().native()), {}, 0), round);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(30));
    if (testing::Test::HasFailure()) break;
  }
}

}  // namespace
}  // namespace hnv::ctl
