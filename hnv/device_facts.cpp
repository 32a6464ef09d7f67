// SPDX-License-Identifier: Apache-2.0
#include "hnv/device_facts.hpp"

#include <utility>

#include "base/atomic_file.hpp"

namespace hnv {

namespace {

constexpr std::size_t kLargestProperty = 4096;

// Properties that are text end in NUL; devspec ends in a newline on some kernels.
std::string read_text(const std::filesystem::path& path) {
  std::string text = base::read_file(path, kLargestProperty).value_or("");
  if (const auto end = text.find_first_of(std::string_view("\0\n", 2)); end != std::string::npos) {
    text.resize(end);
  }
  return text;
}

// The device's node: the of_node link where the kernel makes one, else the path that devspec names.
std::filesystem::path device_node(const Paths& paths, const std::filesystem::path& device) {
  std::error_code error;
  if (std::filesystem::exists(device / "of_node", error)) return device / "of_node";
  const std::string path = read_text(device / "devspec");
  // Only an absolute path without steps upwards names a node.
  if (path.empty() || path.front() != '/' || path.find("..") != std::string::npos) return {};
  return paths.devicetree / path.substr(1);
}

std::optional<HcnId> read_hcn_id(const std::filesystem::path& node) {
  const auto bytes = base::read_file(node / "ibm,hcn-id", kLargestProperty);
  constexpr std::size_t kIdSize = 4;
  if (!bytes || bytes->size() < kIdSize) return std::nullopt;
  HcnId id;
  for (std::size_t index = 0; index < kIdSize; ++index) {
    id.value = id.value << 8U | static_cast<std::uint8_t>((*bytes)[index]);
  }
  return id;
}

}  // namespace

DeviceFacts read_device_facts(const Paths& paths, const bond::Link& link) {
  const std::filesystem::path device = paths.sysfs / "class/net" / link.name / "device";
  DeviceFacts facts;
  facts.driver = base::read_link_name(device / "driver").value_or("");
  facts.bus = base::read_link_name(device / "subsystem").value_or(link.parent_bus);
  const std::filesystem::path node = device_node(paths, device);
  if (node.empty()) return facts;
  facts.location = read_text(node / "ibm,loc-code");
  facts.hcn_id = read_hcn_id(node);
  return facts;
}

const DeviceFacts& DeviceFactsCache::facts_of(const bond::Link& link) {
  const auto found = entries_.find(link.index);
  if (found != entries_.end() && found->second.name == link.name) {
    found->second.used = true;
    return found->second.facts;
  }
  const auto [entry, added] = entries_.insert_or_assign(
      link.index, Entry{link.name, read_device_facts(paths_, link), true});
  return entry->second.facts;
}

void DeviceFactsCache::drop_unused() {
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    const bool used = std::exchange(entry->second.used, false);
    entry = used ? std::next(entry) : entries_.erase(entry);
  }
}

}  // namespace hnv
