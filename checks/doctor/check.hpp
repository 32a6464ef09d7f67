// SPDX-License-Identifier: Apache-2.0
// The doctor's checks: a table, one row for each thing that IBM's page on HNV asks for, limits or
// warns of, and for what follows from it. Pure: facts go in, findings come out.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "checks/doctor/facts.hpp"
#include "checks/finding.hpp"

namespace hnv::checks {

using Findings = std::vector<Finding>;

class Reporter;

struct Check {
  std::string_view id;         // "D-FW"
  std::string_view title;      // "Firmware level"
  std::string_view statement;  // what IBM's page says, in our words, or what follows from it
  std::string_view section;    // of that page; "implied" for what follows from it
  void (*examine)(const Facts&, Reporter&);  // nullptr: it cannot be seen from inside
  std::string_view look;  // where to look for what cannot be seen from inside; empty: nowhere
};

// In the order in which a bond comes to be: platform, packages, services, pairs, bonds, profiles.
std::span<const Check> all_checks();
const Check* find_check(std::string_view id);  // nullptr: no such check

// Nothing is HNV, and the machine is no PowerVM partition: only the check of the platform has
// anything to say.
bool is_elsewhere(const Facts& facts);

// At least one finding; none for a check that cannot be seen from inside.
Findings examine(const Check& check, const Facts& facts);

// How checks tell what they found. Where `why` is empty, it is the check's statement.
class Reporter {
 public:
  explicit Reporter(const Check& check) : check_(check) {}

  void ok(const std::string& subject, const std::string& seen);
  void info(const std::string& subject, const std::string& seen, const std::string& why = {});
  void warn(const std::string& subject, const std::string& seen, const std::string& fix,
            const std::string& why = {});
  void fail(const std::string& subject, const std::string& seen, const std::string& fix,
            const std::string& why = {});
  void unknown(const std::string& subject, const base::Error& error);
  // What is neither wrong nor right, because what it needs is not known.
  void unknown(const std::string& subject, const std::string& seen);

  [[nodiscard]] bool is_empty() const { return findings_.empty(); }
  Findings take() { return std::move(findings_); }

 private:
  void add(const std::string& subject, Severity severity, const std::string& seen,
           const std::string& fix, const std::string& why);

  const Check& check_;
  Findings findings_;
};

// What a finding is about when it is about no bond or device.
inline constexpr const char* kPartition = "partition";

// A word of a command line as a shell takes it.
std::string shell_word(const std::string& word);

// "a, b, c"
std::string joined(const std::vector<std::string>& words);

}  // namespace hnv::checks
