// SPDX-License-Identifier: Apache-2.0
#include "checks/doctor/facts.hpp"

#include <algorithm>

namespace hnv::checks {

namespace {

std::string device_of_node(const Facts& facts, const std::string& node) {
  if (facts.devices) {
    for (const NetDevice& device : *facts.devices) {
      if (device.node == node) return device.name;
    }
  }
  if (facts.bonds) {
    for (const BondReport& bond : *facts.bonds) {
      for (const SlaveReport& slave : bond.slaves) {
        if (slave.facts.node == node) return slave.link.name;
      }
    }
  }
  return {};
}

}  // namespace

std::vector<Member> members_of(const Facts& facts) {
  std::vector<Member> members;
  if (!facts.device_tree) return members;
  for (const HnvNode& node : facts.device_tree->nodes) {
    members.push_back(
        {node.hcn_id, node.type, node.mode, node.path, device_of_node(facts, node.path)});
  }
  return members;
}

std::set<HcnId> hcn_ids_of(const Facts& facts) {
  std::set<HcnId> ids;
  for (const Member& member : members_of(facts)) ids.insert(member.hcn_id);
  return ids;
}

std::vector<const BondReport*> hnv_bonds_of(const Facts& facts) {
  std::vector<const BondReport*> found;
  if (!facts.bonds) return found;
  for (const BondReport& bond : *facts.bonds) {
    const bool by_slaves =
        std::any_of(bond.slaves.begin(), bond.slaves.end(),
                    [](const SlaveReport& slave) { return slave.facts.hcn_id.has_value(); });
    if (by_slaves || bond.hcn_id || hcn_id_of_bond(bond.link.name)) found.push_back(&bond);
  }
  return found;
}

bool has_hnv(const Facts& facts) {
  if (facts.device_tree && !facts.device_tree->nodes.empty()) return true;
  if (!hnv_bonds_of(facts).empty()) return true;
  if (facts.hcnmgr_states && !facts.hcnmgr_states->empty()) return true;
  if (!facts.profiles) return false;
  const auto& profiles = facts.profiles->bonds.profiles;
  return std::any_of(profiles.begin(), profiles.end(), [](const StoredProfile& profile) {
    return hcn_id_of_bond(profile.bond).has_value();
  });
}

base::Error not_in_copy(const std::string& what) {
  return base::Error{base::ErrorCode::not_found, "find", what, "is not in this tree"};
}

}  // namespace hnv::checks
