// SPDX-License-Identifier: Apache-2.0
// The driver's link monitor: what a tick of miimon finds and does.
#include "tests/support/fake_bond.hpp"

namespace hnv::test {

using bond::LinkEventCause;
using bond::MiiStatus;
using bond::SlaveState;

// bond_mii_monitor
void FakeBond::tick() {
  netns_.after(*info().miimon, [this, alive = std::weak_ptr(running_)] {
    if (!alive.expired()) tick();
  });
  const bool notify_peers = may_notify_peers();
  bool ignore_updelay = !info().active_slave;
  bool news = false;
  for (Slave& slave : slaves_) {
    if (inspect(slave, ignore_updelay)) news = true;
  }
  if (news) commit();
  if (peer_notifications_ == 0) return;
  --peer_notifications_;
  if (notify_peers) netns_.announce(self(), LinkEventCause::notify_peers);
}

// bond_miimon_inspect, for one slave
bool FakeBond::inspect(Slave& slave, bool& ignore_updelay) {
  const bool link = has_link(slave.device);
  slave.proposed.reset();
  bool counting = false;
  switch (*info(slave.device).mii_status) {
    case MiiStatus::up:
      if (link) return false;
      slave.delay = ticks(info().downdelay);
      counting = true;
      slave.proposed = MiiStatus::going_down;
      [[fallthrough]];
    case MiiStatus::going_down:
      if (link) {
        slave.proposed = MiiStatus::up;
        return true;
      }
      if (slave.delay <= 0) {
        slave.proposed = MiiStatus::down;
        return true;
      }
      --slave.delay;
      return counting;
    case MiiStatus::down:
      if (!link) return false;
      slave.delay = ticks(info().updelay);
      counting = true;
      slave.proposed = MiiStatus::going_back;
      [[fallthrough]];
    case MiiStatus::going_back:
      if (!link) {
        slave.proposed = MiiStatus::down;
        return true;
      }
      if (ignore_updelay) slave.delay = 0;
      if (slave.delay <= 0) {
        slave.proposed = MiiStatus::up;
        ignore_updelay = false;
        return true;
      }
      --slave.delay;
      return counting;
  }
  return false;
}

// bond_commit_link_state and bond_miimon_commit. "Going down" and "going back" are told by no
// message (BOND_SLAVE_NOTIFY_LATER, and nothing notifies later in this mode): dumps show them.
void FakeBond::commit() {
  bool reselect = false;
  for (Slave& slave : slaves_) {
    if (slave.proposed) info(slave.device).mii_status = slave.proposed;
  }
  for (Slave& slave : slaves_) {
    if (slave.proposed == MiiStatus::up && commit_up(slave)) reselect = true;
    if (slave.proposed == MiiStatus::down && commit_down(slave)) reselect = true;
    slave.proposed.reset();
  }
  if (reselect) select_active();
  update_carrier();
}

bool FakeBond::commit_up(Slave& slave) {
  set_mii(slave.device, MiiStatus::up);
  return !info().active_slave || info().primary == slave.device;
}

bool FakeBond::commit_down(Slave& slave) {
  info(slave.device).link_failure_count = *info(slave.device).link_failure_count + 1;
  set_mii(slave.device, MiiStatus::down);
  set_state(slave.device, SlaveState::backup);
  return info().active_slave == slave.device;
}

}  // namespace hnv::test
