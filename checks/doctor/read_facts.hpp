// SPDX-License-Identifier: Apache-2.0
// All facts of a tree. `run` calls what it is given and returns what that returned, or an error
// when it takes too long: one source that hangs must not keep the others from being read.
#pragma once

#include "checks/doctor/network_facts.hpp"
#include "checks/doctor/platform_facts.hpp"
#include "checks/doctor/prober_facts.hpp"
#include "checks/doctor/software_facts.hpp"

namespace hnv::checks {

template <class Run>
Facts read_facts(const Tree& tree, const Run& run) {
  Facts facts;
  facts.root = tree.root().native();
  facts.platform = run([tree] { return read_platform(tree); });
  facts.distribution = run([tree] { return read_distribution(tree); });
  facts.firmware = run([tree] { return read_firmware(tree); });
  facts.device_tree = run([tree] { return read_device_tree(tree); });
  facts.vnics = run([tree] { return count_vnics(tree); });
  facts.persistent_memories = run([tree] { return count_persistent_memories(tree); });
  facts.plain_ports = run([tree] { return count_plain_ports(tree); });
  facts.migratable = run([tree] { return read_migratable(tree); });
  facts.bonding_module = run([tree] { return read_bonding_module(tree); });
  facts.hcnmgr = run([tree] { return read_hcnmgr(tree); });
  facts.packages = run([tree] { return read_packages(tree); });
  facts.services = run([tree] { return read_services(tree); });
  facts.processes = run([tree] { return read_processes(tree); });
  facts.devices = run([tree] { return read_devices(tree); });
  facts.bonds = run([tree] { return read_bond_files(tree); });
  facts.bonds_with_path = run([tree] { return read_bonds_with_path(tree); });
  facts.paths = base::failure(not_in_copy("what hnv-prober says"));
  facts.profiles = run([tree] { return read_profiles(tree); });
  facts.addresses = run([tree] { return read_addresses(tree); });
  facts.hcnmgr_states = run([tree] { return read_hcnmgr_states(tree); });
  facts.hcnmgr_log = run([tree] { return read_hcnmgr_log(tree); });
  return facts;
}

}  // namespace hnv::checks
