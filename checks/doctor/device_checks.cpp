// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>

#include "checks/doctor/examine.hpp"

namespace hnv::checks {

namespace {

constexpr const char* kMellanox = "0x15b3";
constexpr const char* kMellanoxDriver = "mlx5_core";
// Virtual functions of ConnectX-4, 4 Lx, 5, 5 Ex, 6 and later.
constexpr auto kVirtualFunctions =
    std::to_array<std::string_view>({"0x1014", "0x1016", "0x1018", "0x101a", "0x101c", "0x101e"});

std::map<HcnId, std::vector<Member>> pairs_of(const Facts& facts) {
  std::map<HcnId, std::vector<Member>> pairs;
  for (Member& member : members_of(facts)) pairs[member.hcn_id].push_back(std::move(member));
  return pairs;
}

std::string nodes_text(const std::vector<Member>& members) {
  std::vector<std::string> words;
  words.reserve(members.size());
  for (const Member& member : members) {
    words.push_back(member.node + (member.is_sriov() ? " (primary)" : " (backup)"));
  }
  return joined(words);
}

const BondReport* bond_with(const Facts& facts, const std::string& device) {
  if (!facts.bonds) return nullptr;
  for (const BondReport& bond : *facts.bonds) {
    for (const SlaveReport& slave : bond.slaves) {
      if (slave.link.name == device) return &bond;
    }
  }
  return nullptr;
}

void examine_node(const Facts& facts, const Member& member, Reporter& say) {
  const std::string wanted = bond_name(member.hcn_id);
  const char* log =
      "look into /var/log/hcnmgr; then, it interrupts the bond for seconds: sudo "
      "hcnmgr -s";
  if (member.device.empty()) {
    if (!facts.devices) return say.unknown(member.node, facts.devices.error());
    return say.warn(member.node, "no network interface belongs to this node",
                    "dmesg | grep -i -e mlx5 -e ibmveth -e ibmvnic",
                    "its driver has not taken it; during a migration that is normal for minutes");
  }
  const BondReport* bond = bond_with(facts, member.device);
  const std::string seen = member.device + " (" + member.node + ")";
  if (bond == nullptr) {
    return say.warn(member.node, seen + " is in no bond, and should be in " + wanted, log);
  }
  if (bond->link.name != wanted) {
    return say.fail(member.node,
                    seen + " is in " + bond->link.name + ", and should be in " + wanted, log);
  }
  say.ok(member.node, seen + " is in " + wanted);
}

// Which releases take a vNIC as backup.
void examine_vnic(const Facts& facts, const Member& member, Reporter& say) {
  const Distribution& distribution = *facts.distribution;
  const std::string seen = member.node + " is a vNIC, on " + distribution.name;
  if (facts.hcnmgr && facts.hcnmgr->refuses_vnic) {
    return say.fail(member.node, seen + "; this hcnmgr refuses vNICs",
                    "use a virtual Ethernet as backup (HMC), or update powerpc-utils");
  }
  if (distribution.family == Family::red_hat) {
    if (distribution.is_at_least(8, 6)) return say.ok(member.node, seen);
    return say.fail(member.node, seen, "use a virtual Ethernet as backup (HMC), or update to 8.6");
  }
  say.warn(member.node, seen, "use a virtual Ethernet as backup (HMC)",
           "IBM's list does not have vNICs for this distribution, although hcnmgr takes them");
}

void examine_veth(const Facts& facts, const Member& member, Reporter& say) {
  const Distribution& distribution = *facts.distribution;
  const std::string seen = member.node + " is a virtual Ethernet, on " + distribution.name;
  if (distribution.family == Family::other) {
    return say.warn(member.node, seen, "", "IBM's list names RHEL and SLES only");
  }
  const bool fits = distribution.family == Family::red_hat ? distribution.is_at_least(8, 4)
                                                           : distribution.is_at_least(15, 3);
  if (fits) return say.ok(member.node, seen);
  say.fail(member.node, seen, "update the distribution");
}

const NetDevice* device_named(const Facts& facts, const std::string& name) {
  for (const NetDevice& device : *facts.devices) {
    if (device.name == name) return &device;
  }
  return nullptr;
}

}  // namespace

void examine_pairs(const Facts& facts, Reporter& say) {
  if (!facts.device_tree) return say.unknown(kPartition, facts.device_tree.error());
  for (const auto& [id, members] : pairs_of(facts)) {
    const auto ports = std::count_if(members.begin(), members.end(),
                                     [](const Member& member) { return member.is_sriov(); });
    const auto backups = static_cast<std::ptrdiff_t>(members.size()) - ports;
    const std::string name = bond_name(id);
    const std::string seen = nodes_text(members);
    if (backups == 0) {
      say.fail(name, seen + ", and no backup", "add the backup device on the HMC");
    } else if (ports > 1 || backups > 1) {
      say.fail(
          name, seen, "remove what is too much on the HMC",
          "a pair has one SR-IOV device and one backup; with more of them roles are not known");
    } else if (ports == 0) {
      say.warn(name, seen + ", and no SR-IOV port", "add the SR-IOV port on the HMC",
               "the virtual device carries the traffic alone; during a migration that is normal");
    } else {
      say.ok(name, seen);
    }
  }
  for (const std::string& finding : facts.device_tree->findings) {
    say.warn(kPartition, finding, "", "the firmware's device tree is not as hcnmgr needs it");
  }
}

void examine_device_nodes(const Facts& facts, Reporter& say) {
  if (!facts.device_tree) return say.unknown(kPartition, facts.device_tree.error());
  if (!facts.bonds) return say.unknown(kPartition, facts.bonds.error());
  for (const Member& member : members_of(facts)) examine_node(facts, member, say);
}

void examine_backend(const Facts& facts, Reporter& say) {
  if (!facts.device_tree) return say.unknown(kPartition, facts.device_tree.error());
  if (!facts.distribution) return say.unknown(kPartition, facts.distribution.error());
  for (const Member& member : members_of(facts)) {
    if (member.type == NodeType::vnic) examine_vnic(facts, member, say);
    if (member.type == NodeType::l_lan) examine_veth(facts, member, say);
  }
}

void examine_vendor(const Facts& facts, Reporter& say) {
  if (!facts.device_tree) return say.unknown(kPartition, facts.device_tree.error());
  for (const Member& member : members_of(facts)) {
    if (!member.is_sriov()) continue;
    if (!facts.devices) {
      say.unknown(member.node, facts.devices.error());
      continue;
    }
    const NetDevice* device = device_named(facts, member.device);
    if (device == nullptr) {
      say.unknown(member.node, "no network interface belongs to this node");
      continue;
    }
    if (device->vendor.empty()) {
      say.unknown(device->name, "/sys/class/net/" + device->name + "/device/vendor tells nothing");
      continue;
    }
    const std::string seen = device->name + ": vendor " + device->vendor + ", device " +
                             device->device + ", driver " +
                             (device->driver.empty() ? "unknown" : device->driver);
    const bool is_known = std::find(kVirtualFunctions.begin(), kVirtualFunctions.end(),
                                    device->device) != kVirtualFunctions.end();
    if (device->vendor != kMellanox ||
        (!device->driver.empty() && device->driver != kMellanoxDriver)) {
      say.fail(device->name, seen, "use a port of a supported adapter (HMC)");
    } else if (!is_known) {
      say.warn(device->name, seen, "compare the adapter with IBM's list of supported features",
               "no virtual function of ConnectX-4 to ConnectX-6 is known by this number");
    } else {
      say.ok(device->name, seen);
    }
  }
}

}  // namespace hnv::checks
