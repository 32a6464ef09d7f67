// SPDX-License-Identifier: Apache-2.0
// D-PRIMARY: whether the primary survives a reboot, or whatever else makes the bond anew from its
// stored profile. Pure.
#pragma once

#include <array>
#include <set>
#include <string>
#include <string_view>

#include "base/enum_names.hpp"
#include "checks/finding.hpp"
#include "checks/stored_profile.hpp"
#include "hnv/partition.hpp"

namespace hnv::checks {

// The spellings are part of JSON objects.
enum class StoredPrimary {
  ok,             // names the SR-IOV slave
  missing,        // none
  gone_device,    // a device that does not exist: a name from before a migration
  virtual_slave,  // another slave of the bond
  other_device,   // a device that exists and is no slave of the bond
  no_profile,
  several_profiles,
  unreadable,  // some file cannot be read that may be the bond's profile
  not_judged,  // it is not known which device the SR-IOV one is now, or it is away
};

struct PersistedPrimary {
  StoredPrimary state = StoredPrimary::not_judged;
  const StoredProfile* profile = nullptr;  // in `stored`; nullptr: none, or several
  Finding finding;
};

// `devices`: the names of all network interfaces that exist.
PersistedPrimary check_persisted_primary(const StoredProfiles& stored, const BondReport& bond,
                                         const std::set<std::string>& devices);

}  // namespace hnv::checks

template <>
struct hnv::base::EnumNames<hnv::checks::StoredPrimary> {
  static constexpr auto names = std::to_array<std::string_view>(
      {"ok", "missing", "gone_device", "virtual_slave", "other_device", "no_profile",
       "several_profiles", "unreadable", "not_judged"});
};
