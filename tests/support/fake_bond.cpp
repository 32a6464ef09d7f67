// SPDX-License-Identifier: Apache-2.0
#include "tests/support/fake_bond.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace hnv::test {

namespace {

using bond::FailOverMac;
using bond::LinkEventCause;
using bond::MacAddress;
using bond::MiiStatus;
using bond::PrimaryReselect;
using bond::SlaveState;

constexpr std::chrono::milliseconds kJiffy{4};  // HZ=250

MacAddress random_address(IfIndex bond) {
  MacAddress address;
  address.bytes = {0x02, 0xB0, 0x4D, 0, 0, static_cast<std::uint8_t>(bond.value)};
  return address;
}

}  // namespace

FakeDevice FakeBond::device_of(const FakeBondOptions& options) {
  FakeDevice device;
  device.link.name = options.name;
  device.link.kind = "bond";
  device.link.carrier = false;
  device.link.carrier_changes = device.link.carrier_up_count = device.link.carrier_down_count = 0;
  bond::BondInfo& info = device.link.bond.emplace();
  info.mode = options.mode;
  info.primary_reselect = options.primary_reselect;
  info.fail_over_mac = options.fail_over_mac;
  info.miimon = options.miimon;
  info.arp_interval = std::chrono::milliseconds(0);
  info.updelay = options.updelay;
  info.downdelay = options.downdelay;
  info.peer_notif_delay = std::chrono::milliseconds(0);
  info.num_peer_notif = options.num_peer_notif;
  info.resend_igmp = options.resend_igmp;
  return device;
}

FakeBond::FakeBond(FakeNetns& netns, IfIndex self) : netns_(netns), self_(self) {
  this->self().link.address = random_address(self_);
}

void FakeBond::open() {
  netns_.open(self());
  running_ = std::make_shared<const bool>(true);
  if (*info().miimon == std::chrono::milliseconds(0)) return;
  netns_.after({}, [this, alive = std::weak_ptr(running_)] {
    if (!alive.expired()) tick();
  });
}

void FakeBond::close() {
  running_.reset();
  peer_notifications_ = 0;
  igmp_resend_pending_ = false;
  netns_.close(self());
}

// bond_check_dev_link: the driver's carrier, and only of an open device.
bool FakeBond::has_link(IfIndex slave) const {
  const bond::Link& link = device(slave).link;
  return link.admin_up && link.carrier.value_or(false);
}

bool FakeBond::is_up(IfIndex slave) const {
  return info(slave).mii_status == MiiStatus::up;
}

int FakeBond::ticks(const std::optional<std::chrono::milliseconds>& delay) const {
  return info().miimon->count() > 0 ? static_cast<int>(*delay / *info().miimon) : 0;
}

bool FakeBond::has_slave(IfIndex device) const {
  return std::any_of(slaves_.begin(), slaves_.end(),
                     [device](const Slave& slave) { return slave.device == device; });
}

std::optional<IfIndex> FakeBond::first_up() const {
  const auto found = std::find_if(slaves_.begin(), slaves_.end(),
                                  [this](const Slave& slave) { return is_up(slave.device); });
  if (found == slaves_.end()) return std::nullopt;
  return found->device;
}

// bond_choose_primary_or_current. Without a usable primary the first enslaved slave that is up is
// preferred, as if it were primary (since the slave priorities of Linux 6.0).
std::optional<IfIndex> FakeBond::choose_primary_or_current() {
  const auto current = info().active_slave;
  auto preferred = info().primary;
  if (!preferred || !is_up(*preferred)) {
    preferred = first_up();
    if (!preferred) return std::nullopt;
    if (preferred == current) return current;
  } else if (std::exchange(force_primary_, false)) {
    return preferred;
  }
  if (!current || !is_up(*current)) return preferred;
  switch (*info().primary_reselect) {
    case PrimaryReselect::always:
      return preferred;
    case PrimaryReselect::better:
      return device(*preferred).speed > device(*current).speed ? preferred : current;
    case PrimaryReselect::failure:
      return current;
  }
  return current;
}

