// SPDX-License-Identifier: Apache-2.0
#include "checks/doctor/check.hpp"

#include <algorithm>

namespace hnv::checks {

void Reporter::add(const std::string& subject, Severity severity, const std::string& seen,
                   const std::string& fix, const std::string& why) {
  const bool matters = severity == Severity::warn || severity == Severity::fail;
  findings_.push_back({check_.id, subject, severity, seen,
                       why.empty() && matters ? std::string(check_.statement) : why, fix});
}

void Reporter::ok(const std::string& subject, const std::string& seen) {
  add(subject, Severity::ok, seen, {}, {});
}

void Reporter::info(const std::string& subject, const std::string& seen, const std::string& why) {
  add(subject, Severity::info, seen, {}, why);
}

void Reporter::warn(const std::string& subject, const std::string& seen, const std::string& fix,
                    const std::string& why) {
  add(subject, Severity::warn, seen, fix, why);
}

void Reporter::fail(const std::string& subject, const std::string& seen, const std::string& fix,
                    const std::string& why) {
  add(subject, Severity::fail, seen, fix, why);
}

void Reporter::unknown(const std::string& subject, const base::Error& error) {
  const bool permission = error.code == base::ErrorCode::permission;
  add(subject, Severity::unknown, "cannot be read: " + error.to_string(),
      permission ? "sudo hnvctl doctor" : "", {});
}

void Reporter::unknown(const std::string& subject, const std::string& seen) {
  add(subject, Severity::unknown, seen, {}, {});
}

const Check* find_check(std::string_view id) {
  const auto checks = all_checks();
  const auto found = std::find_if(checks.begin(), checks.end(),
                                  [id](const Check& check) { return check.id == id; });
  return found != checks.end() ? &*found : nullptr;
}

bool is_elsewhere(const Facts& facts) {
  return facts.platform && *facts.platform != "pSeries" && !has_hnv(facts);
}

Findings examine(const Check& check, const Facts& facts) {
  if (check.examine == nullptr) return {};
  Reporter say(check);
  if (is_elsewhere(facts) && check.id != "D-PLAT") {
    say.info(kPartition, "not looked at: this is no PowerVM partition");
    return say.take();
  }
  check.examine(facts, say);
  if (say.is_empty()) {
    say.info(kPartition, hcn_ids_of(facts).empty()
                             ? "nothing to check: there is no HNV pair"
                             : "nothing to check: no HNV device is of the kind");
  }
  return say.take();
}

std::string shell_word(const std::string& word) {
  constexpr std::string_view kSafe =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%+=:,./-_";
  if (!word.empty() && word.find_first_not_of(kSafe) == std::string::npos) return word;
  std::string quoted = "'";
  for (const char byte : word) {
    if (byte == '\'') {
      quoted += R"('\'')";
    } else {
      quoted.push_back(byte);
    }
  }
  return quoted + "'";
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

}  // namespace hnv::checks
