// SPDX-License-Identifier: Apache-2.0
// The small values of bonding, spelt as the kernel spells them (include/uapi/linux/if_bonding.h,
// Documentation/networking/ bonding.rst). A value that a newer kernel sends and we do not know
// stays what it is and prints as "unknown".
#pragma once

#include <array>
#include <compare>
#include <cstdint>

#include "base/enum_names.hpp"

namespace hnv::bond {

// An interface index of this network namespace. The kernel never gives an index to a second device
// while the first one's namespace lives.
struct IfIndex {
  std::uint32_t value = 0;
  auto operator<=>(const IfIndex&) const = default;
};

enum class BondMode : std::uint8_t {
  balance_rr,
  active_backup,
  balance_xor,
  broadcast,
  lacp,
  balance_tlb,
  balance_alb,
};

enum class PrimaryReselect : std::uint8_t { always, better, failure };

enum class FailOverMac : std::uint8_t { none, active, follow };

// BOND_LINK_UP, _FAIL, _DOWN, _BACK: what the bonding driver makes of a slave's link at its last
// miimon tick.
enum class MiiStatus : std::uint8_t { up, going_down, down, going_back };

enum class SlaveState : std::uint8_t { active, backup };

// IFLA_EVENT: why the kernel sent a message (include/uapi/linux/if_link.h).
enum class LinkEventCause : std::uint8_t {
  none,
  reboot,
  features,
  bonding_failover,
  notify_peers,
  igmp_resend,
  bonding_options,
};

}  // namespace hnv::bond

template <>
struct hnv::base::EnumNames<hnv::bond::BondMode> {
  static constexpr auto names =
      std::to_array<std::string_view>({"balance-rr", "active-backup", "balance-xor", "broadcast",
                                       "802.3ad", "balance-tlb", "balance-alb"});
};
template <>
struct hnv::base::EnumNames<hnv::bond::PrimaryReselect> {
  static constexpr auto names = std::to_array<std::string_view>({"always", "better", "failure"});
};
template <>
struct hnv::base::EnumNames<hnv::bond::FailOverMac> {
  static constexpr auto names = std::to_array<std::string_view>({"none", "active", "follow"});
};
template <>
struct hnv::base::EnumNames<hnv::bond::MiiStatus> {
  static constexpr auto names =
      std::to_array<std::string_view>({"up", "going down", "down", "going back"});
};
template <>
struct hnv::base::EnumNames<hnv::bond::SlaveState> {
  static constexpr auto names = std::to_array<std::string_view>({"active", "backup"});
};
template <>
struct hnv::base::EnumNames<hnv::bond::LinkEventCause> {
  static constexpr auto names =
      std::to_array<std::string_view>({"none", "reboot", "features", "bonding failover",
                                       "notify peers", "igmp resend", "bonding options"});
};
