// SPDX-License-Identifier: Apache-2.0
#include "checks/doctor/readiness.hpp"

#include <algorithm>

#include "checks/doctor/examine.hpp"

namespace hnv::checks {

namespace {

// The facts of the whole partition, the same for each bond.
void add_partition(const Facts& facts, Readiness& readiness) {
  const auto cannot_tell = [&](const base::Error& error) {
    readiness.untold.push_back(error.to_string());
  };
  if (!facts.migratable) {
    cannot_tell(facts.migratable.error());
  } else if (!*facts.migratable) {
    readiness.obstacles.emplace_back("the platform cannot migrate (no ibm,migratable-partition)");
  }
  if (!facts.persistent_memories) {
    cannot_tell(facts.persistent_memories.error());
  } else if (*facts.persistent_memories != 0) {
    readiness.obstacles.emplace_back("the partition has vPMEM");
  }
  if (!facts.processes) {
    cannot_tell(facts.processes.error());
    return;
  }
  const auto& names = facts.processes->names;
  for (const char* busy : {"hcnmgr", "hcncfgdrc", "hcnrmdev", "hcnrmhcn", "hcnqrydev", "drmgr"}) {
    if (names.contains(busy)) readiness.obstacles.push_back(std::string(busy) + " is at work");
  }
  const bool has_drm = std::any_of(names.begin(), names.end(), [](const std::string& name) {
    return name.rfind("IBM.DRM", 0) == 0;
  });
  if (!has_drm) readiness.obstacles.emplace_back("IBM.DRM does not run: the HMC cannot be heard");
}

void add_backup(const BondReport& bond, Readiness& readiness) {
  const auto is_virtual = [](const SlaveReport& slave) {
    return slave.role == Role::virtual_device;
  };
  const auto backup = std::find_if(bond.slaves.begin(), bond.slaves.end(), is_virtual);
  if (!bond.managed || backup == bond.slaves.end()) {
    readiness.obstacles.push_back(bond.finding.empty() ? "the virtual device is not in the bond"
                                                       : bond.finding);
    return;
  }
  if (!bond::is_healthy(backup->link)) {
    readiness.obstacles.push_back(backup->link.name + " is not up");
  }
  if (bond.link.bond->fail_over_mac != bond::FailOverMac::follow) {
    readiness.obstacles.emplace_back("fail_over_mac is not follow");
  }
  for (const SlaveReport& slave : bond.slaves) {
    if (bond::has_mac_conflict(bond.link, slave.link)) {
      readiness.obstacles.push_back(slave.link.name + " has the bond's own address");
    }
  }
}

void add_names(const Facts& facts, const BondReport& bond, Readiness& readiness) {
  const SlaveReport* sriov = bond.sriov();
  if (sriov == nullptr || manager_of(facts) == Manager::wicked) return;
  if (!facts.profiles) {
    readiness.untold.push_back(facts.profiles.error().to_string());
    return;
  }
  const std::string wanted = bond.link.name + "-" + sriov->link.name;
  const auto& connections = facts.profiles->connections;
  const bool found =
      std::any_of(connections.begin(), connections.end(), [&wanted](const Connection& connection) {
        return connection.id == wanted && connection.format != ProfileFormat::wicked;
      });
  if (found) return;
  if (!facts.profiles->bonds.unreadable.empty()) {
    readiness.untold.push_back(facts.profiles->bonds.unreadable.front().error.to_string());
    return;
  }
  readiness.obstacles.push_back("there is no profile " + wanted +
                                ", by which hcnmgr releases the SR-IOV port");
}

}  // namespace

std::vector<Readiness> readiness_of(const Facts& facts) {
  std::vector<Readiness> all;
  for (const BondReport* bond : hnv_bonds_of(facts)) {
    Readiness readiness;
    readiness.bond = bond->link.name;
    add_backup(*bond, readiness);
    add_names(facts, *bond, readiness);
    add_partition(facts, readiness);
    all.push_back(std::move(readiness));
  }
  return all;
}

void examine_readiness(const Facts& facts, Reporter& say) {
  if (!facts.bonds) return say.unknown(kPartition, facts.bonds.error());
  for (const Readiness& readiness : readiness_of(facts)) {
    if (!readiness.is_ready()) {
      say.warn(readiness.bond, "not ready: " + joined(readiness.obstacles),
               "see the findings of the other checks about it; sudo hnvctl doctor");
    } else if (!readiness.untold.empty()) {
      say.unknown(readiness.bond,
                  "nothing is in the way that can be seen; but " + joined(readiness.untold));
    } else {
      say.ok(readiness.bond, std::string("ready; ") + kUntested);
    }
  }
}

}  // namespace hnv::checks
