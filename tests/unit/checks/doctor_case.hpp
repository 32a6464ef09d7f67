// SPDX-License-Identifier: Apache-2.0
// A partition with something broken, and what one of the doctor's checks says of it.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "checks/doctor/check.hpp"
#include "checks/doctor/read_facts.hpp"
#include "tests/support/partition_tree.hpp"

namespace hnv::checks::test {

using hnv::test::kPartitionKinds;
using hnv::test::PartitionKind;
using Partition = hnv::test::PartitionTree;

inline const PartitionKind& kind(const std::string& name) {
  const auto found = std::find_if(kPartitionKinds.begin(), kPartitionKinds.end(),
                                  [&name](const auto& one) { return one.name == name; });
  EXPECT_NE(found, kPartitionKinds.end()) << name;
  return *found;
}

inline Facts facts_of(const Partition& partition) {
  return read_facts(Tree(partition.root()), [](auto read) { return read(); });
}

inline Findings findings_of(const char* id, const Facts& facts) {
  return examine(*find_check(id), facts);
}

inline Severity worst_of(const Findings& findings) {
  Severity worst = Severity::ok;
  for (const Finding& finding : findings) worst = std::max(worst, finding.severity);
  return worst;
}

inline std::string text_of(const Findings& findings) {
  std::string text;
  for (const Finding& finding : findings) {
    text += std::string(base::name_of(finding.severity)) + " " + finding.subject + ": " +
            finding.seen + " | " + finding.fix + "\n";
  }
  return text;
}

struct Case {
  const char* what;
  const char* kind;
  const char* id;
  Severity severity;
  const char* says;  // in some finding: seen or fix
  std::function<void(const Partition&)> change;
};

inline void write_ids(const Partition& tree, unsigned count) {
  for (unsigned number = 0; number < count; ++number) {
    tree.write_node("vdevice/vnic@3000010" + std::string(1, static_cast<char>('a' + number)),
                    0x100 + number, "backup");
  }
}

inline void expect_case(const Case& one) {
  const Partition partition(kind(one.kind));
  one.change(partition);
  const Findings findings = findings_of(one.id, facts_of(partition));
  const std::string text = text_of(findings);
  EXPECT_EQ(worst_of(findings), one.severity) << one.id << ", " << one.what << ":\n" << text;
  EXPECT_NE(text.find(one.says), std::string::npos) << one.id << ", " << one.what << ":\n" << text;
}

}  // namespace hnv::checks::test
