// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>

#include "checks/doctor/examine.hpp"
#include "checks/persisted_primary.hpp"

namespace hnv::checks {

namespace {

constexpr std::chrono::milliseconds kUsualMiimon{100};

std::optional<HcnId> id_of_slaves(const BondReport& bond) {
  for (const SlaveReport& slave : bond.slaves) {
    if (slave.facts.hcn_id) return slave.facts.hcn_id;
  }
  return std::nullopt;
}

void examine_name_of_bond(const BondReport& bond, Reporter& say) {
  const std::string& name = bond.link.name;
  const auto id = id_of_slaves(bond);
  if (id && name != bond_name(*id)) {
    const std::string wanted = bond_name(*id);
    return say.fail(name, "its slaves carry the hcn-id " + to_string(*id),
                    "rename the bond and its profiles to " + wanted +
                        " from a console, or delete its profiles and run: sudo hcnmgr -s",
                    "hcnmgr looks for " + wanted + " and finds nothing: a migration fails");
  }
  for (const SlaveReport& slave : bond.slaves) {
    if (id && !slave.facts.hcn_id && !slave.facts.node.empty()) {
      say.warn(name, slave.link.name + " (" + slave.facts.node + ") carries no hcn-id",
               "remove " + slave.link.name + " from the bond",
               "somebody added it by hand; hcnmgr does not know it");
    }
  }
  say.ok(name, "the bond has the name of its hcn-id");
}

// hcnmgr finds profiles of NetworkManager by their names; wicked's are files of interfaces.
void examine_names_of_profiles(const Profiles& profiles, const BondReport& bond, Reporter& say) {
  const std::string& name = bond.link.name;
  std::string uuid;
  for (const StoredProfile& profile : profiles.bonds.profiles) {
    if (profile.bond != name || profile.format == ProfileFormat::wicked) continue;
    uuid = profile.uuid;
    if (profile.id == name) continue;
    say.fail(name, profile.file.native() + ": the bond's profile is named " + profile.id,
             "sudo nmcli connection modify " + shell_word(profile.id) + " connection.id " + name);
  }
  for (const Connection& port : profiles.connections) {
    if (port.controller.empty() || port.format == ProfileFormat::wicked) continue;
    if (port.controller != name && (uuid.empty() || port.controller != uuid)) continue;
    const std::string wanted = name + "-" + port.interface;
    if (port.interface.empty() || port.id == wanted) continue;
    say.fail(name,
             port.file.native() + ": the profile of " + port.interface + " is named " + port.id,
             "sudo nmcli connection modify " + shell_word(port.id) + " connection.id " +
                 shell_word(wanted),
             "hcnmgr deletes " + wanted +
                 " before a migration, does not find it, and the port stays "
                 "in the bond");
  }
}

void examine_kernel_primary(const BondReport& bond, Reporter& say) {
  const std::string& name = bond.link.name;
  const SlaveReport* sriov = bond.sriov();
  if (sriov == nullptr) {
    return say.unknown(
        name, bond.finding.empty() ? "the SR-IOV slave is not in the bond now" : bond.finding);
  }
  const SlaveReport* primary = bond.primary();
  const std::string fix = "echo " + shell_word(sriov->link.name) + " | sudo tee /sys/class/net/" +
                          shell_word(name) + "/bonding/primary";
  if (primary == nullptr) return say.fail(name, "the bond has no primary", fix);
  if (primary != sriov) {
    return say.fail(
        name, "the bond's primary is " + primary->link.name + ", not " + sriov->link.name, fix);
  }
  say.ok(name, "the bond's primary is " + sriov->link.name);
}

// How a stored setting of a bond is changed and put into force, by the manager in use.
class BondFix {
 public:
  BondFix(const Facts& facts, const std::string& bond)
      : is_wicked_(manager_of(facts) == Manager::wicked),
        bond_(shell_word(bond)),
        file_("/etc/sysconfig/network/ifcfg-" + bond) {}

