// SPDX-License-Identifier: Apache-2.0
#include "hnv/roles.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

namespace hnv {

namespace {

// A bond of any size: the roles that are told by the platform are few.
using Slaves = std::vector<const SlaveDevice*>;

struct Matches {
  const SlaveDevice& slave;
  bool operator()(const ByDevice& by) const { return slave.link->name == by.name; }
  bool operator()(const ByDriver& by) const { return slave.facts->driver == by.driver; }
  bool operator()(const ByBus& by) const { return slave.facts->bus == by.bus; }
  bool operator()(const ByPermanentAddress& by) const {
    return bond::permanent_address_of(*slave.link) == by.address;
  }
};

std::string names_of(const Slaves& slaves) {
  std::string names;
  for (const SlaveDevice* slave : slaves) {
    if (!names.empty()) names.append(", ");
    names.append(slave->link->name);
  }
  return names.empty() ? "no slaves" : names;
}

Role role_of_driver(std::string_view driver) {
  if (driver == "mlx5_core") return Role::sriov;
  return driver == "ibmveth" || driver == "ibmvnic" ? Role::virtual_device : Role::unknown;
}

Role role_of_bus(std::string_view bus) {
  if (bus == "pci") return Role::sriov;
  return bus == "vio" ? Role::virtual_device : Role::unknown;
}

// What one source alone says.
Role told_by(RoleSource source, const DeviceFacts& facts) {
  switch (source) {
    case RoleSource::hcn_mode:
      if (!facts.hcn_id || !facts.hcn_mode) return Role::unknown;
      return *facts.hcn_mode == HcnMode::primary ? Role::sriov : Role::virtual_device;
    case RoleSource::node_type:
      if (!facts.hcn_id || !facts.node_type) return Role::unknown;
      return *facts.node_type == NodeType::pci ? Role::sriov : Role::virtual_device;
    case RoleSource::driver:
      return role_of_driver(facts.driver);
    case RoleSource::bus:
      return facts.bus_from_message ? Role::unknown : role_of_bus(facts.bus);
    case RoleSource::parent_bus:
      return facts.bus_from_message ? role_of_bus(facts.bus) : Role::unknown;
    case RoleSource::configuration:
    case RoleSource::none:
      break;
  }
  return Role::unknown;
}

RoleSource source_of(const DeviceFacts& facts) {
  for (const RoleSource source : base::all_values<RoleSource>()) {
    if (told_by(source, facts) != Role::unknown) return source;
  }
  return RoleSource::none;
}

// "env3 is virtual, and hcn_mode says sriov". The bus follows from the driver and adds nothing.
std::string disagreements(const std::vector<SlaveDevice>& slaves, const std::vector<Role>& roles) {
  constexpr std::array kWitnesses = {RoleSource::hcn_mode, RoleSource::node_type,
                                     RoleSource::driver};
  std::string note;
  for (std::size_t index = 0; index < slaves.size(); ++index) {
    for (const RoleSource witness : kWitnesses) {
      const Role told = told_by(witness, *slaves[index].facts);
      if (told == Role::unknown || told == roles[index]) continue;
      note.append(note.empty() ? "" : "; ")
          .append(slaves[index].link->name + " is " + std::string(base::name_of(roles[index])) +
                  ", and " + std::string(base::name_of(witness)) + " says " +
                  std::string(base::name_of(told)));
    }
  }
  return note;
}

// The slaves that carry an id, by id.
std::map<HcnId, Slaves> ids_of(const std::vector<SlaveDevice>& slaves) {
  std::map<HcnId, Slaves> ids;
  for (const SlaveDevice& slave : slaves) {
    if (slave.facts->hcn_id) ids[*slave.facts->hcn_id].push_back(&slave);
  }
  return ids;
}

// Why the platform does not make this bond one to look after; empty when it does.
std::string why_not_hnv(const std::string& name, const std::map<HcnId, Slaves>& ids) {
  if (ids.empty()) {
    return "the configuration does not name this bond, and none of its slaves carries an hcn-id";
  }
  if (ids.size() > 1) {
    std::string list;
    for (const auto& [id, slaves] : ids) {
      list.append(list.empty() ? "" : ", ").append(to_string(id) + " (" + names_of(slaves) + ")");
    }
    return "its slaves carry different hcn-ids: " + list;
  }
  const HcnId id = ids.begin()->first;
  if (name == bond_name(id)) return {};
  return names_of(ids.begin()->second) + (ids.begin()->second.size() > 1 ? " carry" : " carries") +
         " hcn-id " + to_string(id) + ", whose bond is " + bond_name(id) +
         ": do not rename HNV bonds, or name this one in the configuration";
}

void set_all(RoleAssignment& assignment, Role role, RoleSource source) {
  std::fill(assignment.roles.begin(), assignment.roles.end(), role);
  std::fill(assignment.sources.begin(), assignment.sources.end(), source);
}

// By the configuration's selector: one that matches is the SR-IOV slave, the others are not.
void select(const BondConfig& config, const std::vector<SlaveDevice>& slaves,
            RoleAssignment& assignment) {
  Slaves all;
  Slaves matching;
  for (const SlaveDevice& slave : slaves) {
    all.push_back(&slave);
    if (std::visit(Matches{slave}, *config.sriov)) matching.push_back(&slave);
  }
  if (matching.size() == 1) {
    set_all(assignment, Role::virtual_device, RoleSource::configuration);
    assignment.roles[static_cast<std::size_t>(matching.front() - slaves.data())] = Role::sriov;
  } else if (matching.size() > 1) {
    assignment.finding = std::to_string(matching.size()) + " slaves match " +
                         to_string(*config.sriov) + ": " + names_of(matching);
  } else if (slaves.size() < config.expected_slaves) {
    assignment.sriov_absent = true;
    set_all(assignment, Role::virtual_device, RoleSource::configuration);
  } else {
    assignment.finding = "none of " + names_of(all) + " matches " + to_string(*config.sriov);
  }
}

// By what the platform says of each slave.
void detect(const std::vector<SlaveDevice>& slaves, RoleAssignment& assignment) {
  Slaves all;
  Slaves sriov;
  Slaves untold;
  for (std::size_t index = 0; index < slaves.size(); ++index) {
    const DeviceFacts& facts = *slaves[index].facts;
    const RoleSource source = source_of(facts);
    const Role role = told_by(source, facts);
    assignment.sources[index] = source;
    assignment.roles[index] = role == Role::unknown ? Role::virtual_device : role;
    all.push_back(&slaves[index]);
    if (role == Role::sriov) sriov.push_back(&slaves[index]);
    if (role == Role::unknown) untold.push_back(&slaves[index]);
  }
  if (sriov.size() == 1) return;
  // A slave that nothing tells of may be the port itself, so it is not called away.
  if (sriov.empty() && untold.empty() && slaves.size() < assignment.expected_slaves) {
    assignment.sriov_absent = true;
    return;
  }
  assignment.finding =
      sriov.empty() ? "none of " + names_of(all) + " is an SR-IOV port"
                    : std::to_string(sriov.size()) + " slaves are SR-IOV ports: " + names_of(sriov);
  set_all(assignment, Role::unknown, RoleSource::none);
}

}  // namespace

std::optional<std::size_t> RoleAssignment::sriov_index() const {
  const auto found = std::find(roles.begin(), roles.end(), Role::sriov);
  if (found == roles.end()) return std::nullopt;
  return static_cast<std::size_t>(found - roles.begin());
}

RoleAssignment assign_roles(const std::string& bond_name, const BondConfig* config,
                            const std::vector<SlaveDevice>& slaves) {
  RoleAssignment assignment;
  assignment.roles.assign(slaves.size(), Role::unknown);
  assignment.sources.assign(slaves.size(), RoleSource::none);
  auto ids = ids_of(slaves);
  // While hcnmgr activates a bond anew it has no slaves for a moment, and is no other bond for
  // that.
  if (const auto id = hcn_id_of_bond(bond_name); id && slaves.empty()) ids[*id];
  if (ids.size() == 1) assignment.hcn_id = ids.begin()->first;
  if (config != nullptr && config->ignore) {
    assignment.finding = "the configuration says to ignore this bond";
    return assignment;
  }
  if (config == nullptr || !config->sriov) {
    assignment.finding = why_not_hnv(bond_name, ids);
    if (!assignment.finding.empty()) return assignment;
    assignment.managed = true;
    detect(slaves, assignment);
  } else {
    assignment.managed = true;
    assignment.expected_slaves = config->expected_slaves;
    select(*config, slaves, assignment);
  }
  if (assignment.finding.empty()) assignment.note = disagreements(slaves, assignment.roles);
  return assignment;
}

}  // namespace hnv
