// SPDX-License-Identifier: Apache-2.0
// bond191554c8 of enP16392p1s0 (SR-IOV, active and primary) and env3.
#pragma once

#include <set>
#include <string>

#include "hnv/partition.hpp"

namespace hnv::checks::test {

inline SlaveReport sample_slave(unsigned index, const std::string& name, Role role) {
  SlaveReport slave;
  slave.link.index = bond::IfIndex{index};
  slave.link.name = name;
  slave.link.slave.emplace();
  slave.role = role;
  return slave;
}

inline BondReport sample_bond() {
  BondReport bond;
  bond.link.index = bond::IfIndex{5};
  bond.link.name = "bond191554c8";
  bond.link.bond.emplace().mode = bond::BondMode::active_backup;
  bond.slaves = {sample_slave(6, "enP16392p1s0", Role::sriov),
                 sample_slave(7, "env3", Role::virtual_device)};
  bond.slaves.front().primary = true;
  bond.slaves.front().active = true;
  bond.managed = true;
  return bond;
}

// After a migration: the SR-IOV slave has another name.
inline BondReport migrated_bond() {
  BondReport bond = sample_bond();
  bond.slaves.front().link.name = "enP32775p1s0";
  return bond;
}

inline const std::set<std::string>& sample_devices() {
  static const std::set<std::string> names{"lo",           "bond191554c8", "enP16392p1s0",
                                           "enP32775p1s0", "env3",         "env4"};
  return names;
}

}  // namespace hnv::checks::test