  // "fail_over_mac", "2"
  [[nodiscard]] std::string set_option(const std::string& option, const std::string& value) const {
    const std::string pair = option + "=" + value;
    if (is_wicked_) return "set " + pair + " in BONDING_MODULE_OPTS of " + file_ + by_console();
    return "sudo nmcli connection modify " + bond_ + " +bond.options " + pair + " && " + again();
  }
  [[nodiscard]] std::string set_address() const {
    if (is_wicked_) {
      return "set BOOTPROTO=static and IPADDR=ADDRESS/PREFIX in " + file_ + by_console();
    }
    return "sudo nmcli connection modify " + bond_ +
           " ipv4.method manual ipv4.addresses ADDRESS/PREFIX && " + again();
  }
  // Takes all slaves out of the bond and puts them back.
  [[nodiscard]] std::string activate() const {
    return std::string("in a quiet moment") + (is_wicked_ ? " and from a console" : "") +
           ", it interrupts the bond for seconds: " + again();
  }

 private:
  [[nodiscard]] std::string again() const {
    return is_wicked_ ? "sudo wicked ifdown " + bond_ + " && sudo wicked ifup " + bond_
                      : "sudo nmcli connection up " + bond_;
  }
  [[nodiscard]] std::string by_console() const { return ", then from a console: " + again(); }

