// SPDX-License-Identifier: Apache-2.0
#include "hnv/roles.hpp"

#include <algorithm>
#include <set>

namespace hnv {

namespace {

struct Matches {
  const SlaveDevice& slave;
  bool operator()(const ByDevice& by) const { return slave.link->name == by.name; }
  bool operator()(const ByDriver& by) const { return slave.facts->driver == by.driver; }
  bool operator()(const ByBus& by) const { return slave.facts->bus == by.bus; }
  bool operator()(const ByPermanentAddress& by) const {
    return bond::permanent_address_of(*slave.link) == by.address;
  }
};

struct Judgement {
  Role role = Role::unknown;
  RoleSource source = RoleSource::none;
};

std::optional<Role> by_node_type(const DeviceFacts& facts) {
  if (!facts.node_type) return std::nullopt;
  return *facts.node_type == NodeType::pci ? Role::sriov : Role::virtual_device;
}

std::optional<Role> by_driver(const DeviceFacts& facts) {
  if (facts.driver == "mlx5_core") return Role::sriov;
  if (facts.driver == "ibmveth" || facts.driver == "ibmvnic") return Role::virtual_device;
  return std::nullopt;
}

std::optional<Role> by_bus(const DeviceFacts& facts) {
  if (facts.bus == "pci") return Role::sriov;
  if (facts.bus == "vio") return Role::virtual_device;
  return std::nullopt;
}

std::optional<Role> by_mode(const DeviceFacts& facts) {
  if (!facts.hcn_mode) return std::nullopt;
  return *facts.hcn_mode == HcnMode::primary ? Role::sriov : Role::virtual_device;
}

Judgement judge(const SlaveDevice& slave) {
  const DeviceFacts& facts = *slave.facts;
  // A node without an hcn-id is no part of the pair, whatever else it says.
  if (facts.hcn_id) {
    if (const auto role = by_mode(facts)) return {*role, RoleSource::hcn_mode};
    if (const auto role = by_node_type(facts)) return {*role, RoleSource::node_type};
  }
  if (const auto role = by_driver(facts)) return {*role, RoleSource::driver};
  if (const auto role = by_bus(facts)) return {*role, RoleSource::bus};
  return {};
}

std::string names_of(const std::vector<const SlaveDevice*>& slaves) {
  std::string names;
  for (const SlaveDevice* slave : slaves) {
    if (!names.empty()) names.append(", ");
    names.append(slave->link->name);
  }
  return names.empty() ? "no slaves" : names;
}

std::set<HcnId> hcn_ids_of(const std::vector<SlaveDevice>& slaves) {
  std::set<HcnId> ids;
  for (const SlaveDevice& slave : slaves) {
    if (slave.facts->hcn_id) ids.insert(*slave.facts->hcn_id);
  }
  return ids;
}

// What the bond lacks to be HNV; empty when it is.
std::string not_hnv(const std::string& name, const std::set<HcnId>& ids) {
  if (ids.empty()) return "the configuration does not name this bond";
  if (ids.size() > 1) {
    return "slaves of different HNV pairs: " + to_string(*ids.begin()) + " and " +
           to_string(*ids.rbegin());
  }
  if (name != bond_name(*ids.begin())) {
    return "the HNV bond " + bond_name(*ids.begin()) +
           " under another name: hcnmgr does not find it; do not rename it";
  }
  return {};
}

void fill(RoleAssignment& assignment, Role role, RoleSource source) {
  std::fill(assignment.roles.begin(), assignment.roles.end(), role);
  std::fill(assignment.sources.begin(), assignment.sources.end(), source);
}

// The firmware and the device's own driver or place disagree about a slave.
void note_contradictions(RoleAssignment& assignment, const std::vector<SlaveDevice>& slaves) {
  for (std::size_t index = 0; index < slaves.size(); ++index) {
    const DeviceFacts& facts = *slaves[index].facts;
    const Role role = assignment.roles[index];
    if (role == Role::unknown) continue;
    const auto mode = facts.hcn_id ? by_mode(facts) : std::nullopt;
    const auto type = facts.hcn_id ? by_node_type(facts) : std::nullopt;
    const auto driver = by_driver(facts);
    const char* what = nullptr;
    if (mode && mode != role) what = "the firmware's hcn-mode";
    if (type && type != role) what = "its place in the device tree";
    if (driver && driver != role) what = "its driver";
    if (what == nullptr) continue;
    if (!assignment.note.empty()) assignment.note.append("; ");
    assignment.note.append(slaves[index].link->name + " is taken for the " +
                           std::string(base::name_of(role)) + " slave, and " + what +
                           " says otherwise");
  }
}

void assign(RoleAssignment& assignment, const std::vector<SlaveDevice>& slaves,
            const std::vector<const SlaveDevice*>& sriov) {
  std::vector<const SlaveDevice*> all;
  for (const SlaveDevice& slave : slaves) all.push_back(&slave);
  if (sriov.size() == 1) {
    for (std::size_t index = 0; index < all.size(); ++index) {
      assignment.roles[index] = all[index] == sriov.front() ? Role::sriov : Role::virtual_device;
    }
    note_contradictions(assignment, slaves);
    return;
  }
  if (sriov.empty() && slaves.size() < assignment.expected_slaves) {
    assignment.sriov_absent = true;
    std::fill(assignment.roles.begin(), assignment.roles.end(), Role::virtual_device);
    return;
  }
  fill(assignment, Role::unknown, RoleSource::none);
  assignment.finding = sriov.empty() ? "none of " + names_of(all) + " matches " + assignment.wanted
                                     : std::to_string(sriov.size()) + " slaves match " +
                                           assignment.wanted + ": " + names_of(sriov);
}

void assign_by_configuration(RoleAssignment& assignment, const BondConfig& config,
                             const std::vector<SlaveDevice>& slaves) {
  assignment.managed = true;
  assignment.expected_slaves = config.expected_slaves;
  assignment.wanted = to_string(*config.sriov);
  fill(assignment, Role::unknown, RoleSource::configuration);
  std::vector<const SlaveDevice*> matching;
  for (const SlaveDevice& slave : slaves) {
    if (std::visit(Matches{slave}, *config.sriov)) matching.push_back(&slave);
  }
  assign(assignment, slaves, matching);
}

void assign_by_firmware(RoleAssignment& assignment, const std::vector<SlaveDevice>& slaves) {
  assignment.managed = true;
  assignment.wanted = "SR-IOV port of HNV pair " + to_string(*assignment.hcn_id);
  std::vector<const SlaveDevice*> sriov;
  for (std::size_t index = 0; index < slaves.size(); ++index) {
    const Judgement judgement = judge(slaves[index]);
    assignment.sources[index] = judgement.source;
    if (judgement.role == Role::sriov) sriov.push_back(&slaves[index]);
    if (judgement.role == Role::unknown) {
      fill(assignment, Role::unknown, RoleSource::none);
      assignment.finding = "neither node, driver nor bus of " + slaves[index].link->name +
                           " tells whether it is the SR-IOV slave";
      return;
    }
  }
  assign(assignment, slaves, sriov);
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
  std::set<HcnId> ids = hcn_ids_of(slaves);
  // While hcnmgr activates a bond anew it has no slaves for a moment, and is no other bond for
  // that.
  if (const auto id = hcn_id_of_bond(bond_name); id && slaves.empty()) ids.insert(*id);
  if (ids.size() == 1) assignment.hcn_id = *ids.begin();
  if (config != nullptr && config->ignore) {
    assignment.finding = "the configuration says to ignore this bond";
    return assignment;
  }
  if (config != nullptr && config->sriov) {
    assign_by_configuration(assignment, *config, slaves);
    return assignment;
  }
  assignment.finding = not_hnv(bond_name, ids);
  if (assignment.finding.empty()) assign_by_firmware(assignment, slaves);
  return assignment;
}

}  // namespace hnv
