// SPDX-License-Identifier: Apache-2.0
// What the watchdog may write to a bond, and what the kernel answers. Values only.
#pragma once

#include <optional>
#include <variant>

#include "bond/types.hpp"
#include "hnv/vocabulary.hpp"

namespace hnv::watchdog {

// One option of one bond. Which one, and why, the rule tells.
struct Write {
  bond::IfIndex bond;
  // The SR-IOV slave: the new `primary`, or the one that a changed `primary_reselect` is about. For
  // a failover the slave that takes over: the new `active_slave`.
  bond::IfIndex slave;
  WriteRule rule = WriteRule::keep;
  // The new `primary_reselect`, for the rules that write that.
  std::optional<bond::PrimaryReselect> reselect = std::nullopt;
  bool operator==(const Write&) const = default;
};

enum class WrittenOption : std::uint8_t { primary, active_slave, primary_reselect };

constexpr WrittenOption option_of(WriteRule rule) {
  switch (rule) {
    case WriteRule::fast_failover:
    case WriteRule::path_failover:
      return WrittenOption::active_slave;
    case WriteRule::suppress:
    case WriteRule::release:
    case WriteRule::release_and_return:
      return WrittenOption::primary_reselect;
    case WriteRule::keep:
    case WriteRule::latch:
    case WriteRule::bring_back:
    case WriteRule::reassert:
      break;
  }
  return WrittenOption::primary;
}

// Brings the traffic to the SR-IOV slave from wherever it is.
constexpr bool brings_back(WriteRule rule) {
  return rule == WriteRule::bring_back || rule == WriteRule::reassert ||
         rule == WriteRule::release_and_return;
}

constexpr bool moves_traffic(WriteRule rule) {
  return option_of(rule) == WrittenOption::active_slave || brings_back(rule);
}

// The kernel's answer to the write of the last decision.
struct WriteAccepted {
  bool operator==(const WriteAccepted&) const = default;
};
struct WriteRefused {
  RestoreFailure failure = RestoreFailure::timeout;
  bool operator==(const WriteRefused&) const = default;
};
struct WriteOutdated {  // a last look before the write showed another picture: nothing was written
  bool operator==(const WriteOutdated&) const = default;
};
using WriteAnswer = std::variant<WriteAccepted, WriteRefused, WriteOutdated>;

}  // namespace hnv::watchdog

template <>
struct hnv::base::EnumNames<hnv::watchdog::WrittenOption> {
  static constexpr auto names =
      std::to_array<std::string_view>({"primary", "active_slave", "primary_reselect"});
};
