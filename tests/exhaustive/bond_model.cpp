// SPDX-License-Identifier: Apache-2.0
#include "tests/exhaustive/bond_model.hpp"

#include <algorithm>
#include <utility>

namespace hnv::test {

using bond::PrimaryReselect;

std::optional<Port> BondModel::shown_primary() const {
  return primary && at(*primary).enslaved ? primary : std::nullopt;
}

std::optional<Port> BondModel::first_up() const {
  const Port first = sriov_joined_first ? Port::sriov : Port::virtual_device;
  if (is_up(first)) return first;
  return is_up(other(first)) ? std::optional(other(first)) : std::nullopt;
}

// bond_choose_primary_or_current; no slave is faster than the other.
std::optional<Port> BondModel::choose() {
  auto preferred = shown_primary();
  if (!preferred || !is_up(*preferred)) {
    preferred = first_up();
    if (!preferred || preferred == active) return preferred;
  } else if (std::exchange(force_primary, false)) {
    return preferred;
  }
  if (!active || !is_up(*active)) return preferred;
  return reselect == PrimaryReselect::always ? preferred : active;
}

void BondModel::tick() {
  bool again = false;
  const auto before = active;
  for (const bool up : {false, true}) {
    for (const Port port : {Port::sriov, Port::virtual_device}) {
      ModelSlave& slave = at(port);
      if (!slave.enslaved || slave.mii_up == slave.has_link() || slave.has_link() != up) continue;
      slave.mii_up = up;
      again = again || (up ? !before || shown_primary() == port : before == port);
    }
  }
  if (again) select();
}

// A policy that is shown more than three at once does nothing else than with three.
void BondModel::note_link(Port port, bool had_link) {
  constexpr std::uint8_t kMost = 3;
  ModelSlave& slave = at(port);
  if (!slave.enslaved || !slave.mii_up || !had_link || slave.has_link()) return;
  slave.losses = std::min<std::uint8_t>(kMost, static_cast<std::uint8_t>(slave.losses + 1));
}

void BondModel::set_carrier(Port port, bool carrier) {
  const bool had_link = at(port).has_link();
  at(port).carrier = carrier;
  note_link(port, had_link);
}

void BondModel::set_admin(Port port, bool up) {
  const bool had_link = at(port).has_link();
  at(port).admin_up = up;
  note_link(port, had_link);
}

void BondModel::enslave(Port port) {
  ModelSlave& slave = at(port);
  slave.enslaved = true;
  slave.admin_up = true;  // bond_enslave opens it
  slave.mii_up = slave.has_link();
  slave.losses = 0;
  membership_changed = true;
  sriov_joined_first = at(other(port)).enslaved ? port != Port::sriov : port == Port::sriov;
  if (primary == port) force_primary = true;
  select();
}

void BondModel::release(Port port) {
  at(port) = ModelSlave{false, false, at(port).carrier, false, 0};
  membership_changed = true;
  sriov_joined_first = port != Port::sriov;
  if (active != port) return;
  active.reset();
  select();
}

void BondModel::set_primary(std::optional<Port> port) {
  const bool enslaved = port && at(*port).enslaved;
  if (!port) {
    primary.reset();
    select();
    return;
  }
  const bool had = shown_primary().has_value();
  if (enslaved) force_primary = true;
  primary = port;
  if (enslaved || had) select();
}

bool BondModel::set_active(Port port) {
  if (active == port) return true;
  if (!active || !is_up(port) || !at(port).has_link()) return false;
  active = port;
  return true;
}

void BondModel::set_reselect(PrimaryReselect value) {
  reselect = value;
  select();
}

}  // namespace hnv::test
