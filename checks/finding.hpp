// SPDX-License-Identifier: Apache-2.0
// What one check has to say: a row for people and for scripts.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "base/enum_names.hpp"

namespace hnv::checks {

// From good to bad; the spellings are part of JSON objects.
enum class Severity {
  ok,
  info,     // nothing is wrong, and it is worth knowing
  unknown,  // what tells it cannot be read, or is not in the tree
  warn,     // works today, and will not after a reboot or a failover
  fail,
};

struct Finding {
  std::string_view id;  // of the check: "D-PRIMARY"
  std::string subject;  // what was checked: a bond
  Severity severity = Severity::ok;
  std::string seen;  // with file and line where there are any
  std::string why;   // it matters; empty when it does not
  std::string fix;   // a command, or what to do where no command can; empty: nothing
};

}  // namespace hnv::checks

template <>
struct hnv::base::EnumNames<hnv::checks::Severity> {
  static constexpr auto names =
      std::to_array<std::string_view>({"ok", "info", "unknown", "warn", "fail"});
};
