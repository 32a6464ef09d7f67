// SPDX-License-Identifier: Apache-2.0
#include "bond/link.hpp"

namespace hnv::bond {

bool is_healthy(const Link& slave) {
  return slave.admin_up && slave.lower_up && slave.slave &&
         slave.slave->mii_status == MiiStatus::up;
}

bool is_monitored(const BondInfo& bond) {
  constexpr std::chrono::milliseconds kOff{0};
  return bond.miimon.value_or(kOff) > kOff || bond.arp_interval.value_or(kOff) > kOff;
}

std::optional<MacAddress> permanent_address_of(const Link& slave) {
  if (slave.slave && slave.slave->permanent_address) return slave.slave->permanent_address;
  return slave.permanent_address;
}

bool has_mac_conflict(const Link& bond, const Link& slave) {
  return bond.bond && bond.bond->active_slave && bond.bond->active_slave != slave.index &&
         bond.bond->fail_over_mac == FailOverMac::follow && bond.address &&
         bond.address == slave.address;
}

}  // namespace hnv::bond
