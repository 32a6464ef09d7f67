// SPDX-License-Identifier: Apache-2.0
#include "checks/doctor/readiness.hpp"

#include <algorithm>
#include <utility>

#include "checks/doctor/examine.hpp"

namespace hnv::checks {

namespace {

// Many facts come from one place: what is wrong with that is said once.
void cannot_tell(const base::Error& error, Readiness& readiness) {
  std::vector<std::string>& untold = readiness.untold;
  const std::string text = error.to_string();
  if (std::find(untold.begin(), untold.end(), text) == untold.end()) untold.push_back(text);
}

void in_the_way(Readiness& readiness, ObstacleKind kind, std::string text) {
  readiness.obstacles.push_back(Obstacle{kind, std::move(text)});
}

// A pair or a port that is not known of may be in the way as well.
void add_devices(const Facts& facts, Readiness& readiness) {
  if (!facts.device_tree) cannot_tell(facts.device_tree.error(), readiness);
  if (!facts.plain_ports) {
    cannot_tell(facts.plain_ports.error(), readiness);
  } else if (*facts.plain_ports != 0) {
    in_the_way(readiness, ObstacleKind::plain_port,
               std::to_string(*facts.plain_ports) +
                   " Ethernet devices on PCI without ibm,hcn-id (D-PORT)");
  }
}

// The facts of the whole partition, the same for each bond.
void add_partition(const Facts& facts, Readiness& readiness) {
  add_devices(facts, readiness);
  if (!facts.migratable) {
    cannot_tell(facts.migratable.error(), readiness);
  } else if (!*facts.migratable) {
    in_the_way(readiness, ObstacleKind::platform,
               "the platform cannot migrate (no ibm,migratable-partition)");
  }
  if (!facts.persistent_memories) {
    cannot_tell(facts.persistent_memories.error(), readiness);
  } else if (*facts.persistent_memories != 0) {
    in_the_way(readiness, ObstacleKind::vpmem, "the partition has vPMEM");
  }
  if (!facts.processes) {
    cannot_tell(facts.processes.error(), readiness);
    return;
  }
  const auto& names = facts.processes->names;
  for (const char* busy : {"hcnmgr", "hcncfgdrc", "hcnrmdev", "hcnrmhcn", "hcnqrydev", "drmgr"}) {
    if (!names.contains(busy)) continue;
    in_the_way(readiness, ObstacleKind::busy, std::string(busy) + " is at work");
  }
  const bool has_drm = std::any_of(names.begin(), names.end(), [](const std::string& name) {
    return name.rfind("IBM.DRM", 0) == 0;
  });
  if (has_drm) return;
  in_the_way(readiness, ObstacleKind::no_rmc, "IBM.DRM does not run: the HMC cannot be heard");
}

// By a verdict that only answers through the virtual device can give.
bool is_backup_path_alive(PathVerdict verdict) {
  return verdict == PathVerdict::healthy || verdict == PathVerdict::isolated ||
         verdict == PathVerdict::sriov_dead;
}

PathVerdict path_verdict(const Facts& facts, const BondReport& bond) {
  if (!facts.paths) return PathVerdict::not_judged;
  const auto told = facts.paths->find(bond.link.name);
  return told != facts.paths->end() ? told->second.health.verdict : PathVerdict::not_judged;
}

void add_backup(const Facts& facts, const BondReport& bond, Readiness& readiness) {
  const auto is_virtual = [](const SlaveReport& slave) {
    return slave.role == Role::virtual_device;
  };
  const auto backup = std::find_if(bond.slaves.begin(), bond.slaves.end(), is_virtual);
  if (!bond.managed || backup == bond.slaves.end()) {
    in_the_way(readiness, ObstacleKind::no_backup,
               bond.finding.empty() ? "the virtual device is not in the bond" : bond.finding);
    return;
  }
  if (!bond::is_healthy(backup->link)) {
    in_the_way(readiness, ObstacleKind::backup_down, backup->link.name + " is not up");
  }
  const PathVerdict path = path_verdict(facts, bond);
  readiness.path_answers = is_backup_path_alive(path);
  if (tells_of_dead_path(path, Role::virtual_device)) {
    in_the_way(readiness, ObstacleKind::path_dead,
               "nothing answers behind " + backup->link.name + " although its link is up");
  }
  if (bond.link.bond->fail_over_mac != bond::FailOverMac::follow) {
    in_the_way(readiness, ObstacleKind::fail_over_mac, "fail_over_mac is not follow");
  }
  for (const SlaveReport& slave : bond.slaves) {
    if (!bond::has_mac_conflict(bond.link, slave.link)) continue;
    in_the_way(readiness, ObstacleKind::mac_conflict,
               slave.link.name + " has the bond's own address");
  }
}

void add_names(const Facts& facts, const BondReport& bond, Readiness& readiness) {
  const SlaveReport* sriov = bond.sriov();
  if (sriov == nullptr || manager_of(facts) == Manager::wicked) return;
  if (!facts.profiles) {
    return cannot_tell(facts.profiles.error(), readiness);
  }
  const std::string wanted = bond.link.name + "-" + sriov->link.name;
  const auto& connections = facts.profiles->connections;
  const bool found =
      std::any_of(connections.begin(), connections.end(), [&wanted](const Connection& connection) {
        return connection.id == wanted && connection.format != ProfileFormat::wicked;
      });
  if (found) return;
  if (!facts.profiles->bonds.unreadable.empty()) {
    return cannot_tell(facts.profiles->bonds.unreadable.front().error, readiness);
  }
  in_the_way(readiness, ObstacleKind::no_profile,
             "there is no profile " + wanted + ", by which hcnmgr releases the SR-IOV port");
}

std::set<HcnId> ids_with_bond(const Facts& facts) {
  std::set<HcnId> ids;
  for (const BondReport* bond : hnv_bonds_of(facts)) {
    if (const auto id = hcn_id_of_bond(bond->link.name)) ids.insert(*id);
    for (const SlaveReport& slave : bond->slaves) {
      if (slave.facts.hcn_id) ids.insert(*slave.facts.hcn_id);
    }
  }
  return ids;
}

}  // namespace

const char* untested(const std::vector<Readiness>& readiness) {
  const bool all_answer =
      !readiness.empty() && std::all_of(readiness.begin(), readiness.end(),
                                        [](const Readiness& bond) { return bond.path_answers; });
  return all_answer ? kUntestedBesidePath : kUntested;
}

std::string joined(const std::vector<Obstacle>& obstacles) {
  std::vector<std::string> texts;
  texts.reserve(obstacles.size());
  for (const Obstacle& obstacle : obstacles) texts.push_back(obstacle.text);
  return joined(texts);
}

std::vector<Readiness> readiness_of(const Facts& facts) {
  std::vector<Readiness> all;
  if (is_elsewhere(facts)) return all;
  for (const BondReport* bond : hnv_bonds_of(facts)) {
    Readiness readiness;
    readiness.bond = bond->link.name;
    add_backup(facts, *bond, readiness);
    add_names(facts, *bond, readiness);
    add_partition(facts, readiness);
    all.push_back(std::move(readiness));
  }
  const std::set<HcnId> with_bond = ids_with_bond(facts);
  for (const HcnId id : hcn_ids_of(facts)) {
    if (with_bond.contains(id)) continue;
    Readiness readiness{bond_name(id), {{ObstacleKind::no_bond, "the bond does not exist"}}, {}};
    add_partition(facts, readiness);
    all.push_back(std::move(readiness));
  }
  if (!all.empty()) return all;
  Readiness partition{kPartition, {}, {}};
  add_devices(facts, partition);
  if (partition.ready() != true) all.push_back(std::move(partition));
  return all;
}

void examine_readiness(const Facts& facts, Reporter& say) {
  if (!facts.bonds) return say.unknown(kPartition, facts.bonds.error());
  for (const Readiness& readiness : readiness_of(facts)) {
    if (readiness.ready() == false) {
      say.warn(readiness.bond, "not ready: " + joined(readiness.obstacles),
               "see the findings of the other checks about it; sudo hnvctl doctor");
    } else if (!readiness.ready().has_value()) {
      say.unknown(readiness.bond,
                  "nothing is in the way that can be seen; but " + joined(readiness.untold));
    } else {
      say.ok(readiness.bond, std::string("ready; ") + untested({readiness}));
    }
  }
}

}  // namespace hnv::checks
