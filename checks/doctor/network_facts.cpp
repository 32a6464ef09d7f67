// SPDX-License-Identifier: Apache-2.0
#include "checks/doctor/network_facts.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

#include "checks/doctor/platform_facts.hpp"
#include "hnv/property.hpp"

namespace hnv::checks {

namespace {

namespace fs = std::filesystem;

constexpr const char* kNet = "/sys/class/net";

std::string text_in(const Tree& tree, const fs::path& file) {
  constexpr std::size_t kLimit = 4096;
  return parse_text(tree.read(file, kLimit).value_or(std::string()));
}

// "vdevice/vnic@30000006" of "../../../firmware/devicetree/base/vdevice/vnic@30000006".
std::string node_below(std::string_view target) {
  for (const std::string_view root : {"devicetree/base/", "device-tree/"}) {
    const std::size_t at = target.find(root);
    if (at != std::string_view::npos) return std::string(target.substr(at + root.size()));
  }
  return {};
}

std::string node_of(const Tree& tree, const fs::path& device) {
  if (const auto link = tree.link(device / "of_node"); link) {
    if (std::string node = node_below(*link); !node.empty()) return node;
  }
  const std::string text = text_in(tree, device / "devspec");
  return text.empty() || text == "(null)" ? std::string() : fs::path(text).relative_path().native();
}

std::optional<unsigned> to_number(std::string_view text) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end == text.data()) return std::nullopt;
  return number;
}

std::optional<std::chrono::milliseconds> to_milliseconds(std::string_view text) {
  const auto number = to_number(text);
  if (!number) return std::nullopt;
  return std::chrono::milliseconds(*number);
}

bond::BondMode mode_of(std::string_view text) {
  const auto is = [text](std::string_view word) { return text.find(word) != text.npos; };
  if (is("active-backup")) return bond::BondMode::active_backup;
  if (is("802.3ad")) return bond::BondMode::lacp;
  if (is("(xor)")) return bond::BondMode::balance_xor;
  if (is("(broadcast)")) return bond::BondMode::broadcast;
  if (is("transmit load")) return bond::BondMode::balance_tlb;
  if (is("adaptive load")) return bond::BondMode::balance_alb;
  return bond::BondMode::balance_rr;
}

bond::FailOverMac fail_over_mac_of(std::string_view text) {
  if (text.find("fail_over_mac follow") != text.npos) return bond::FailOverMac::follow;
  if (text.find("fail_over_mac active") != text.npos) return bond::FailOverMac::active;
  return bond::FailOverMac::none;
}

bond::PrimaryReselect reselect_of(std::string_view text) {
  if (text.find("primary_reselect failure") != text.npos) return bond::PrimaryReselect::failure;
  if (text.find("primary_reselect better") != text.npos) return bond::PrimaryReselect::better;
  return bond::PrimaryReselect::always;
}

// What the kernel prints in bond_info_show_master() and bond_info_show_slave().
class BondFile {
 public:
  BondFile(const std::string& name, unsigned first_index) : next_index_(first_index) {
    links_.push_back(new_link(name));
    links_.front().bond.emplace().fail_over_mac = bond::FailOverMac::none;
  }

  void take(std::string_view line) {
    const std::size_t colon = line.find(": ");
    if (colon == std::string_view::npos) return;
    const std::string_view key = line.substr(0, colon);
    const std::string_view value = line.substr(colon + 2);
    if (key == "Slave Interface") {
      add_slave(std::string(value));
    } else if (links_.size() > 1) {
      take_of_slave(key, value);
    } else {
      take_of_bond(key, value);
    }
  }

  std::vector<bond::Link> links() {
    for (const bond::Link& link : links_) {
      bond::BondInfo& info = *links_.front().bond;
      if (!link.slave) continue;
      if (link.name == primary_) info.primary = link.index;
      if (link.name == active_) info.active_slave = link.index;
    }
    return std::move(links_);
  }

 private:
  bond::Link new_link(const std::string& name) {
    bond::Link link;
    link.index = bond::IfIndex{next_index_++};
    link.name = name;
    return link;
  }

  void add_slave(const std::string& name) {
    bond::Link link = new_link(name);
    link.master = links_.front().index;
    link.slave_kind = "bond";
    link.slave.emplace();
    links_.push_back(std::move(link));
  }

  void take_of_bond(std::string_view key, std::string_view value) {
    bond::BondInfo& info = *links_.front().bond;
    if (key == "Bonding Mode") {
      info.mode = mode_of(value);
      info.fail_over_mac = fail_over_mac_of(value);
    } else if (key == "Primary Slave") {
      primary_ = value.substr(0, value.find(' '));
      info.primary_reselect = reselect_of(value);
    } else if (key == "Currently Active Slave") {
      active_ = value;
    } else if (key == "MII Status") {
      links_.front().admin_up = value == "up";
    } else if (key == "MII Polling Interval (ms)") {
      info.miimon = to_milliseconds(value);
    } else if (key == "ARP Polling Interval (ms)") {
      info.arp_interval = to_milliseconds(value);
    }
  }

  void take_of_slave(std::string_view key, std::string_view value) {
    bond::Link& link = links_.back();
    if (key == "MII Status") {
      link.slave->mii_status =
          base::value_of<bond::MiiStatus>(value).value_or(bond::MiiStatus::down);
      link.admin_up = link.lower_up = link.running = value == "up";
      link.carrier = value == "up";
    } else if (key == "Permanent HW addr") {
      link.slave->permanent_address = bond::MacAddress::parse(value);
    }
  }

