// SPDX-License-Identifier: Apache-2.0
#include "ctl/doctor_facts.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <bit>
#include <exception>
#include <future>
#include <memory>
#include <thread>

#include "checks/doctor/read_facts.hpp"
#include "ctl/command_output.hpp"
#include "ctl/picture.hpp"

namespace hnv::ctl {

namespace {

// Runs it in a thread of its own, which is left alone when it hangs: a file system that does not
// answer cannot be interrupted.
struct Bounded {
  template <class Read>
  auto operator()(Read read) const -> decltype(read()) {
    using Result = decltype(read());
    auto promise = std::make_shared<std::promise<Result>>();
    auto answer = promise->get_future();
    std::thread([promise, read = std::move(read)] {
      try {
        promise->set_value(read());
      } catch (const std::exception& problem) {
        promise->set_value(
            base::failure(base::Error{base::ErrorCode::io, "look", "", problem.what()}));
      }
    }).detach();
    if (answer.wait_for(kSourceTimeout) == std::future_status::ready) return answer.get();
    return base::failure(
        base::Error{base::ErrorCode::timeout, "look", "",
                    "no answer within " + std::to_string(kSourceTimeout.count()) + " seconds"});
  }
};

struct KernelBonds {
  std::vector<BondReport> bonds;
  base::Expected<std::map<std::string, checks::ToldPath>> paths;
};

base::Expected<std::map<std::string, checks::ToldPath>> paths_in(const Picture& picture) {
  if (picture.paths_error) return base::failure(*picture.paths_error);
  std::map<std::string, checks::ToldPath> paths;
  if (!picture.paths) return paths;
  for (const BondReport& bond : picture.bonds) {
    const auto view = path_view(&*picture.paths, picture.paths->boot_id, bond, picture.now);
    if (!view) continue;
    paths.emplace(bond.link.name, checks::ToldPath{view->health, view->path->verdict, view->fresh,
                                                   picture.now - view->path->judged_at,
                                                   picture.now - view->path->since});
  }
  return paths;
}

base::Expected<KernelBonds> bonds_of_kernel() {
  const LookOptions options;
  auto observer = Observer::open(options);
  if (!observer) return base::failure(observer.error());
  // A configuration that cannot be read is the watchdog's business to tell.
  auto config = find_config(options);
  FoundConfig found{Config{}, false};
  if (config) found = FoundConfig{without_ignored(std::move(config->config)), config->found};
  auto picture = observer->look(std::move(found));
  if (!picture) return base::failure(picture.error());
  auto paths = paths_in(*picture);
  return KernelBonds{std::move(picture->bonds), std::move(paths)};
}

unsigned bits_of(const void* mask, std::size_t size) {
  unsigned bits = 0;
  const auto* bytes = static_cast<const unsigned char*>(mask);
  for (std::size_t at = 0; at < size; ++at) bits += static_cast<unsigned>(std::popcount(bytes[at]));
  return bits;
}

std::optional<checks::Address> to_address(const ifaddrs& entry) {
  if (entry.ifa_addr == nullptr || entry.ifa_netmask == nullptr) return std::nullopt;
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = entry.ifa_addr->sa_family;
  if (family == AF_INET) {
    const auto* address = reinterpret_cast<const sockaddr_in*>(entry.ifa_addr);
    const auto* mask = reinterpret_cast<const sockaddr_in*>(entry.ifa_netmask);
    ::inet_ntop(family, &address->sin_addr, text.data(), text.size());
    return checks::make_address(entry.ifa_name, text.data(),
                                bits_of(&mask->sin_addr, sizeof(mask->sin_addr)));
  }
  if (family == AF_INET6) {
    const auto* address = reinterpret_cast<const sockaddr_in6*>(entry.ifa_addr);
    const auto* mask = reinterpret_cast<const sockaddr_in6*>(entry.ifa_netmask);
    ::inet_ntop(family, &address->sin6_addr, text.data(), text.size());
    return checks::make_address(entry.ifa_name, text.data(),
                                bits_of(&mask->sin6_addr, sizeof(mask->sin6_addr)));
  }
  return std::nullopt;
}

base::Expected<std::vector<checks::Address>> addresses_of_kernel() {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) {
    return base::failure(base::from_errno("list addresses of", "interfaces", errno));
  }
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(list, &::freeifaddrs);
  std::vector<checks::Address> found;
  for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next) {
    if (auto address = to_address(*entry)) found.push_back(std::move(*address));
  }
  return found;
}

base::Expected<checks::Packages> packages_of_rpm() {
  std::vector<std::string> words{"rpm", "-q", "--qf", "%{NAME} %{VERSION}-%{RELEASE}\\n"};
  words.insert(words.end(), checks::kPackages.begin(), checks::kPackages.end());
  const auto output = command_output(words, kProgramTimeout);
  if (!output) return base::failure(output.error());
  checks::Packages packages{{}, "rpm -q"};
  checks::parse_package_list(*output, packages);
  return packages;
}

}  // namespace

Config without_ignored(Config config) {
  std::vector<BondConfig>& bonds = config.bonds;
  bonds.erase(std::remove_if(bonds.begin(), bonds.end(),
                             [](const BondConfig& bond) { return bond.ignore; }),
              bonds.end());
  return config;
}

checks::Facts collect_facts(const std::string& root) {
  const checks::Tree tree(root);
  checks::Facts facts = checks::read_facts(tree, Bounded{});
  if (!tree.is_live()) return facts;
  if (auto kernel = Bounded{}(bonds_of_kernel)) {
    facts.bonds = std::move(kernel->bonds);
    facts.paths = std::move(kernel->paths);
  } else {
    facts.bonds = base::failure(kernel.error());
    facts.paths = base::failure(kernel.error());
  }
  facts.addresses = Bounded{}(addresses_of_kernel);
  // Where dpkg knows none of ours, rpm may.
  if (!facts.packages || facts.packages->versions.empty()) {
    auto packages = Bounded{}(packages_of_rpm);
    // Without an rpm, dpkg's answer or error is the one that counts.
    const bool has_rpm = packages || packages.error().code != base::ErrorCode::not_found;
    if (has_rpm) facts.packages = std::move(packages);
  }
  return facts;
}

}  // namespace hnv::ctl
