// SPDX-License-Identifier: Apache-2.0
#include "hnv/config.hpp"

#include <net/if.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/atomic_file.hpp"
#include "hnv/yaml_reader.hpp"

namespace hnv {

namespace {

using base::Expected;
using base::failure;

constexpr std::size_t kLargestFile = std::size_t{1024} * 1024;
constexpr unsigned kMostSlaves = 32;
constexpr unsigned kMostMoves = 60;  // they are a minute apart

// dev_valid_name() of the kernel, as far as it matters for a name that someone typed.
bool is_interface_name(std::string_view name) {
  return !name.empty() && name.size() < IFNAMSIZ && name != "." && name != ".." &&
         name.find_first_of("/: \t\n") == std::string_view::npos;
}

std::string read_interface_name(YamlReader& reader, const YAML::Node& node,
                                const std::string& what) {
  std::string name = reader.text(node, what);
  if (!reader.error() && !is_interface_name(name)) {
    reader.fail(node,
                what + " is '" + name + "'; allowed: an interface name of at most 15 characters");
  }
  return name;
}

SriovSelector read_selector(YamlReader& reader, const YAML::Node& node, const std::string& what) {
  if (!reader.expect_map(node, what, {"device", "driver", "bus", "permanent_address"})) return {};
  if (node.size() != 1) {
    reader.fail(node, what + " has " + std::to_string(node.size()) +
                          " keys; allowed: exactly one of device, driver, bus, permanent_address");
    return {};
  }
  const std::string key = node.begin()->first.Scalar();
  const YAML::Node value = node.begin()->second;
  if (key == "device") return ByDevice{read_interface_name(reader, value, what + " device")};
  if (key == "driver") return ByDriver{reader.text(value, what + " driver")};
  if (key == "bus") return ByBus{reader.text(value, what + " bus")};
  const std::string text = reader.text(value, what + " permanent_address");
  const auto address = bond::MacAddress::parse(text);
  if (!reader.error() && !address) {
    reader.fail(value, what + " permanent_address is '" + text +
                           "'; allowed: six pairs of hex digits, such as 52:54:00:00:00:11");
  }
  return ByPermanentAddress{address.value_or(bond::MacAddress{})};
}

void read_migration(YamlReader& reader, const YAML::Node& node, MigrationTimes& times) {
  struct Key {
    std::string_view name;
    std::chrono::milliseconds MigrationTimes::*time;
  };
  static constexpr std::array kKeys = {
      Key{"settle", &MigrationTimes::settle},
      Key{"query_quiet", &MigrationTimes::query_quiet},
      Key{"hook_timeout", &MigrationTimes::hook_timeout},
      Key{"absent_timeout", &MigrationTimes::absent_timeout},
      Key{"restore_timeout", &MigrationTimes::restore_timeout},
      Key{"stuck_after", &MigrationTimes::stuck_after},
  };
  std::vector<std::string_view> allowed;
  allowed.reserve(kKeys.size());
  for (const Key& key : kKeys) allowed.push_back(key.name);
  if (!reader.expect_map(node, "migration", allowed)) return;
  for (const Key& key : kKeys) {
    const std::string name(key.name);
    if (const YAML::Node value = YamlReader::child(node, name)) {
      times.*key.time = reader.duration(value, "migration " + name, kLongestWait);
    }
  }
}

bool read_flag(YamlReader& reader, const YAML::Node& node, const std::string& what) {
  const std::string text = reader.text(node, what);
  if (!reader.error() && text != "true" && text != "false") {
    reader.fail(node, what + " is '" + text + "'; allowed: true, false");
  }
  return text == "true";
}

struct BondFlag {
  std::string_view name;
  bool BondConfig::*flag;
};
constexpr std::array kBondFlags = {
    BondFlag{"ignore", &BondConfig::ignore},
    BondFlag{"damping", &BondConfig::damping},
    BondFlag{"fast_failover", &BondConfig::fast_failover},
};

void read_fast_failover_delay(YamlReader& reader, const YAML::Node& node, BondConfig& bond) {
  constexpr std::chrono::seconds kLongestDelay{1};  // any tick of miimon has come by then
  const std::string what = "fast_failover_delay of bond '" + bond.name + "'";
  bond.fast_failover_delay = reader.duration(node, what, kLongestDelay);
  if (!reader.error() && !bond.fast_failover) {
    reader.fail(node, what + " without fast_failover; required: fast_failover: true");
  }
}

constexpr unsigned kMostPathProbes = 100;

// The addresses that no neighbour answers for.
bool is_askable(const IpAddress& address) {
  if (address == IpAddress{address.family}) return false;
  if (address.family == IpAddress::Family::v4) {
    return address.bytes[0] != 0 && address.bytes[0] != 127 && address.bytes[0] < 224;
  }
  const bool loopback = address == IpAddress::parse("::1");
  const bool v4_mapped = address.to_string().starts_with("::ffff:");
  return address.bytes[0] != 0xff && !loopback && !v4_mapped;
}

void read_path_targets(YamlReader& reader, const YAML::Node& node, const std::string& of_bond,
                       PathConfig& path) {
  const std::string what = "path targets" + of_bond;
  if (!reader.expect_sequence(node, what)) return;
  if (node.size() == 0 || node.size() > kMostPathTargets) {
    reader.fail(node, what + " are " + std::to_string(node.size()) + "; allowed: 1 to " +
                          std::to_string(kMostPathTargets) +
                          ", or no targets for the default gateway");
    return;
  }
  path.targets.reserve(node.size());
  for (const YAML::Node& entry : node) {
    const std::string text = reader.text(entry, "a path target" + of_bond);
    if (reader.error()) return;
    const auto address = IpAddress::parse(text);
    if (!address || !is_askable(*address)) {
      std::string problem = "a path target";
      problem.append(of_bond).append(" is '").append(text).append(
          "'; allowed: the IPv4 or IPv6 address of a neighbour, no multicast, broadcast, loopback "
          "or unspecified one");
      reader.fail(entry, problem);
      return;
    }
    if (std::find(path.targets.begin(), path.targets.end(), *address) != path.targets.end()) {
      std::string problem = "path target '";
      problem.append(text).append("'").append(of_bond).append(" stands twice; allowed: once");
      reader.fail(entry, problem);
      return;
    }
    path.targets.push_back(*address);
  }
}

PathConfig read_path(YamlReader& reader, const YAML::Node& node, const std::string& of_bond) {
  PathConfig path;
  if (!reader.expect_map(node, "path" + of_bond,
                         {"targets", "interval", "dead_after", "alive_after"})) {
    return path;
  }
  if (const YAML::Node targets = YamlReader::child(node, "targets")) {
    read_path_targets(reader, targets, of_bond, path);
  }
  if (const YAML::Node interval = YamlReader::child(node, "interval")) {
    path.interval = reader.duration(interval, "path interval" + of_bond, kLongestPathInterval);
    if (!reader.error() && path.interval < kShortestPathInterval) {
      reader.fail(interval, "path interval" + of_bond + " is '" + interval.Scalar() +
                                "'; allowed: 200ms to 1m");
    }
  }
  if (const YAML::Node count = YamlReader::child(node, "dead_after")) {
    path.dead_after = reader.number(count, "path dead_after" + of_bond, 2, kMostPathProbes);
  }
  if (const YAML::Node count = YamlReader::child(node, "alive_after")) {
    path.alive_after = reader.number(count, "path alive_after" + of_bond, 1, kMostPathProbes);
  }
  return path;
}

void read_bond_path(YamlReader& reader, const YAML::Node& node, BondConfig& bond) {
  const std::string of_bond = " of bond '" + bond.name + "'";
  if (const YAML::Node path = YamlReader::child(node, "path")) {
    bond.path = read_path(reader, path, of_bond);
  }
  if (const YAML::Node act = YamlReader::child(node, "act_on_path")) {
    bond.act_on_path = read_flag(reader, act, "act_on_path" + of_bond);
    if (!reader.error() && !bond.path) {
      reader.fail(act, "act_on_path" + of_bond + " without path; required: path: {}");
    }
  }
}

BondConfig read_bond(YamlReader& reader, const YAML::Node& node) {
  BondConfig bond;
  if (!reader.expect_map(node, "a bond",
                         {"name", "sriov", "expected_slaves", "ignore", "damping", "fast_failover",
                          "fast_failover_delay", "path", "act_on_path"})) {
    return bond;
  }
  const YAML::Node name = YamlReader::child(node, "name");
  if (!name) {
    reader.fail(
        node,
        "a bond without name; required: name, and sriov where the platform names no SR-IOV slave");
    return bond;
  }
  bond.name = read_interface_name(reader, name, "the name of a bond");
  const std::string of_bond = " of bond '" + bond.name + "'";
  for (const BondFlag& flag : kBondFlags) {
    const std::string key(flag.name);
    if (const YAML::Node value = YamlReader::child(node, key)) {
      bond.*flag.flag = read_flag(reader, value, key + of_bond);
    }
  }
  if (const YAML::Node sriov = YamlReader::child(node, "sriov")) {
    bond.sriov = read_selector(reader, sriov, "sriov" + of_bond);
  }
  if (bond.ignore && node.size() > 2) {
    reader.fail(node,
                "bond '" + bond.name + "' is ignored and has other keys; allowed: name and ignore");
  }
  if (const YAML::Node expected = YamlReader::child(node, "expected_slaves")) {
    bond.expected_slaves = reader.number(expected, "expected_slaves" + of_bond, 1, kMostSlaves);
  }
  if (const YAML::Node delay = YamlReader::child(node, "fast_failover_delay")) {
    read_fast_failover_delay(reader, delay, bond);
  }
  read_bond_path(reader, node, bond);
  return bond;
}

void read_bonds(YamlReader& reader, const YAML::Node& node, Config& config) {
  if (!reader.expect_sequence(node, "bonds")) return;
  std::set<std::string> names;
  for (const YAML::Node& entry : node) {
    BondConfig bond = read_bond(reader, entry);
    if (reader.error()) return;
    if (!names.insert(bond.name).second) {
      reader.fail(entry, "bond '" + bond.name + "' stands twice; allowed: once");
      return;
    }
    config.bonds.push_back(std::move(bond));
  }
}

}  // namespace

const BondConfig* Config::bond(std::string_view name) const {
  const auto found = std::find_if(bonds.begin(), bonds.end(),
                                  [name](const BondConfig& bond) { return bond.name == name; });
  return found != bonds.end() ? &*found : nullptr;
}

bool Config::expects(std::string_view name) const {
  const BondConfig* named = bond(name);
  return named != nullptr && !named->ignore;
}

Expected<Config> parse_config(std::string_view yaml, const std::string& file) {
  auto opened = YamlReader::open(yaml, file);
  if (!opened) return failure(opened.error());
  YamlReader& reader = *opened;
  Config config;
  const YAML::Node& root = reader.root();
  // An empty file is a valid one: all defaults.
  if (!root.IsDefined() || root.IsNull()) return config;
  if (reader.expect_map(root, "the file",
                        {"mode", "hold_down", "settle", "fast_failover_hold", "moves_per_hour",
                         "migration", "bonds"})) {
    if (const YAML::Node mode = YamlReader::child(root, "mode")) {
      const std::string text = reader.text(mode, "mode");
      const auto value = base::value_of<Mode>(text);
      if (!value) {
        reader.fail(mode, "mode is '" + text + "'; allowed: " + base::list_of_names<Mode>());
      }
      config.mode = value.value_or(config.mode);
    }
    if (const YAML::Node node = YamlReader::child(root, "hold_down")) {
      config.hold_down = reader.duration(node, "hold_down", kLongestWait);
    }
    if (const YAML::Node node = YamlReader::child(root, "settle")) {
      config.settle = reader.duration(node, "settle", kLongestWait);
    }
    if (const YAML::Node node = YamlReader::child(root, "fast_failover_hold")) {
      config.fast_failover_hold = reader.duration(node, "fast_failover_hold", kLongestWait);
    }
    if (const YAML::Node node = YamlReader::child(root, "moves_per_hour")) {
      config.moves_per_hour = reader.number(node, "moves_per_hour", 1, kMostMoves);
    }
    if (const YAML::Node node = YamlReader::child(root, "migration")) {
      read_migration(reader, node, config.migration);
    }
    if (const YAML::Node node = YamlReader::child(root, "bonds")) read_bonds(reader, node, config);
  }
  if (reader.error()) return failure(*reader.error());
  return config;
}

Expected<Config> read_config(const std::string& file) {
  auto text = base::read_file(file, kLargestFile);
  if (!text) return failure(text.error());
  return parse_config(*text, file);
}

std::string to_string(const SriovSelector& selector) {
  struct Words {
    std::string operator()(const ByDevice& by) const { return "device " + by.name; }
    std::string operator()(const ByDriver& by) const { return "driver " + by.driver; }
    std::string operator()(const ByBus& by) const { return "bus " + by.bus; }
    std::string operator()(const ByPermanentAddress& by) const {
      return "permanent_address " + by.address.to_string();
    }
  };
  return std::visit(Words{}, selector);
}

}  // namespace hnv