// bond_find_best_slave: with nothing up, the slave whose updelay is nearest to its end.
std::optional<IfIndex> FakeBond::find_best() {
  if (const auto chosen = choose_primary_or_current()) return chosen;
  std::optional<IfIndex> best;
  int least = ticks(info().updelay);
  for (const Slave& slave : slaves_) {
    const bool coming = info(slave.device).mii_status == MiiStatus::going_back;
    if (!coming || !has_link(slave.device) || slave.delay >= least) continue;
    least = slave.delay;
    best = slave.device;
  }
  return best;
}

void FakeBond::select_active() {
  if (const auto best = find_best(); best != info().active_slave) {
    change_active(best);
    update_carrier();
  }
}

// bond_change_active_slave. There is no event for a change to none.
void FakeBond::change_active(std::optional<IfIndex> to) {
  const auto from = info().active_slave;
  if (from == to) return;
  if (to && info(*to).mii_status == MiiStatus::going_back) set_mii(*to, MiiStatus::up);
  info().active_slave = to;
  if (from && has_slave(*from)) set_state(*from, SlaveState::backup);
  if (!to) return;
  set_state(*to, SlaveState::active);
  swap_addresses(from, *to);
  announce_failover();
}

void FakeBond::announce_failover() {
  bool notify_peers = false;
  if (self().link.admin_up) {
    peer_notifications_ = *info().num_peer_notif;
    notify_peers = may_notify_peers();
  }
  netns_.announce(self(), LinkEventCause::bonding_failover);
  if (notify_peers) {
    --peer_notifications_;
    netns_.announce(self(), LinkEventCause::notify_peers);
  }
  if (!self().link.admin_up || *info().resend_igmp == 0) return;
  if (std::exchange(igmp_resend_pending_, true)) return;
  netns_.after(kJiffy, [this, alive = std::weak_ptr(running_)] {
    if (alive.expired()) return;
    igmp_resend_pending_ = false;
    netns_.announce(self(), LinkEventCause::igmp_resend);
  });
}

// bond_do_fail_over_mac
void FakeBond::swap_addresses(std::optional<IfIndex> from, IfIndex to) {
  const MacAddress bond_address = *self().link.address;
  if (info().fail_over_mac == FailOverMac::active) {
    netns_.set_address(self(), *device(to).link.address);
  }
  if (info().fail_over_mac != FailOverMac::follow) return;
  const auto old = from && has_slave(*from) ? from : holder_of_bond_address(to);
  const MacAddress own = *device(to).link.address;
  netns_.set_address(device(to), old ? *device(*old).link.address : bond_address);
  if (old) netns_.set_address(device(*old), own);
}

// bond_get_old_active
std::optional<IfIndex> FakeBond::holder_of_bond_address(IfIndex except) const {
  for (const Slave& slave : slaves_) {
    if (slave.device == except) continue;
    if (device(slave.device).link.address == self().link.address) return slave.device;
  }
  return std::nullopt;
}

// bond_set_slave_link_state with BOND_SLAVE_NOTIFY_NOW
void FakeBond::set_mii(IfIndex slave, MiiStatus mii) {
  info(slave).mii_status = mii;
  netns_.announce(device(slave));
}

// bond_set_slave_state: told only when it changes.
void FakeBond::set_state(IfIndex slave, SlaveState state) {
  if (info(slave).state == state) return;
  info(slave).state = state;
  netns_.announce(device(slave));
}

// bond_set_carrier
void FakeBond::update_carrier() {
  netns_.set_carrier(self(), first_up().has_value());
}

// bond_should_notify_peers. After a total outage the bond has no carrier yet when its first slave
// becomes active: the one notification is lost.
bool FakeBond::may_notify_peers() const {
  const auto active = info().active_slave;
  return active && peer_notifications_ > 0 && self().link.carrier.value_or(false) &&
         !device(*active).linkwatch_pending;
}

