// SPDX-License-Identifier: Apache-2.0
#include "hnv/device_facts.hpp"

#include <fcntl.h>

#include <utility>
#include <vector>

#include "base/atomic_file.hpp"
#include "base/unique_fd.hpp"
#include "hnv/property.hpp"

namespace hnv {

namespace {

namespace fs = std::filesystem;

std::string read_text(const fs::path& file) {
  return parse_text(read_property(file).value_or(""));
}

// of_node leads to /sys/firmware/devicetree/base, and so does /proc/device-tree; but a container
// that sees both under other roots (--path.sysfs=/host/sys) resolves them to different places.
std::string path_below_root(const fs::path& node, const fs::path& root) {
  std::error_code error;
  const std::string top = fs::canonical(root, error).native() + "/";
  const std::string& path = node.native();
  if (!error && path.starts_with(top)) return path.substr(top.size());
  constexpr std::string_view kBase = "/firmware/devicetree/base/";
  const auto base = path.find(kBase);
  return base != std::string::npos ? path.substr(base + kBase.size()) : std::string();
}

struct FoundNode {
  NodeSource source = NodeSource::none;
  fs::path folder;
  std::string path;
};

FoundNode find_node(const Paths& paths, const fs::path& device) {
  std::error_code error;
  const fs::path linked = fs::canonical(device / "of_node", error);
  if (!error) return {NodeSource::of_node, linked, path_below_root(linked, paths.devicetree)};
  const std::string path = read_text(device / "devspec");
  // Only an absolute path without steps upwards names a node.
  if (path.empty() || path.front() != '/' || path.find("..") != std::string::npos) return {};
  return {NodeSource::devspec, paths.devicetree / path.substr(1), path.substr(1)};
}

void read_facts_of_node(const FoundNode& found, DeviceFacts& facts) {
  const base::UniqueFd folder(::open(found.folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return;
  std::vector<std::string> problems;  // the scan of the tree tells them
  NodeProperties properties = read_node(folder.get(), problems);
  facts.node_source = found.source;
  facts.node = found.path;
  facts.node_type = node_type_of(found.path);
  facts.hcn_id = properties.hcn_id;
  facts.hcn_mode = properties.mode;
  facts.location = std::move(properties.location);
  facts.drc_index = properties.drc_index;
  if (facts.node_type == NodeType::pci) {
    const auto index = read_property(found.folder.parent_path() / "ibm,my-drc-index");
    facts.drc_index = index ? parse_cell(*index) : std::nullopt;
  }
}

// The last resort, for a device without a folder in our sysfs. The present address would name the
// wrong node: fail_over_mac=follow swaps them.
void find_by_address(const Paths& paths, const bond::Link& link, DeviceFacts& facts) {
  const auto address = bond::permanent_address_of(link);
  if (!address) return;
  DeviceTreeScan scan = scan_device_tree(paths.devicetree);
  HnvNode* match = nullptr;
  for (HnvNode& node : scan.nodes) {
    if (node.local_address != address) continue;
    if (match != nullptr) return;
    match = &node;
  }
  if (match == nullptr) return;
  facts.node_source = NodeSource::address;
  facts.node = std::move(match->path);
  facts.node_type = match->type;
  facts.hcn_id = match->hcn_id;
  facts.hcn_mode = match->mode;
  facts.drc_index = match->drc_index;
  facts.location = std::move(match->location);
}

}  // namespace

DeviceFacts read_device_facts(const Paths& paths, const bond::Link& link) {
  const fs::path device = paths.sysfs / "class/net" / link.name / "device";
  DeviceFacts facts;
  facts.driver = base::read_link_name(device / "driver").value_or("");
  facts.bus = base::read_link_name(device / "subsystem").value_or("");
  if (facts.bus.empty()) {
    facts.bus = link.parent_bus;
    facts.bus_from_message = !facts.bus.empty();
  }
  const FoundNode found = find_node(paths, device);
  if (found.source != NodeSource::none) read_facts_of_node(found, facts);
  if (facts.node_source == NodeSource::none) find_by_address(paths, link, facts);
  return facts;
}

bool DeviceFactsCache::Entry::is_valid(const bond::Link& now_seen, base::BootTime now) const {
  if (link.name != now_seen.name) return false;  // another name is another folder of sysfs
  if (is_final) return true;
  const bool changed = link.admin_up != now_seen.admin_up || link.lower_up != now_seen.lower_up ||
                       link.running != now_seen.running ||
                       link.carrier_changes != now_seen.carrier_changes;
  return !changed && now - read_at < kReread;
}

DeviceFactsCache::DeviceFactsCache(const Paths& paths)
    : read_([paths](const bond::Link& link) { return read_device_facts(paths, link); }) {
  std::error_code ignored;
  has_tree_ = fs::exists(paths.devicetree, ignored);
}

const DeviceFacts& DeviceFactsCache::facts_of(const bond::Link& link, base::BootTime now) {
  const auto found = entries_.find(link.index);
  if (found != entries_.end() && found->second.is_valid(link, now)) {
    found->second.used = true;
    return found->second.facts;
  }
  Entry entry;
  entry.link.name = link.name;
  entry.link.admin_up = link.admin_up;
  entry.link.lower_up = link.lower_up;
  entry.link.running = link.running;
  entry.link.carrier_changes = link.carrier_changes;
  entry.facts = read_(link);
  entry.read_at = now;
  entry.is_final = entry.facts.hcn_id || !has_tree_;
  return entries_.insert_or_assign(link.index, std::move(entry)).first->second.facts;
}

void DeviceFactsCache::drop_unused() {
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    const bool used = std::exchange(entry->second.used, false);
    entry = used ? std::next(entry) : entries_.erase(entry);
  }
}

}  // namespace hnv
