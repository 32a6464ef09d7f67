// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>

#include "checks/doctor/examine.hpp"
#include "checks/doctor/platform_facts.hpp"

namespace hnv::checks {

namespace {

// By the manager that makes the network at boot; any may, where it cannot be told.
bool is_in_use(const Facts& facts, const Connection& connection) {
  const auto manager = manager_of(facts);
  if (!manager || *manager == Manager::other) return true;
  return service_of(connection.format) ==
         (*manager == Manager::wicked ? NetworkService::wicked : NetworkService::network_manager);
}

// A manager that does not run cannot be told to delete anything.
std::string remove_command(const Facts& facts, const Connection& connection) {
  return connection.format == ProfileFormat::wicked || !is_in_use(facts, connection)
             ? "sudo rm " + shell_word(connection.file.native())
             : "sudo nmcli connection delete " + shell_word(connection.id);
}

std::string not_in_use(const Facts& facts, const Connection& connection) {
  return std::string(base::name_of(service_of(connection.format))) +
         " is not in use, and nothing else reads it; to be rid of it: " +
         remove_command(facts, connection);
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
    if (!is_in_use(facts, connection)) {
      say.info(bond_name(*id),
               "no device has this hcn-id, and there is " + connection.file.native(),
               not_in_use(facts, connection));
      continue;
    }
    seen[*id].push_back(connection.file.native());
    fix[*id] += (fix[*id].empty() ? "" : "; ") + remove_command(facts, connection);
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
    if (port.interface.empty() || port.controller.empty() || !is_in_use(facts, port)) continue;
    if (!hcn_id_of(*facts.profiles, port)) continue;
    const auto [other, is_first] = first.emplace(port.interface, &port);
    if (is_first || other->second->controller == port.controller) continue;
    say.fail(
        port.interface,
        "is stored as port of " + other->second->controller + " (" + other->second->file.native() +
            ") and of " + port.controller + " (" + port.file.native() + ")",
        "delete the one that is not its bond: " + remove_command(facts, *other->second) +
            "; or: " + remove_command(facts, port),
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
    const std::string seen = connection.file.native() + ": profile " + connection.id + " is of " +
                             connection.interface + " alone, without its bond";
    if (!is_in_use(facts, connection)) {
      say.info(connection.interface, seen + "; it is not in use", not_in_use(facts, connection));
      continue;
    }
    say.fail(connection.interface, seen,
             "give its address to the bond (D-IP), then: " + remove_command(facts, connection));
  }
  const auto& unreadable = facts.profiles->bonds.unreadable;
  if (!unreadable.empty()) return say.unknown(kPartition, unreadable.front().error);
  if (say.is_empty()) say.ok(kPartition, "no HNV device has a profile without its bond");
}

}  // namespace hnv::checks
