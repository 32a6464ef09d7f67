// SPDX-License-Identifier: Apache-2.0
#include "watchdog/view.hpp"

namespace hnv::watchdog {

bool is_plain_miimon(const bond::BondInfo& bond) {
  using namespace std::chrono_literals;
  return bond.miimon.value_or(0ms) > 0ms && bond.arp_interval.value_or(0ms) == 0ms &&
         bond.downdelay.value_or(0ms) == 0ms;
}

BondView make_view(const bond::Topology& topology, bond::IfIndex bond, const RoleAssignment& roles,
                   bool fresh, std::uint64_t refreshes) {
  BondView view;
  view.bond = bond;
  view.refreshes = refreshes;
  view.sriov_absent = roles.sriov_absent;
  view.membership_generation = topology.membership_generation(bond);
  const bond::Link* link = topology.bond(bond);
  if (link == nullptr) return view;  // not fresh: a bond that has gone is nothing to decide about
  view.fresh = fresh;
  view.active_backup = link->bond->mode == bond::BondMode::active_backup;
  view.monitored = bond::is_monitored(*link->bond);
  view.plain_miimon = is_plain_miimon(*link->bond);
  view.active = link->bond->active_slave;
  view.primary = link->bond->primary;
  view.primary_reselect = link->bond->primary_reselect;
  const auto slaves = topology.slaves_of(bond);
  for (std::size_t index = 0; index < slaves.size(); ++index) {
    const bond::Link& slave = slaves[index]->link;
    SlaveView seen;
    seen.index = slave.index;
    seen.role = index < roles.roles.size() ? roles.roles[index] : Role::unknown;
    seen.admin_up = slave.admin_up;
    seen.lower_up = slave.lower_up;
    seen.is_active = slave.slave->state == bond::SlaveState::active;
    seen.mii = slave.slave->mii_status.value_or(bond::MiiStatus::down);
    seen.losses = slaves[index]->losses;
    view.slaves.push_back(seen);
  }
  return view;
}

ProbedBond probed_bond(const bond::Topology& topology, bond::IfIndex bond, const std::string& name,
                       const RoleAssignment& roles) {
  ProbedBond probed{name, bond, {}};
  const auto slaves = topology.slaves_of(bond);
  for (std::size_t index = 0; index < slaves.size(); ++index) {
    const bond::Link& slave = slaves[index]->link;
    probed.slaves.push_back({slave.index, slave.address.value_or(bond::MacAddress{}),
                             index < roles.roles.size() ? roles.roles[index] : Role::unknown});
  }
  return probed;
}

}  // namespace hnv::watchdog