  std::vector<bond::Link> links_;
  unsigned next_index_;
  std::string primary_;
  std::string active_;
};

void read_present_addresses(const Tree& tree, std::vector<bond::Link>& links) {
  for (bond::Link& link : links) {
    link.address = bond::MacAddress::parse(text_in(tree, fs::path(kNet) / link.name / "address"));
  }
}

}  // namespace

base::Expected<std::vector<NetDevice>> read_devices(const Tree& tree) {
  const auto names = tree.list(kNet);
  if (!names) return base::failure(names.error());
  std::vector<NetDevice> devices;
  for (const std::string& name : *names) {
    const fs::path folder = fs::path(kNet) / name / "device";
    if (!tree.exists(folder)) continue;
    NetDevice device;
    device.name = name;
    if (const auto driver = tree.link(folder / "driver"); driver) {
      device.driver = fs::path(*driver).filename();
    }
    device.node = node_of(tree, folder);
    device.vendor = text_in(tree, folder / "vendor");
    device.device = text_in(tree, folder / "device");
    devices.push_back(std::move(device));
  }
  // A copy has the names at most, without what is behind them.
  if (devices.empty() && !tree.is_live()) {
    return base::failure(not_in_copy(std::string(kNet) + "/*/device"));
  }
  return devices;
}

std::vector<bond::Link> parse_bond_file(const std::string& name, std::string_view text,
                                        unsigned first_index) {
  if (text.find("Bonding Mode: ") == std::string_view::npos) return {};
  BondFile file(name, first_index);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    file.take(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return file.links();
}

base::Expected<std::vector<BondReport>> read_bond_files(const Tree& tree) {
  constexpr const char* kFolder = "/proc/net/bonding";
  const auto names = tree.list(kFolder);
  if (!names && names.error().code == base::ErrorCode::not_found) {
    // Without the module there is no such folder, and without /proc/net nothing is known.
    if (!tree.list("/proc/net")) return base::failure(not_in_copy(kFolder));
    return std::vector<BondReport>{};
  }
  if (!names) return base::failure(names.error());
  std::vector<bond::Link> links;
  for (const std::string& name : *names) {
    const auto text = tree.read(fs::path(kFolder) / name);
    if (!text) return base::failure(text.error());
    auto parsed = parse_bond_file(name, *text, static_cast<unsigned>(links.size()) + 1);
    if (parsed.empty()) {
      return base::failure(base::Error{base::ErrorCode::invalid, "read",
                                       std::string(kFolder) + "/" + name,
                                       "is not what the bonding driver writes"});
    }
    links.insert(links.end(), parsed.begin(), parsed.end());
  }
  read_present_addresses(tree, links);
  Paths paths;
  paths.sysfs = tree.root() / "sys";
  paths.procfs = tree.root() / "proc";
  paths.devicetree =
      tree.locate(kDeviceTree).value_or(tree.root() / fs::path(kDeviceTree).relative_path());
  DeviceFactsCache facts(paths);
  return describe_bonds(std::move(links), Config{}, facts, base::BootTime{});
}

std::optional<Address> make_address(const std::string& device, const std::string& text,
                                    unsigned prefix) {
  constexpr unsigned kBits = 8;
  std::array<unsigned char, 16> bytes{};
  const bool is_v4 = ::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1;
  if (!is_v4 && ::inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) return std::nullopt;
  const unsigned size = is_v4 ? 4 : bytes.size();
  const bool is_link_local =
      is_v4 ? bytes[0] == 169 && bytes[1] == 254 : bytes[0] == 0xfe && (bytes[1] & 0xc0U) == 0x80;
  if (is_link_local || prefix > size * kBits) return std::nullopt;
  Address address{device, text, prefix, std::string(is_v4 ? "4 " : "6 ")};
  for (unsigned at = 0; at < size; ++at) {
    const unsigned left = prefix > at * kBits ? std::min(prefix - at * kBits, kBits) : 0;
    const unsigned mask = left == 0 ? 0 : 0xffU << (kBits - left) & 0xffU;
    address.network.push_back(static_cast<char>(bytes[at] & mask));
  }
  return address;
}

std::vector<Address> parse_addresses(std::string_view text) {
  // 5: bond191554c8    inet 192.0.2.1/24 brd 192.0.2.255 scope global bond191554c8\ ...
  std::vector<Address> found;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    std::vector<std::string> words;
    for (std::size_t at = 0; words.size() < 4;) {
      const std::size_t begin = line.find_first_not_of(" \t", at);
      if (begin == std::string::npos) break;
      at = std::min(line.find_first_of(" \t", begin), line.size());
      words.push_back(line.substr(begin, at - begin));
    }
    if (words.size() < 4 || words[2].substr(0, 4) != "inet") continue;
    const std::size_t slash = words[3].find('/');
    if (slash == std::string::npos) continue;
    const auto prefix = to_number(std::string_view(words[3]).substr(slash + 1));
    if (!prefix) continue;
    const std::string device = words[1].substr(0, words[1].find('@'));
    if (auto address = make_address(device, words[3].substr(0, slash), *prefix)) {
      found.push_back(std::move(*address));
    }
  }
  return found;
}

base::Expected<std::vector<Address>> read_addresses(const Tree& tree) {
  const auto text = tree.read("/ip_addr");
  if (!text) return base::failure(not_in_copy("a list of addresses (ip_addr of a sosreport)"));
  return parse_addresses(*text);
}

}  // namespace hnv::checks
