// SPDX-License-Identifier: Apache-2.0
// From who answers through which slave to what is broken: the table of docs/prober.md. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "base/enum_names.hpp"
#include "hnv/vocabulary.hpp"

namespace hnv::prober {

// What is known of one path. Two paths that break at once are not seen to at the same probe, so
// what is about to change is kept apart from what is sure.
enum class Evidence : std::uint8_t {
  unknown,     // too early
  up,          // answered the last probe
  failing,     // up, and the last probe is lost
  dead,        // lost many in a row
  recovering,  // dead, and the last probe is answered
};

struct PathFacts {
  Evidence sriov = Evidence::unknown;
  Evidence virtual_device = Evidence::unknown;
  Evidence to_virtual = Evidence::unknown;  // cross probes, from the SR-IOV slave
  Evidence to_sriov = Evidence::unknown;
  Role active = Role::unknown;
};

// Empty: the next probes will tell, what was said before stands.
std::optional<PathVerdict> judge(const PathFacts& facts);

}  // namespace hnv::prober

template <>
struct hnv::base::EnumNames<hnv::prober::Evidence> {
  static constexpr auto names =
      std::to_array<std::string_view>({"unknown", "up", "failing", "dead", "recovering"});
};
