// SPDX-License-Identifier: Apache-2.0
// Whether one bond's stored primary is right, and what is done about it.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/enum_names.hpp"
#include "checks/persisted_primary.hpp"
#include "ctl/profile_store.hpp"
#include "hnv/partition.hpp"

namespace hnv::ctl {

// The spellings are part of the JSON object.
enum class PersistOutcome {
  unchanged,    // it is right
  would_write,  // with --dry-run
  written,
  not_written,  // it is not right, or cannot be judged, and stays so
};

struct PersistResult {
  std::string bond;
  PersistOutcome outcome = PersistOutcome::not_written;
  checks::StoredPrimary state = checks::StoredPrimary::not_judged;  // before
  checks::Finding finding;                                          // before
  std::optional<checks::StoredProfile> profile;                     // before
  std::string sriov_device;                                         // "" when away or unknown
  std::string kernel_primary;                                       // "" for none
  std::string manner;                                               // how it is or would be written
  std::string reason;               // why it was not written; "" when it was, or need not be
  std::vector<std::string> change;  // an excerpt of the profile, as `diff -u` shows it
};

struct PersistOrder {
  bool dry_run = false;
  bool replace = false;  // also a primary that somebody may have meant
};

// What is going on with the bonds, asked right before the write: nothing is written then.
using WhatGoesOn = std::function<std::optional<std::string>()>;

PersistResult persist_primary(const BondReport& bond, const std::set<std::string>& devices,
                              ProfileStore& store, const PersistOrder& order,
                              const WhatGoesOn& what_goes_on);

// Lines of `before` and `after` with two around them, as `diff -u` shows one place; empty when they
// are equal. Pure.
std::vector<std::string> excerpt_of_change(const std::string& file, std::string_view before,
                                           std::string_view after);

}  // namespace hnv::ctl

template <>
struct hnv::base::EnumNames<hnv::ctl::PersistOutcome> {
  static constexpr auto names =
      std::to_array<std::string_view>({"unchanged", "would_write", "written", "not_written"});
};
