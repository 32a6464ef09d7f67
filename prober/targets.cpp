// SPDX-License-Identifier: Apache-2.0
#include "prober/targets.hpp"

#include <ifaddrs.h>
#include <linux/if_vlan.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <memory>
#include <optional>
#include <sstream>

#include "base/atomic_file.hpp"
#include "base/unique_fd.hpp"

namespace hnv::prober {

namespace {

constexpr std::size_t kLargestRoutes = std::size_t{4} * 1024 * 1024;
constexpr std::size_t kMostGateways = 4;

std::vector<std::vector<std::string>> words_of_lines(std::string_view text) {
  std::vector<std::vector<std::string>> lines;
  std::istringstream stream{std::string(text)};
  for (std::string line; std::getline(stream, line);) {
    std::istringstream words(line);
    std::vector<std::string>& found = lines.emplace_back();
    for (std::string word; words >> word;) found.push_back(word);
  }
  return lines;
}

bool is_all_zero(std::string_view hex) {
  return hex.find_first_not_of('0') == std::string_view::npos;
}

std::optional<std::uint32_t> hex_number(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, 16);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

unsigned prefix_of(const IpAddress& mask) {
  unsigned bits = 0;
  for (const std::uint8_t byte : mask.bytes) bits += static_cast<unsigned>(std::popcount(byte));
  return bits;
}

bool in_network(const IpAddress& address, const OwnAddress& own) {
  if (address.family != own.address.family) return false;
  for (unsigned bit = 0; bit < own.prefix; ++bit) {
    const auto mask = static_cast<std::uint8_t>(0x80U >> bit % 8);
    if (((address.bytes[bit / 8] ^ own.address.bytes[bit / 8]) & mask) != 0) return false;
  }
  return true;
}

std::optional<IpAddress> ip_of(const sockaddr* address) {
  if (address == nullptr) return std::nullopt;
  IpAddress ip;
  if (address->sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, address, sizeof v4);
    std::memcpy(ip.bytes.data(), &v4.sin_addr, sizeof v4.sin_addr);
    return ip;
  }
  if (address->sa_family == AF_INET6) {
    ip.family = IpAddress::Family::v6;
    sockaddr_in6 v6{};
    std::memcpy(&v6, address, sizeof v6);
    std::memcpy(ip.bytes.data(), &v6.sin6_addr, sizeof v6.sin6_addr);
    return ip;
  }
  return std::nullopt;
}

// The kernel answers this to everybody, unlike /proc/net/vlan.
std::optional<VlanDevice> read_vlan(int socket, const std::string& name) {
  vlan_ioctl_args asked{};
  if (name.size() >= sizeof asked.device1) return std::nullopt;
  std::memcpy(asked.device1, name.data(), name.size());
  vlan_ioctl_args below = asked;
  asked.cmd = GET_VLAN_VID_CMD;
  below.cmd = GET_VLAN_REALDEV_NAME_CMD;
  if (::ioctl(socket, SIOCGIFVLAN, &asked) != 0 || ::ioctl(socket, SIOCGIFVLAN, &below) != 0) {
    return std::nullopt;
  }
  below.u.device2[sizeof below.u.device2 - 1] = '\0';
  return VlanDevice{name, below.u.device2, static_cast<std::uint16_t>(asked.u.VID)};
}

struct FreeAddresses {
  void operator()(ifaddrs* list) const { ::freeifaddrs(list); }
};

// The VLAN of a device on the bond, 0 for the bond itself; empty for a device that is not on it.
std::optional<std::uint16_t> vlan_to(const std::string& device, const std::string& bond,
                                     const HostNetwork& host) {
  if (device == bond) return std::uint16_t{0};
  for (const VlanDevice& vlan : host.vlans) {
    if (vlan.name == device && vlan.below == bond) return vlan.id;
  }
  return std::nullopt;
}

bool is_own(const IpAddress& address, const HostNetwork& host) {
  return std::any_of(host.addresses.begin(), host.addresses.end(),
                     [&address](const OwnAddress& own) { return own.address == address; });
}

// A target of no network on the bond is asked without a VLAN: the bond may have no address at all.
std::uint16_t vlan_of_target(const IpAddress& target, const std::string& bond,
                             const HostNetwork& host) {
  std::uint16_t vlan = 0;
  unsigned longest = 0;
  for (const OwnAddress& own : host.addresses) {
    const auto on_bond = vlan_to(own.device, bond, host);
    if (on_bond && own.prefix > longest && in_network(target, own)) {
      longest = own.prefix;
      vlan = *on_bond;
    }
  }
  return vlan;
}

}  // namespace

