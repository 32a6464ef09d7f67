// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "checks/doctor/examine.hpp"

namespace hnv::checks {

namespace {

constexpr const char* kNetworkManager = "NetworkManager.service";
constexpr const char* kWicked = "wicked.service";

bool is_suse(const Facts& facts) {
  return facts.distribution && facts.distribution->family == Family::suse;
}

bool runs(const Facts& facts, const char* name) {
  return facts.processes && facts.processes->names.contains(name);
}

// The unit that would fit the manager, of those that are installed.
std::string init_unit(const Services& services, Manager manager) {
  const std::string own =
      manager == Manager::wicked ? "hcn-init-wicked.service" : "hcn-init-NetworkManager.service";
  return services.present.contains(own) ? own : "hcn-init.service";
}

bool fits(const std::string& unit, Manager manager) {
  return unit == "hcn-init.service" ||
         unit == (manager == Manager::wicked ? "hcn-init-wicked.service"
                                             : "hcn-init-NetworkManager.service");
}

// In front of a command that needs NetworkManager.
std::string install_network_manager(const Facts& facts) {
  if (facts.services->present.contains(kNetworkManager)) return {};
  const bool is_command = facts.distribution && facts.distribution->family != Family::other;
  return install_command(facts, "NetworkManager") + (is_command ? " && " : ", then: ");
}

// Installed first: without wicked there may be no network to install it from.
std::string switch_from_wicked(const Facts& facts) {
  return "from a console: " + install_network_manager(facts) +
         "sudo systemctl disable --now wicked && sudo systemctl enable --now NetworkManager " +
         init_unit(*facts.services, Manager::network_manager) +
         "; then configure the interfaces anew: NetworkManager does not read wicked's files";
}

}  // namespace

std::optional<Manager> manager_of(const Facts& facts) {
  if (!facts.services) return std::nullopt;
  const Services& services = *facts.services;
  if (services.network_alias == kWicked) return Manager::wicked;
  if (services.network_alias == kNetworkManager) return Manager::network_manager;
  if (!services.network_alias.empty()) return Manager::other;
  if (services.enabled.contains(kNetworkManager)) return Manager::network_manager;
  if (services.enabled.contains(kWicked)) return Manager::wicked;
  if (runs(facts, "NetworkManager")) return Manager::network_manager;
  if (runs(facts, "wickedd")) return Manager::wicked;
  return Manager::other;
}

void examine_connection_manager(const Facts& facts, Reporter& say) {
  if (!facts.services) return say.unknown(kPartition, facts.services.error());
  const Manager manager = manager_of(facts).value_or(Manager::other);
  const std::string alias = facts.services->network_alias;
  const std::string seen = alias.empty() ? "" : " (network.service is " + alias + ")";
  const std::string fix = switch_from_wicked(facts);
  if (manager == Manager::other) {
    return say.fail(kPartition, "neither NetworkManager nor wicked is enabled" + seen,
                    install_network_manager(facts) + "sudo systemctl enable --now NetworkManager");
  }
  if (manager == Manager::network_manager) {
    if (!facts.services->enabled.contains(kNetworkManager) && alias != kNetworkManager) {
      return say.warn(kPartition, "NetworkManager runs, and is not enabled",
                      "sudo systemctl enable NetworkManager");
    }
    return say.ok(kPartition, "NetworkManager is enabled" + seen);
  }
  if (!facts.distribution) return say.unknown(kPartition, facts.distribution.error());
  if (!is_suse(facts)) {
    return say.fail(kPartition, "wicked is enabled on " + facts.distribution->name, fix);
  }
  if (!facts.distribution->is_at_least(15, 4)) {
    return say.fail(kPartition, "wicked is enabled on " + facts.distribution->name + seen, fix,
                    "wicked is supported for HNV from SLES 15 SP4 on; before, NetworkManager is");
  }
  say.ok(kPartition, "wicked is enabled" + seen);
}

void examine_init_service(const Facts& facts, Reporter& say) {
  if (!facts.services) return say.unknown(kPartition, facts.services.error());
  const Services& services = *facts.services;
  const Manager manager = manager_of(facts).value_or(Manager::network_manager);
  std::vector<std::string> enabled;
  for (const std::string& unit : services.enabled) {
    if (unit.rfind("hcn-init", 0) == 0) enabled.push_back(unit);
  }
  const std::string fix = "sudo systemctl enable " + init_unit(services, manager);
  if (enabled.empty()) return say.fail(kPartition, "no hcn-init service is enabled", fix);
  const bool one_fits = std::any_of(enabled.begin(), enabled.end(),
                                    [manager](const auto& unit) { return fits(unit, manager); });
  if (!one_fits) {
    return say.fail(kPartition,
                    "enabled is " + joined(enabled) + ", which is not the connection manager's",
                    fix);
  }
  say.ok(kPartition, "enabled: " + joined(enabled));
}

void examine_manager_switch(const Facts& facts, Reporter& say) {
  if (!facts.profiles) return say.unknown(kPartition, facts.profiles.error());
  const auto manager = manager_of(facts);
  if (!manager) return say.unknown(kPartition, facts.services.error());
  const NetworkService used =
      *manager == Manager::wicked ? NetworkService::wicked : NetworkService::network_manager;
  bool any = false;
  for (const StoredProfile& profile : facts.profiles->bonds.profiles) {
    if (!hcn_id_of_bond(profile.bond) || service_of(profile.format) == used) continue;
    const bool also_used =
        std::any_of(facts.profiles->bonds.profiles.begin(), facts.profiles->bonds.profiles.end(),
                    [&](const StoredProfile& other) {
                      return other.bond == profile.bond && service_of(other.format) == used;
                    });
    any = true;
    const std::string seen = profile.file.native() + " is of " +
                             std::string(base::name_of(service_of(profile.format))) +
                             ", which is not in use";
    const std::string remove = "sudo rm " + shell_word(profile.file.native());
    say.warn(profile.bond, also_used ? seen : seen + ", and the manager in use has no profile",
             also_used ? remove : "sudo hcnmgr -s && " + remove);
  }
  if (!any) say.ok(kPartition, "no profile of an HNV bond belongs to a manager not in use");
}

}  // namespace hnv::checks
