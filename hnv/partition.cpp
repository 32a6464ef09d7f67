// SPDX-License-Identifier: Apache-2.0
#include "hnv/partition.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "hnv/roles.hpp"

namespace hnv {

namespace {

const SlaveReport* find_slave(const BondReport& bond, bool (*is_wanted)(const SlaveReport&)) {
  const auto found = std::find_if(bond.slaves.begin(), bond.slaves.end(), is_wanted);
  return found != bond.slaves.end() ? &*found : nullptr;
}

void set_roles(BondReport& bond, const BondConfig* config) {
  std::vector<SlaveDevice> devices;
  for (const SlaveReport& slave : bond.slaves) {
    devices.push_back(SlaveDevice{&slave.link, &slave.facts});
  }
  const RoleAssignment assignment = assign_roles(bond.link.name, config, devices);
  for (std::size_t index = 0; index < bond.slaves.size(); ++index) {
    bond.slaves[index].role = assignment.roles[index];
    bond.slaves[index].role_source = assignment.sources[index];
  }
  bond.finding = assignment.finding;
  bond.note = assignment.note;
  bond.hcn_id = assignment.hcn_id;
  bond.managed = assignment.managed;
  if (assignment.managed) bond.expected_slaves = assignment.expected_slaves;
}

}  // namespace

const SlaveReport* BondReport::sriov() const {
  return find_slave(*this, [](const SlaveReport& slave) { return slave.role == Role::sriov; });
}

const SlaveReport* BondReport::active() const {
  return find_slave(*this, [](const SlaveReport& slave) { return slave.active; });
}

const SlaveReport* BondReport::primary() const {
  return find_slave(*this, [](const SlaveReport& slave) { return slave.primary; });
}

std::vector<BondReport> describe_bonds(std::vector<bond::Link> links, const Config& config,
                                       DeviceFactsCache& facts, base::BootTime now) {
  std::map<bond::IfIndex, BondReport> bonds;
  for (bond::Link& link : links) {
    if (link.is_bond()) bonds[link.index].link = std::move(link);
  }
  std::sort(links.begin(), links.end(), [](const bond::Link& left, const bond::Link& right) {
    return left.index < right.index;
  });
  for (bond::Link& link : links) {
    if (!link.is_slave_of_bond()) continue;
    const auto master = bonds.find(*link.master);
    if (master == bonds.end()) continue;
    BondReport& bond = master->second;
    SlaveReport slave;
    slave.facts = facts.facts_of(link, now);
    slave.active = bond.link.bond->active_slave == link.index;
    slave.primary = bond.link.bond->primary == link.index;
    slave.link = std::move(link);
    bond.slaves.push_back(std::move(slave));
  }
  facts.drop_unused();
  std::vector<BondReport> reports;
  for (auto& [index, bond] : bonds) {
    set_roles(bond, config.bond(bond.link.name));
    reports.push_back(std::move(bond));
  }
  std::sort(reports.begin(), reports.end(), [](const BondReport& left, const BondReport& right) {
    return left.link.name < right.link.name;
  });
  return reports;
}

}  // namespace hnv
