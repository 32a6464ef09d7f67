// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "checks/doctor/network_facts.hpp"
#include "checks/keyfile.hpp"
#include "checks/shell_assignments.hpp"

namespace hnv::checks {

namespace {

// The first of several spellings that says something.
std::string first_of(const Keyfile& file, std::string_view group,
                     std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys) {
    if (std::string value = file.value(group, key); !value.empty()) return value;
  }
  return {};
}

std::optional<Connection> parse_keyfile_connection(const ProfileFile& source) {
  const Keyfile file = parse_keyfile(source.text);
  if (file.value("connection", "type").empty()) return std::nullopt;
  Connection found;
  found.file = source.file;
  found.id = file.value("connection", "id");
  found.interface = file.value("connection", "interface-name");
  found.controller = first_of(file, "connection", {"controller", "master"});
  found.is_bond = file.value("connection", "type") == "bond";
  found.from_installer =
      file.value("user", "org.freedesktop.NetworkManager.origin") == "nm-initrd-generator";
  return found;
}

std::string value_of(const std::vector<Assignment>& assignments,
                     std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    const Assignment* found = find_assignment(assignments, name);
    if (found != nullptr && !found->value.empty()) return found->value;
  }
  return {};
}

std::optional<Connection> parse_ifcfg_connection(const ProfileFile& source) {
  constexpr std::string_view kPrefix = "ifcfg-";
  const std::string name = source.file.filename();
  if (name.size() <= kPrefix.size()) return std::nullopt;
  const auto assignments = parse_assignments(source.text);
  Connection found;
  found.format = source.format;
  found.file = source.file;
  found.id = name;
  found.interface = name.substr(kPrefix.size());
  if (source.format == ProfileFormat::ifcfg_rh) {
    if (std::string id = value_of(assignments, {"NAME"}); !id.empty()) found.id = id;
    if (std::string device = value_of(assignments, {"DEVICE"}); !device.empty()) {
      found.interface = device;
    }
    found.controller =
        value_of(assignments, {"MASTER", "MASTER_UUID", "CONTROLLER", "CONTROLLER_UUID"});
  }
  found.is_bond = parse_profile(source.format, source.file, source.text).has_value();
  for (const Assignment& assignment : assignments) {
    if (assignment.name.rfind("BONDING_SLAVE", 0) == 0) {
      found.controlled.push_back(assignment.value);
    }
  }
  return found;
}

}  // namespace

std::optional<Connection> parse_connection(const ProfileFile& file) {
  return file.format == ProfileFormat::keyfile ? parse_keyfile_connection(file)
                                               : parse_ifcfg_connection(file);
}

base::Expected<Profiles> read_profiles(const Tree& tree) {
  const ProfileFiles found = read_profile_files(tree);
  Profiles profiles;
  profiles.bonds = bond_profiles(found);
  for (const ProfileFile& file : found.files) {
    if (auto connection = parse_connection(file)) {
      profiles.connections.push_back(std::move(*connection));
    }
  }
  // wicked tells slaves by the bond's file; theirs name no controller.
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const Connection& bond : profiles.connections) {
    for (const std::string& slave : bond.controlled) pairs.emplace_back(slave, bond.interface);
  }
  for (Connection& connection : profiles.connections) {
    if (connection.format != ProfileFormat::wicked) continue;
    for (const auto& [slave, bond] : pairs) {
      if (connection.interface == slave) connection.controller = bond;
    }
  }
  if (found.files.empty() && found.unreadable.empty() && !tree.exists("/etc/NetworkManager") &&
      !tree.exists("/etc/sysconfig")) {
    return base::failure(not_in_copy("/etc/NetworkManager/system-connections and /etc/sysconfig"));
  }
  return profiles;
}

}  // namespace hnv::checks
