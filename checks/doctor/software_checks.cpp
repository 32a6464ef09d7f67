// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "checks/doctor/examine.hpp"
#include "checks/doctor/software_facts.hpp"

namespace hnv::checks {

namespace {

constexpr std::string_view kLeastPowerpcUtils = "1.3.8";
constexpr std::string_view kLeastPowerpcUtilsOfWicked = "1.3.10";
constexpr std::string_view kStoresPrimary = "1.3.11";
constexpr std::string_view kLeastDynamicRm = "2.0.7-7";

bool is_suse_of_wicked(const Distribution& distribution) {
  return distribution.family == Family::suse && distribution.is_at_least(15, 4);
}

std::string version_of(const Facts& facts, std::initializer_list<const char*> names) {
  if (!facts.packages) return {};
  for (const char* name : names) {
    const auto found = facts.packages->versions.find(name);
    if (found != facts.packages->versions.end()) return found->second;
  }
  return {};
}

bool stores_primary(const Facts& facts) {
  const HcnmgrScript& script = *facts.hcnmgr;
  return script.stores_primary ||
         (script.stores_primary_of_wicked && manager_of(facts) == Manager::wicked);
}

std::string method_of(const Facts& facts) {
  const HcnmgrScript& script = *facts.hcnmgr;
  if (stores_primary(facts)) return "stores the primary in the profile";
  if (script.writes_primary) return "tells the primary to the kernel only";
  if (script.writes_active_slave) return "only switches the active slave once";
  return "sets no primary at all";
}

void examine_script(const Facts& facts, const std::string& version, Reporter& say) {
  const HcnmgrScript& script = *facts.hcnmgr;
  std::string seen = std::string(kHcnmgrPath) + " " + method_of(facts);
  if (!version.empty()) seen += "; powerpc-utils " + version;
  const std::string fix = install_command(facts, "powerpc-utils");
  if (script.deletes_everything) {
    return say.fail(kPartition, seen + "; it may delete every connection", fix,
                    "this hcnmgr deletes all connections at boot where there is no HNV pair");
  }
  const bool needs_wicked = facts.distribution && is_suse_of_wicked(*facts.distribution) &&
                            manager_of(facts) == Manager::wicked;
  if (needs_wicked && !script.knows_wicked) {
    return say.fail(kPartition, seen + "; it does not know wicked", fix);
  }
  if (stores_primary(facts)) return say.ok(kPartition, seen);
  say.warn(kPartition, seen, fix + " && sudo hnvctl persist",
           "after a reboot or the next loss of link the traffic may stay on the virtual device; an "
           "update alone does not heal bonds that exist");
}

void examine_version(const Facts& facts, const std::string& version, Reporter& say) {
  const std::string seen = "powerpc-utils " + version + " (" + facts.packages->source + ")";
  const std::string fix = install_command(facts, "powerpc-utils");
  const bool is_suse = facts.distribution && is_suse_of_wicked(*facts.distribution);
  const std::string_view least = is_suse ? kLeastPowerpcUtilsOfWicked : kLeastPowerpcUtils;
  if (compare_versions(version, least) < 0) return say.fail(kPartition, seen, fix);
  if (compare_versions(version, kStoresPrimary) >= 0) return say.ok(kPartition, seen);
  say.warn(kPartition, seen + "; whether it has the fix cannot be told without " + kHcnmgrPath, fix,
           "hcnmgr before 1.3.11 stores no primary, unless the distribution has added that");
}

bool runs(const Processes& processes, std::string_view start) {
  return std::any_of(
      processes.names.begin(), processes.names.end(),
      [start](const std::string& name) { return name.compare(0, start.size(), start) == 0; });
}

}  // namespace

std::string install_command(const Facts& facts, const std::string& package) {
  const Family family = facts.distribution ? facts.distribution->family : Family::other;
  if (family == Family::suse) return "sudo zypper install " + package;
  if (family == Family::red_hat) return "sudo dnf install " + package;
  return "install or update " + package + " with the package manager of the distribution";
}

void examine_powerpc_utils(const Facts& facts, Reporter& say) {
  // RHEL has hcnmgr in a package of its own.
  const std::string version = version_of(facts, {"powerpc-utils-core", "powerpc-utils"});
  if (facts.hcnmgr) return examine_script(facts, version, say);
  if (!version.empty()) return examine_version(facts, version, say);
  const bool is_copy = facts.root != "/";
  if (is_copy && !facts.packages) return say.unknown(kPartition, facts.packages.error());
  if (facts.hcnmgr.error().code != base::ErrorCode::not_found) {
    return say.unknown(kPartition, facts.hcnmgr.error());
  }
  say.fail(kPartition, std::string(kHcnmgrPath) + " is not there",
           install_command(facts, "powerpc-utils"));
}

void examine_dynamic_rm(const Facts& facts, Reporter& say) {
  if (!facts.packages) return say.unknown(kPartition, facts.packages.error());
  const std::string version = version_of(facts, {"DynamicRM", "dynamicrm"});
  const std::string get =
      "install DynamicRM from the IBM Power Systems service and productivity tools repository";
  if (version.empty()) {
    return say.fail(kPartition, "DynamicRM is not installed (" + facts.packages->source + ")", get);
  }
  if (compare_versions(version, kLeastDynamicRm) < 0) {
    return say.fail(kPartition, "DynamicRM " + version, get);
  }
  if (!facts.processes) {
    say.ok(kPartition, "DynamicRM " + version);
    return say.unknown(kPartition, facts.processes.error());
  }
  if (!runs(*facts.processes, "IBM.DRM")) {
    return say.warn(
        kPartition,
        "DynamicRM " + version + ", and no process IBM.DRMd (" + facts.processes->source + ")",
        "sudo /opt/rsct/bin/rmcctrl -z && sudo /opt/rsct/bin/rmcctrl -A && sudo "
        "/opt/rsct/bin/rmcctrl -p",
        "the HMC cannot send its commands: adding an HNV device and migrating fail");
  }
  say.ok(kPartition, "DynamicRM " + version + ", IBM.DRM runs");
}

void examine_bonding_module(const Facts& facts, Reporter& say) {
  if (!facts.bonding_module) return say.unknown(kPartition, facts.bonding_module.error());
  if (!*facts.bonding_module) {
    if (!has_hnv(facts)) return say.info(kPartition, "not loaded; there is no HNV pair either");
    return say.fail(kPartition, "the module is not loaded", "sudo modprobe bonding max_bonds=0");
  }
  say.ok(kPartition, "the module is loaded");
  if (!facts.bonds) return;
  for (const BondReport& bond : *facts.bonds) {
    if (bond.link.name == "bond0" && bond.slaves.empty()) {
      say.warn("bond0", "a bond without slaves", "sudo ip link delete bond0",
               "it came with the module, loaded without max_bonds=0, and is of no use");
    }
  }
}

}  // namespace hnv::checks
