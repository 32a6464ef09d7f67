// SPDX-License-Identifier: Apache-2.0
#include "checks/doctor/platform_facts.hpp"

#include <algorithm>
#include <charconv>

#include "checks/shell_assignments.hpp"
#include "hnv/property.hpp"

namespace hnv::checks {

namespace {

namespace fs = std::filesystem;

std::string value_of(const std::vector<Assignment>& assignments, std::string_view name) {
  const Assignment* found = find_assignment(assignments, name);
  return found != nullptr ? found->value : std::string();
}

unsigned number_at(std::string_view text) {
  unsigned number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// The device tree's entries; a tree without one is an error, because then nothing can be said.
base::Expected<std::vector<std::string>> nodes_of(const Tree& tree, const fs::path& folder) {
  auto names = tree.list(folder.empty() ? fs::path(kDeviceTree) : fs::path(kDeviceTree) / folder);
  if (names || folder.empty() || names.error().code != base::ErrorCode::not_found) return names;
  const auto root = tree.list(kDeviceTree);
  if (!root) return base::failure(root.error());
  return std::vector<std::string>{};
}

unsigned count_beginning(const std::vector<std::string>& names, std::string_view start) {
  return static_cast<unsigned>(
      std::count_if(names.begin(), names.end(),
                    [start](const std::string& name) { return name.starts_with(start); }));
}

}  // namespace

base::Expected<std::string> read_platform(const Tree& tree) {
  const auto text = tree.read("/proc/cpuinfo", 4 * Tree::kLargestText);
  if (!text) return base::failure(text.error());
  constexpr std::string_view kKey = "platform";
  for (std::size_t at = text->find(kKey); at != std::string::npos; at = text->find(kKey, at + 1)) {
    if (at != 0 && (*text)[at - 1] != '\n') continue;
    const std::size_t end = std::min(text->find('\n', at), text->size());
    const std::string_view line = std::string_view(*text).substr(at, end - at);
    const std::size_t colon = line.find(": ");
    if (colon == std::string_view::npos) continue;
    return parse_text(line.substr(colon + 2));
  }
  return std::string();
}

Distribution parse_distribution(std::string_view os_release) {
  const auto assignments = parse_assignments(os_release);
  Distribution found;
  const std::string id = value_of(assignments, "ID");
  const std::string like = " " + value_of(assignments, "ID_LIKE") + " ";
  const std::string version = value_of(assignments, "VERSION_ID");
  found.name = parse_text(value_of(assignments, "PRETTY_NAME"));
  if (found.name.empty()) found.name = parse_text(id + " " + version);
  if (id == "rhel" || like.find(" rhel ") != std::string::npos) {
    found.family = Family::red_hat;
  } else if (id == "sles" || id == "sled" || id == "sles_sap" ||
             like.find(" suse ") != std::string::npos) {
    found.family = Family::suse;
  }
  found.major = number_at(version);
  const std::size_t dot = version.find('.');
  if (dot != std::string::npos) found.minor = number_at(std::string_view(version).substr(dot + 1));
  return found;
}

base::Expected<Distribution> read_distribution(const Tree& tree) {
  auto text = tree.read("/etc/os-release");
  if (!text) text = tree.read("/usr/lib/os-release");
  if (!text) return base::failure(text.error());
  return parse_distribution(*text);
}

base::Expected<std::string> read_firmware(const Tree& tree) {
  const auto bytes =
      tree.read(std::string(kDeviceTree) + "/openprom/ibm,fw-vernum_encoded", kLargestProperty);
  if (!bytes) return base::failure(bytes.error());
  return parse_text(*bytes);
}

base::Expected<DeviceTreeScan> read_device_tree(const Tree& tree) {
  if (const auto there = tree.list(kDeviceTree); !there) return base::failure(there.error());
  const auto place = tree.locate(kDeviceTree);
  if (!place) return base::failure(place.error());
  return scan_device_tree(*place);
}

base::Expected<unsigned> count_vnics(const Tree& tree) {
  const auto names = nodes_of(tree, "vdevice");
  if (!names) return base::failure(names.error());
  return count_beginning(*names, "vnic@");
}

base::Expected<unsigned> count_persistent_memories(const Tree& tree) {
  // An empty container is in every device tree; only its children are volumes.
  const auto names = nodes_of(tree, "ibm,persistent-memory");
  if (!names) return base::failure(names.error());
  return count_beginning(*names, "ibm,pmemory@");
}

base::Expected<unsigned> count_plain_ports(const Tree& tree) {
  const auto bridges = nodes_of(tree, "");
  if (!bridges) return base::failure(bridges.error());
  unsigned count = 0;
  for (const std::string& bridge : *bridges) {
    if (!bridge.starts_with("pci@")) continue;
    const auto nodes = nodes_of(tree, bridge);
    if (!nodes) return base::failure(nodes.error());
    for (const std::string& node : *nodes) {
      const fs::path place = fs::path(kDeviceTree) / bridge / node;
      if (node.starts_with("ethernet@") && !tree.exists(place / "ibm,hcn-id")) ++count;
    }
  }
  return count;
}

base::Expected<bool> read_migratable(const Tree& tree) {
  const auto names = nodes_of(tree, "");
  if (!names) return base::failure(names.error());
  return std::find(names->begin(), names->end(), "ibm,migratable-partition") != names->end();
}

base::Expected<bool> read_bonding_module(const Tree& tree) {
  for (const char* sign :
       {"/sys/module/bonding", "/sys/class/net/bonding_masters", "/proc/net/bonding"}) {
    if (tree.exists(sign)) return true;
  }
  if (const auto lines = tree.read("/proc/modules"); lines) {
    return lines->starts_with("bonding ") || lines->find("\nbonding ") != std::string::npos;
  }
  if (tree.exists("/sys/module")) return false;
  return base::failure(not_in_copy("/proc/modules and /sys/module"));
}

base::Expected<std::set<std::string>> read_hcnmgr_states(const Tree& tree) {
  const auto names = tree.list(kHcnmgrStates);
  if (!names && names.error().code == base::ErrorCode::not_found) return std::set<std::string>{};
  if (!names) return base::failure(names.error());
  return std::set<std::string>(names->begin(), names->end());
}

base::Expected<LogFile> read_hcnmgr_log(const Tree& tree) {
  const auto size = tree.size(kHcnmgrLog);
  if (!size) return base::failure(size.error());
  constexpr std::size_t kEnd = std::size_t{64} * 1024;
  const auto text = tree.read_end(kHcnmgrLog, kEnd);
  if (!text) return base::failure(text.error());
  LogFile log{*size, {}};
  const std::size_t at = text->rfind(":error code ");
  if (at != std::string::npos) {
    const std::size_t before = text->rfind('\n', at);
    const std::size_t begin = before == std::string::npos ? 0 : before + 1;
    log.last_error = parse_text(std::string_view(*text).substr(begin));
  }
  return log;
}

}  // namespace hnv::checks
