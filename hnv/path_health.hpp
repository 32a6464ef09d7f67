// SPDX-License-Identifier: Apache-2.0
// What may be believed of the prober's file: a verdict that is young, of this boot, and of the very
// devices that are there now. Anything else is `not_judged`, which holds nothing back. Pure, but
// for read_path_status.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/expected.hpp"
#include "bond/mac_address.hpp"
#include "bond/types.hpp"
#include "hnv/path_status.hpp"
#include "hnv/vocabulary.hpp"

namespace hnv {

// A verdict older than so many of its intervals is none.
inline constexpr int kPathVerdictIntervals = 3;

struct PathHealth {
  PathVerdict verdict = PathVerdict::not_judged;
  std::string doubt;  // why it is not judged, for people; "" otherwise
  std::uint32_t sriov_answers_in_row = 0;
  std::optional<base::BootTime> valid_until;  // of a verdict; it is none afterwards
  bool operator==(const PathHealth&) const = default;
};

// How the bond is now, as the kernel says.
struct ProbedBond {
  struct Slave {
    bond::IfIndex index;
    bond::MacAddress address;  // present, not permanent
    Role role = Role::unknown;
  };
  std::string name;
  bond::IfIndex index;
  std::vector<Slave> slaves;
};

// `status`: nullptr without a file that could be read.
PathHealth path_health(const PathStatus* status, const std::string& boot_id, const ProbedBond& bond,
                       base::BootTime now);

// The file, within its limits. Empty without a file; an error for one that cannot be used.
base::Expected<std::optional<PathStatus>> read_path_status(const std::string& file);

// Nothing answers behind a slave whose link is up.
bool tells_of_dead_path(PathVerdict verdict);

// ... and that slave is one of this role.
bool tells_of_dead_path(PathVerdict verdict, Role role);

}  // namespace hnv
