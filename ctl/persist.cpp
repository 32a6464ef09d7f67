// SPDX-License-Identifier: Apache-2.0
#include "ctl/persist.hpp"

#include <unistd.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/atomic_file.hpp"
#include "base/exit_code.hpp"
#include "ctl/file_store.hpp"
#include "ctl/look.hpp"
#include "ctl/network_manager_store.hpp"
#include "ctl/persist_report.hpp"
#include "ctl/persister.hpp"
#include "ctl/picture.hpp"
#include "ctl/processes.hpp"
#include "ctl/terminal.hpp"
#include "ctl/verdict.hpp"

namespace hnv::ctl {

namespace {

namespace fs = std::filesystem;
using checks::NetworkService;

int complain(const std::string& what, int code) {
  ctl::complain(what);
  return code;
}

base::Expected<std::set<std::string>> network_devices(const fs::path& sysfs) {
  std::set<std::string> names;
  std::error_code error;
  const fs::path folder = sysfs / "class/net";
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    names.insert(entry->path().filename());
  }
  if (error) return base::failure(base::from_errno("list", folder.native(), error.value()));
  return names;
}

// On SUSE the alias network.service says which service makes the network.
std::optional<NetworkService> enabled_service(const fs::path& root) {
  const auto target = base::read_link_name(root / "etc/systemd/system/network.service");
  if (target && *target == "wicked.service") return NetworkService::wicked;
  if (target && *target == "NetworkManager.service") return NetworkService::network_manager;
  return std::nullopt;
}

// What makes the network here. A tree that was copied from elsewhere has nothing that runs.
base::Expected<std::unique_ptr<ProfileStore>> open_store(const PersistOptions& options) {
  if (!options.root_named) {
    auto network_manager = NetworkManagerStore::connect(options.root);
    if (!network_manager) return base::failure(network_manager.error());
    if (*network_manager) return std::move(*network_manager);
    if (find_process(options.paths.procfs, {"NetworkManager"})) {
      return base::failure(base::Error{base::ErrorCode::unsupported, "change", "profiles",
                                       "NetworkManager runs and is not on the system bus, and what "
                                       "it has loaded must not be edited behind its back"});
    }
    if (find_process(options.paths.procfs, {"wickedd"})) {
      return std::make_unique<FileStore>(options.root, NetworkService::wicked);
    }
  }
  return std::make_unique<FileStore>(options.root, enabled_service(options.root));
}

// Those asked for; with none, those that have an SR-IOV slave or should have one.
bool is_meant(const BondReport& bond, const std::vector<std::string>& asked) {
  if (!asked.empty()) {
    return std::find(asked.begin(), asked.end(), bond.link.name) != asked.end();
  }
  return bond.managed || bond.sriov() != nullptr;
}

int persist(const PersistOptions& options, const Picture& picture) {
  const auto devices = network_devices(options.paths.sysfs);
  if (!devices) return complain(devices.error().to_string(), base::kExitFailure);
  auto store = open_store(options);
  if (!store) return complain(store.error().to_string(), base::kExitFailure);
  const auto what_goes_on = [&options] {
    return who_changes_bonds(options.paths.procfs, options.paths.dlpar_lock);
  };
  std::vector<PersistResult> results;
  for (const BondReport& bond : picture.bonds) {
    if (!is_meant(bond, options.bonds)) continue;
    results.push_back(persist_primary(
        bond, *devices, **store, PersistOrder{options.dry_run, options.replace}, what_goes_on));
  }
  const std::string bytes = options.json ? persist_json(results, options.dry_run)
                                         : persist_text(results, options.dry_run);
  return write_out(bytes) ? exit_code(results) : base::kExitFailure;
}

// A bond that is configured and does not exist has no slave whose name could be stored.
std::optional<std::string> absent_bond(const Picture& picture,
                                       const std::vector<std::string>& asked) {
  for (const std::string& name : asked) {
    const bool exists =
        std::any_of(picture.bonds.begin(), picture.bonds.end(),
                    [&name](const BondReport& bond) { return bond.link.name == name; });
    if (!exists) return name;
  }
  return std::nullopt;
}

}  // namespace

int run_persist(const PersistOptions& options) {
  if (!options.dry_run && ::geteuid() != 0) {
    return complain(
        "storing the primary needs root: sudo hnvctl persist (or see what would be "
        "done: hnvctl persist --dry-run)",
        base::kExitFailure);
  }
  auto config = find_config(options);
  if (!config) return complain(config.error().to_string(), base::kExitConfig);
  auto observer = Observer::open(options);
  if (!observer) return complain(observer.error().to_string(), base::kExitFailure);
  const auto picture = observer->look(std::move(*config));
  if (!picture) return complain(picture.error().to_string(), base::kExitFailure);
  if (const auto unknown = unknown_bond(*picture, options.bonds)) {
    return complain(*unknown, base::kExitUsage);
  }
  if (const auto absent = absent_bond(*picture, options.bonds)) {
    return complain("bond " + *absent + " does not exist now", base::kExitFailure);
  }
  return persist(options, *picture);
}

}  // namespace hnv::ctl