  bool is_wicked_;
  std::string bond_;
  std::string file_;
};

std::set<std::string> names_of_devices(const Facts& facts) {
  std::set<std::string> names;
  if (facts.devices) {
    for (const NetDevice& device : *facts.devices) names.insert(device.name);
  }
  for (const BondReport& bond : *facts.bonds) {
    for (const SlaveReport& slave : bond.slaves) names.insert(slave.link.name);
  }
  return names;
}

void tell(const Finding& finding, Reporter& say) {
  switch (finding.severity) {
    case Severity::ok:
      return say.ok(finding.subject, finding.seen);
    case Severity::info:  // the profile could not be judged
    case Severity::unknown:
      return say.unknown(finding.subject, finding.seen);
    case Severity::warn:
      return say.warn(finding.subject, finding.seen, finding.fix, finding.why);
    case Severity::fail:
      return say.fail(finding.subject, finding.seen, finding.fix, finding.why);
  }
}

// Those that the kernel has; says so if there are none, whatever the device tree has.
std::vector<const BondReport*> bonds_to_check(const Facts& facts, Reporter& say) {
  auto bonds = hnv_bonds_of(facts);
  if (bonds.empty()) say.info(kPartition, "nothing to check: there is no HNV bond");
  return bonds;
}

bool belongs_to(const Address& address, const std::string& bond) {
  return address.device == bond || address.device.rfind(bond + ".", 0) == 0;
}

}  // namespace

void examine_names(const Facts& facts, Reporter& say) {
  if (!facts.bonds) return say.unknown(kPartition, facts.bonds.error());
  for (const BondReport* bond : bonds_to_check(facts, say)) {
    examine_name_of_bond(*bond, say);
    if (facts.profiles) examine_names_of_profiles(*facts.profiles, *bond, say);
  }
  if (!facts.profiles) return say.unknown(kPartition, facts.profiles.error());
  const auto& unreadable = facts.profiles->bonds.unreadable;
  if (!unreadable.empty()) say.unknown(kPartition, unreadable.front().error);
}

void examine_options(const Facts& facts, Reporter& say) {
  if (!facts.bonds) return say.unknown(kPartition, facts.bonds.error());
  for (const BondReport* bond : bonds_to_check(facts, say)) {
    const std::string& name = bond->link.name;
    const bond::BondInfo& info = *bond->link.bond;
    const BondFix fix(facts, name);
    if (info.mode != bond::BondMode::active_backup) {
      say.fail(name, "mode is " + (info.mode ? std::string(base::name_of(*info.mode)) : "unknown"),
               fix.set_option("mode", "active-backup"));
    }
    if (info.fail_over_mac != bond::FailOverMac::follow) {
      say.fail(
          name,
          "fail_over_mac is " +
              (info.fail_over_mac ? std::string(base::name_of(*info.fail_over_mac)) : "unknown"),
          fix.set_option("fail_over_mac", "2"));
    }
    if (!bond::is_monitored(info)) {
      say.fail(name, "miimon is 0", fix.set_option("miimon", std::to_string(kUsualMiimon.count())),
               "without link monitoring the bond stays on a dead slave for ever");
    } else if (info.miimon && *info.miimon != kUsualMiimon) {
      say.info(name, "miimon is " + std::to_string(info.miimon->count()) + " ms; hcnmgr sets " +
                         std::to_string(kUsualMiimon.count()));
    }
    const auto reselect = info.primary_reselect.value_or(bond::PrimaryReselect::always);
    if (reselect != bond::PrimaryReselect::always) {
      say.warn(name, "primary_reselect is " + std::string(base::name_of(reselect)),
               fix.set_option("primary_reselect", "always"),
               "the kernel may not go back to the SR-IOV device by itself");
    }
    if (info.mode == bond::BondMode::active_backup &&
        info.fail_over_mac == bond::FailOverMac::follow && bond::is_monitored(info)) {
      say.ok(name, "active-backup, fail_over_mac follow, with link monitoring");
    }
  }
}

void examine_primary(const Facts& facts, Reporter& say) {
  if (!facts.bonds) return say.unknown(kPartition, facts.bonds.error());
  for (const BondReport* bond : bonds_to_check(facts, say)) {
    examine_kernel_primary(*bond, say);
    if (!facts.profiles) {
      say.unknown(bond->link.name, facts.profiles.error());
      continue;
    }
    StoredProfiles stored = facts.profiles->bonds;
    const auto manager = manager_of(facts);
    if (manager && *manager != Manager::other) {
      keep_only(stored, *manager == Manager::wicked ? NetworkService::wicked
                                                    : NetworkService::network_manager);
    }
    tell(check_persisted_primary(stored, *bond, names_of_devices(facts)).finding, say);
  }
}

void examine_addresses(const Facts& facts, Reporter& say) {
  if (!facts.bonds) return say.unknown(kPartition, facts.bonds.error());
  if (!facts.addresses) return say.unknown(kPartition, facts.addresses.error());
  std::map<std::string, std::string> first_in;  // network -> bond
  for (const BondReport* bond : bonds_to_check(facts, say)) {
    const std::string& name = bond->link.name;
    std::vector<std::string> texts;
    for (const Address& address : *facts.addresses) {
      if (!belongs_to(address, name)) continue;
      texts.push_back(address.text + "/" + std::to_string(address.prefix));
      const auto [other, is_first] =
          first_in.emplace(address.network + "/" + std::to_string(address.prefix), name);
      if (!is_first && other->second != name) {
        say.warn(name, texts.back() + " is in the network that " + other->second + " is in, too",
                 "give one of the bonds an address of another network");
      }
    }
    if (!texts.empty()) {
      say.ok(name, joined(texts));
    } else if (bond->link.master) {
      say.info(name, "no address; the bond belongs to a bridge or another device");
    } else {
      say.warn(name, "no address", BondFix(facts, name).set_address());
    }
  }
}

void examine_mac(const Facts& facts, Reporter& say) {
  if (!facts.bonds) return say.unknown(kPartition, facts.bonds.error());
  for (const BondReport* bond : bonds_to_check(facts, say)) {
    const std::string& name = bond->link.name;
    if (!bond->link.address) {
      say.unknown(name, "present addresses are not in this tree (/sys/class/net/*/address)");
      continue;
    }
    bool conflict = false;
    for (const SlaveReport& slave : bond->slaves) {
      const bool same = slave.link.address == bond->link.address;
      const bool known = slave.link.address.has_value();
      if (!known || same == slave.active || bond->active() == nullptr) continue;
      conflict = true;
      const std::string seen = slave.link.name + " has " + slave.link.address->to_string() +
                               ", the bond " + bond->link.address->to_string();
      const std::string fix = BondFix(facts, name).activate();
      if (slave.active) {
        say.fail(name, seen, fix, "the active slave sends with an address that is not the bond's");
      } else {
        say.fail(name, seen, fix);
      }
    }
    if (!conflict) say.ok(name, "each slave has its own address");
  }
}

}  // namespace hnv::checks
