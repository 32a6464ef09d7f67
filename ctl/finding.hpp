// SPDX-License-Identifier: Apache-2.0
// What is wrong with a managed bond wherever its traffic is at the moment. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/enum_names.hpp"
#include "hnv/partition.hpp"

namespace hnv::ctl {

// The spellings are part of the JSON object.
enum class FindingKind {
  no_link_monitoring,
  primary_unset,
  primary_not_sriov,
  reselect_not_always,  // the kernel does not go back to the primary by itself
  no_fallback,          // no other slave could carry the traffic
  mac_conflict,
  path_dead,       // a link is up, and nothing answers behind it
  config_differs,  // the watchdog has another configuration than hnvctl
};

struct Finding {
  FindingKind kind = FindingKind::no_fallback;
  std::string text;
  bool operator==(const Finding&) const = default;
};

// Why the kernel would not go back to the SR-IOV slave when its link returns. Empty also when no
// slave is the SR-IOV one.
std::optional<Finding> primary_finding(const BondReport& bond);

// For a bond whose mode is active-backup and whose roles are known; all but path_dead and
// config_differs, which take more than one bond's facts.
std::vector<Finding> find_problems(const BondReport& bond);

}  // namespace hnv::ctl

template <>
struct hnv::base::EnumNames<hnv::ctl::FindingKind> {
  static constexpr auto names = std::to_array<std::string_view>(
      {"no_link_monitoring", "primary_unset", "primary_not_sriov", "reselect_not_always",
       "no_fallback", "mac_conflict", "path_dead", "config_differs"});
};
