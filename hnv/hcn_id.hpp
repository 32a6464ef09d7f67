// SPDX-License-Identifier: Apache-2.0
// The number by which the platform marks the two devices of one HNV pair, and the names made of it.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hnv {

// ibm,hcn-id of a device's node.
struct HcnId {
  std::uint32_t value = 0;
  auto operator<=>(const HcnId&) const = default;
};

// 8 lower-case hex digits: "191554c8", "0000beef".
std::string to_string(HcnId id);

// Exactly what to_string() writes; anything else is empty.
std::optional<HcnId> parse_hcn_id(std::string_view text);

// How hcnmgr names the bond of a pair: "bond191554c8".
std::string bond_name(HcnId id);

}  // namespace hnv