std::vector<Gateway> parse_ipv4_gateways(std::string_view text) {
  std::vector<Gateway> gateways;
  for (const auto& words : words_of_lines(text)) {
    // Iface Destination Gateway Flags RefCnt Use Metric Mask; the header has no digits there.
    if (words.size() < 8 || !is_all_zero(words[1]) || !is_all_zero(words[7])) continue;
    const auto gateway = hex_number(words[2]);
    if (!gateway || *gateway == 0) continue;
    Gateway found{words[0], {}};
    std::memcpy(found.address.bytes.data(), &*gateway, sizeof *gateway);  // printed as it lies
    if (std::find(gateways.begin(), gateways.end(), found) == gateways.end()) {
      gateways.push_back(std::move(found));
    }
  }
  return gateways;
}

std::vector<Gateway> parse_ipv6_gateways(std::string_view text) {
  constexpr std::size_t kDigits = 32;
  std::vector<Gateway> gateways;
  for (const auto& words : words_of_lines(text)) {
    // destination prefix source prefix gateway metric refcount use flags device
    if (words.size() < 10 || words[1] != "00" || !is_all_zero(words[0])) continue;
    if (words[4].size() != kDigits || is_all_zero(words[4])) continue;
    Gateway found{words[9], {IpAddress::Family::v6, {}}};
    bool is_hex = true;
    for (std::size_t at = 0; at < found.address.bytes.size(); ++at) {
      const auto byte = hex_number(std::string_view(words[4]).substr(2 * at, 2));
      is_hex = is_hex && byte.has_value();
      found.address.bytes[at] = static_cast<std::uint8_t>(byte.value_or(0));
    }
    if (is_hex && std::find(gateways.begin(), gateways.end(), found) == gateways.end()) {
      gateways.push_back(std::move(found));
    }
  }
  return gateways;
}

Targets choose_targets(const PathConfig& config, const std::string& bond, const HostNetwork& host) {
  Targets chosen;
  for (const IpAddress& target : config.targets) {
    if (!is_own(target, host)) {
      chosen.targets.push_back({target, vlan_of_target(target, bond, host)});
    }
  }
  if (!config.targets.empty()) {
    if (chosen.targets.empty()) chosen.no_target = "its targets are addresses of this host";
    return chosen;
  }
  for (const Gateway& gateway : host.gateways) {
    const auto vlan = vlan_to(gateway.device, bond, host);
    if (!vlan || is_own(gateway.address, host)) continue;
    const bool known = std::any_of(
        chosen.targets.begin(), chosen.targets.end(),
        [&gateway](const ViewedTarget& target) { return target.address == gateway.address; });
    if (!known && chosen.targets.size() < kMostGateways) {
      chosen.targets.push_back({gateway.address, *vlan});
    }
  }
  if (chosen.targets.empty()) {
    chosen.no_target = "no target is configured, and no default route leads over the bond";
  }
  return chosen;
}

HostNetwork read_host_network(const Paths& paths) {
  HostNetwork host;
  // "self" is this process, whose network namespace it is.
  if (const auto text = base::read_file(paths.procfs / "self/net/route", kLargestRoutes)) {
    host.gateways = parse_ipv4_gateways(*text);
  }
  if (const auto text = base::read_file(paths.procfs / "self/net/ipv6_route", kLargestRoutes)) {
    const auto more = parse_ipv6_gateways(*text);
    host.gateways.insert(host.gateways.end(), more.begin(), more.end());
  }
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) return host;
  const std::unique_ptr<ifaddrs, FreeAddresses> list(first);
  const base::UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  for (const ifaddrs* entry = list.get(); entry != nullptr; entry = entry->ifa_next) {
    const auto address = ip_of(entry->ifa_addr);
    if (!address) continue;
    const std::string device = entry->ifa_name;
    const auto mask = ip_of(entry->ifa_netmask);
    host.addresses.push_back({device, *address, mask ? prefix_of(*mask) : 0});
    if (auto vlan = read_vlan(socket.get(), device)) host.vlans.push_back(std::move(*vlan));
  }
  return host;
}

}  // namespace hnv::prober
