// SPDX-License-Identifier: Apache-2.0
#include "hnv/device_facts.hpp"

#include <fcntl.h>

#include <algorithm>
#include <utility>

#include "base/atomic_file.hpp"
#include "base/unique_fd.hpp"
#include "hnv/property.hpp"

namespace hnv {

namespace {

namespace fs = std::filesystem;

// Below which the kernel shows the device tree in sysfs (drivers/of/kobj.c).
constexpr std::string_view kSysfsTree = "/devicetree/base/";

// "/sys/firmware/devicetree/base/vdevice/l-lan@30000003" -> "vdevice/l-lan@30000003".
std::string path_below(const fs::path& root, const std::string& node) {
  if (const auto at = node.find(kSysfsTree); at != std::string::npos) {
    return node.substr(at + kSysfsTree.size());
  }
  std::error_code error;
  const std::string base = fs::canonical(root, error).native() + "/";
  return !error && node.starts_with(base) ? node.substr(base.size()) : std::string();
}

std::string linked_node(const Paths& paths, const fs::path& device) {
  std::error_code error;
  const fs::path node = fs::canonical(device / "of_node", error);
  return error ? std::string() : path_below(paths.devicetree, node.native());
}

std::string node_in_devspec(const fs::path& device) {
  const std::string path = parse_text(read_property(device / "devspec").value_or(""));
  // Only an absolute path without steps upwards names a node.
  if (path.size() < 2 || path.front() != '/' || path.find("..") != std::string::npos) return {};
  return path.substr(1);
}

std::string node_with_address(const Paths& paths, const bond::Link& link) {
  const auto address = bond::permanent_address_of(link);
  if (!address) return {};
  std::string found;
  for (const HnvNode& node : scan_device_tree(paths.devicetree).nodes) {
    if (node.local_address != address) continue;
    if (!found.empty()) return {};  // two: no answer
    found = node.path;
  }
  return found;
}

std::string find_node(const Paths& paths, const fs::path& device, const bond::Link& link) {
  std::string node = linked_node(paths, device);
  if (node.empty()) node = node_in_devspec(device);
  if (node.empty()) node = node_with_address(paths, link);
  return node;
}

NodeProperties properties_of(const fs::path& node) {
  const base::UniqueFd folder(::open(node.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return {};
  std::vector<std::string> problems;  // told by whoever scans the tree
  return read_node(folder.get(), problems);
}

}  // namespace

DeviceFacts read_device_facts(const Paths& paths, const bond::Link& link) {
  const fs::path device = paths.sysfs / "class/net" / link.name / "device";
  DeviceFacts facts;
  facts.driver = base::read_link_name(device / "driver").value_or("");
  facts.bus = base::read_link_name(device / "subsystem").value_or(link.parent_bus);
  facts.node = find_node(paths, device, link);
  if (facts.node.empty()) return facts;
  const fs::path node = paths.devicetree / facts.node;
  NodeProperties properties = properties_of(node);
  facts.location = std::move(properties.location);
  facts.hcn_id = properties.hcn_id;
  facts.hcn_mode = properties.mode;
  facts.node_type = node_type_of(facts.node);
  facts.drc_index = properties.drc_index;
  if (facts.node_type == NodeType::pci) {
    facts.drc_index = properties_of(node.parent_path()).drc_index;
  }
  return facts;
}

DeviceFactsCache::DeviceFactsCache(const Paths& paths)
    : read_([paths](const bond::Link& link) { return read_device_facts(paths, link); }) {
  std::error_code error;
  may_be_late_ = fs::exists(paths.devicetree, error);
}

const DeviceFacts& DeviceFactsCache::facts_of(const bond::Link& link) {
  const Occasion occasion{link.admin_up, link.master, link.carrier_changes};
  const auto found = entries_.find(link.index);
  if (found != entries_.end() && found->second.name == link.name) {
    Entry& entry = found->second;
    const bool is_late = may_be_late_ && !entry.facts.hcn_id && entry.occasion != occasion;
    if (!is_late) {
      entry.used = true;
      return entry.facts;
    }
  }
  const auto [entry, added] =
      entries_.insert_or_assign(link.index, Entry{link.name, occasion, read_(link), true});
  return entry->second.facts;
}

void DeviceFactsCache::drop_unused() {
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    const bool used = std::exchange(entry->second.used, false);
    entry = used ? std::next(entry) : entries_.erase(entry);
  }
}

}  // namespace hnv