// bond_enslave
int FakeBond::enslave(IfIndex index) {
  FakeDevice& slave = device(index);
  if (slave.link.admin_up) return EPERM;
  if (slaves_.empty() && std::exchange(has_random_address_, false)) {
    netns_.set_address(self(), *slave.link.address);
  }
  bond::SlaveInfo joined;
  joined.permanent_address = slave.link.address;
  if (info().fail_over_mac == FailOverMac::none) {
    netns_.set_address(slave, *self().link.address);
  }
  netns_.open(slave);
  const bool link = has_link(index);
  const bool waits = link && ticks(info().updelay) > 0;
  joined.mii_status = waits ? MiiStatus::going_back : link ? MiiStatus::up : MiiStatus::down;
  if (*info().miimon == std::chrono::milliseconds(0)) joined.mii_status = MiiStatus::up;
  joined.state = SlaveState::backup;
  joined.link_failure_count = 0;
  joined.queue_id = 0;
  joined.prio = 0;
  // Told twice before it has a master: the MII status, then the state.
  netns_.announce(slave);
  netns_.announce(slave);
  if (uses_primary() && !primary_name_.empty() && primary_name_ == slave.link.name) {
    info().primary = index;
    force_primary_ = true;
  }
  slave.link.master = self_;
  slave.link.slave_kind = "bond";
  slave.link.slave = joined;
  slaves_.push_back(Slave{index, ticks(info().updelay), std::nullopt});
  netns_.announce(slave);  // NETDEV_CHANGEUPPER
  netns_.announce(slave);  // bond_lower_state_changed
  netns_.announce(self(), LinkEventCause::features);
  update_carrier();
  if (uses_primary()) select_active();
  return 0;
}

void FakeBond::unlink(IfIndex index) {
  FakeDevice& slave = device(index);
  slave.link.master.reset();
  slave.link.slave_kind.clear();
  slave.link.slave.reset();
  std::erase_if(slaves_, [index](const Slave& entry) { return entry.device == index; });
  netns_.announce(slave);  // NETDEV_CHANGEUPPER
}

int FakeBond::release(IfIndex index) {
  if (!has_slave(index)) return EINVAL;
  release_one(index, true);
  return 0;
}

void FakeBond::release_all() {
  while (!slaves_.empty()) release_one(slaves_.front().device, false);
}

// __bond_release_one
void FakeBond::release_one(IfIndex index, bool reselect) {
  const auto permanent = info(index).permanent_address;
  const bool was_active = info().active_slave == index;
  if (uses_primary()) set_state(index, SlaveState::backup);
  unlink(index);
  if (info().primary == index) info().primary.reset();
  if (was_active) {
    change_active(std::nullopt);
    if (reselect) select_active();
  }
  update_carrier();
  if (slaves_.empty()) {
    has_random_address_ = true;
    netns_.set_address(self(), random_address(self_));
  }
  netns_.announce(self(), LinkEventCause::features);
  FakeDevice& slave = device(index);
  netns_.close(slave);
  if (info().fail_over_mac != FailOverMac::active) netns_.set_address(slave, *permanent);
}

// bond_option_primary_set
int FakeBond::set_primary(const std::string& name) {
  if (!uses_primary()) return EACCES;  // bond_opt_check_deps
  if (name.empty()) {
    info().primary.reset();
    primary_name_.clear();
    select_active();
    return 0;
  }
  const auto found = std::find_if(slaves_.begin(), slaves_.end(), [&](const Slave& slave) {
    return device(slave.device).link.name == name;
  });
  if (found != slaves_.end()) {
    info().primary = found->device;
    force_primary_ = true;
  }
  const bool reselect = info().primary.has_value();
  if (found == slaves_.end()) info().primary.reset();
  if (reselect) select_active();
  primary_name_ = name;
  return 0;
}

// bond_option_active_slave_set
int FakeBond::set_active_slave(std::optional<IfIndex> slave) {
  if (!uses_primary()) return EACCES;
  if (!slave) {
    change_active(std::nullopt);
    select_active();
    return 0;
  }
  if (!has_slave(*slave)) return EINVAL;
  if (info().active_slave == slave) return 0;
  if (!info().active_slave || !is_up(*slave) || !has_link(*slave)) return EINVAL;
  change_active(slave);
  return 0;
}

void FakeBond::set_primary_reselect(PrimaryReselect reselect) {
  info().primary_reselect = reselect;
  select_active();
}

void FakeBond::note_rename(IfIndex index) {
  if (!uses_primary() || primary_name_.empty()) return;
  if (info().primary == index) {
    info().primary.reset();
  } else if (device(index).link.name == primary_name_) {
    info().primary = index;
  } else {
    return;
  }
  select_active();
}

}  // namespace hnv::test
