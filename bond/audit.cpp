// SPDX-License-Identifier: Apache-2.0
#include "bond/audit.hpp"

#include <utility>

namespace hnv::bond {

namespace {

// The states in which a link waits out updelay or downdelay are entered and left without a message.
MiiStatus told(MiiStatus status) {
  if (status == MiiStatus::going_down) return MiiStatus::up;
  if (status == MiiStatus::going_back) return MiiStatus::down;
  return status;
}

// A dump shows the carrier, and what follows from it, as it is now; linkwatch tells of it up to a
// second later, and of a device that is down never.
void forget_carrier(Link& link) {
  link.lower_up = link.running = false;
  link.oper_state.reset();
  link.carrier.reset();
  link.carrier_changes = link.carrier_up_count = link.carrier_down_count = std::nullopt;
}

Link told(Link link) {
  link.stats.reset();
  forget_carrier(link);
  if (link.slave && link.slave->mii_status) link.slave->mii_status = told(*link.slave->mii_status);
  return link;
}

// Options that are written by netlink while the device is down are told by nobody
// (netdev_state_change wants IFF_UP).
bool slave_differs(Link known, Link dumped) {
  if (!known.admin_up && !dumped.admin_up) {
    known.slave->queue_id = dumped.slave->queue_id;
    known.slave->prio = dumped.slave->prio;
  }
  return told(std::move(known)) != told(std::move(dumped));
}

bool bond_differs(Link known, Link dumped) {
  // The change to "no active slave" has no message but the one of linkwatch about the lost carrier.
  const bool untold_outage = !dumped.bond->active_slave;
  if (untold_outage) known.bond->active_slave.reset();
  if (!known.admin_up && !dumped.admin_up) {
    const auto active = std::exchange(known.bond, dumped.bond)->active_slave;
    known.bond->active_slave = active;
  }
  return told(std::move(known)) != told(std::move(dumped));
}

}  // namespace

bool contradicts(const Topology& known, const Link& dumped) {
  if (dumped.is_bond()) {
    const Link* bond = known.bond(dumped.index);
    return bond == nullptr || bond_differs(*bond, dumped);
  }
  const SlaveRecord* slave = known.slave(dumped.index);
  if (dumped.is_slave_of_bond()) return slave == nullptr || slave_differs(slave->link, dumped);
  return slave != nullptr || known.bond(dumped.index) != nullptr;
}

}  // namespace hnv::bond
