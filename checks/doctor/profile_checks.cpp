// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>

#include "checks/doctor/examine.hpp"
#include "checks/doctor/platform_facts.hpp"

namespace hnv::checks {

namespace {

std::string remove_command(const Connection& connection) {
  return connection.format == ProfileFormat::wicked
             ? "sudo rm " + shell_word(connection.file.native())
             : "sudo nmcli connection delete " + shell_word(connection.id);
}

// The HNV bond that a profile is of, by its own name or its controller's.
std::optional<HcnId> hcn_id_of(const Profiles& profiles, const Connection& connection) {
  if (connection.is_bond) return hcn_id_of_bond(connection.interface);
  if (const auto id = hcn_id_of_bond(connection.controller)) return id;
  for (const StoredProfile& bond : profiles.bonds.profiles) {
    if (!bond.uuid.empty() && bond.uuid == connection.controller) return hcn_id_of_bond(bond.bond);
  }
  return std::nullopt;
}

void examine_gone_pairs(const Facts& facts, Reporter& say) {
  const std::set<HcnId> ids = hcn_ids_of(facts);
  std::map<HcnId, std::vector<std::string>> seen;
  std::map<HcnId, std::string> fix;
  for (const Connection& connection : facts.profiles->connections) {
    const auto id = hcn_id_of(*facts.profiles, connection);
    if (!id || ids.contains(*id)) continue;
    seen[*id].push_back(connection.file.native());
    fix[*id] += (fix[*id].empty() ? "" : "; ") + remove_command(connection);
  }
  if (facts.hcnmgr_states) {
    for (const std::string& name : *facts.hcnmgr_states) {
      const auto id = parse_hcn_id(name);
      if (!id || ids.contains(*id)) continue;
      seen[*id].push_back(std::string(kHcnmgrStates) + "/" + name);
      fix[*id] +=
          (fix[*id].empty() ? "" : "; ") + std::string("sudo rm -r ") + kHcnmgrStates + "/" + name;
    }
  }
  for (const BondReport* bond : hnv_bonds_of(facts)) {
    const auto id = hcn_id_of_bond(bond->link.name);
    if (id && !ids.contains(*id)) seen[*id].push_back("the bond itself");
  }
  for (const auto& [id, files] : seen) {
    say.warn(bond_name(id), "no device has this hcn-id, and there are " + joined(files), fix[id]);
  }
}

// The same port twice: a name that another pair's port had before an inactive migration.
void examine_twice_stored(const Facts& facts, Reporter& say) {
  std::map<std::string, const Connection*> first;
  for (const Connection& port : facts.profiles->connections) {
    if (port.interface.empty() || port.controller.empty() || !hcn_id_of(*facts.profiles, port)) {
      continue;
    }
    const auto [other, is_first] = first.emplace(port.interface, &port);
    if (is_first || other->second->controller == port.controller) continue;
    say.fail(
        port.interface,
        "is stored as port of " + other->second->controller + " (" + other->second->file.native() +
            ") and of " + port.controller + " (" + port.file.native() + ")",
        "delete the one that is not its bond: " + remove_command(*other->second) +
            "; or: " + remove_command(port),
        "after an inactive migration a name may mean another port; the port may join the wrong "
        "bond");
  }
}

std::set<std::string> hnv_devices_of(const Facts& facts) {
  std::set<std::string> names;
  for (const Member& member : members_of(facts)) {
    if (!member.device.empty()) names.insert(member.device);
  }
  for (const BondReport* bond : hnv_bonds_of(facts)) {
    for (const SlaveReport& slave : bond->slaves) names.insert(slave.link.name);
  }
  return names;
}

}  // namespace

void examine_stale(const Facts& facts, Reporter& say) {
  if (!facts.device_tree) return say.unknown(kPartition, facts.device_tree.error());
  if (!facts.profiles) return say.unknown(kPartition, facts.profiles.error());
  examine_gone_pairs(facts, say);
  examine_twice_stored(facts, say);
  const auto& unreadable = facts.profiles->bonds.unreadable;
  if (!unreadable.empty()) return say.unknown(kPartition, unreadable.front().error);
  if (say.is_empty()) say.ok(kPartition, "everything stored belongs to a pair that is there");
}

void examine_stand_alone(const Facts& facts, Reporter& say) {
  if (!facts.profiles) return say.unknown(kPartition, facts.profiles.error());
  if (!facts.device_tree && !facts.bonds) {
    return say.unknown(kPartition, facts.device_tree.error());
  }
  const std::set<std::string> devices = hnv_devices_of(facts);
  for (const Connection& connection : facts.profiles->connections) {
    if (connection.from_installer && hcn_id_of(*facts.profiles, connection)) {
      say.info(connection.interface, connection.file.native() + " was written by the installer",
               "the network was installed over HNV; that is new, so compare its settings");
    }
    if (connection.is_bond || !connection.controller.empty()) continue;
    if (!devices.contains(connection.interface)) continue;
    say.fail(connection.interface,
             connection.file.native() + ": profile " + connection.id + " is of " +
                 connection.interface + " alone, without its bond",
             "give its address to the bond (D-IP), then: " + remove_command(connection));
  }
  const auto& unreadable = facts.profiles->bonds.unreadable;
  if (!unreadable.empty()) return say.unknown(kPartition, unreadable.front().error);
  if (say.is_empty()) say.ok(kPartition, "no HNV device has a profile without its bond");
}

}  // namespace hnv::checks
