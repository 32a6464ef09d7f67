// SPDX-License-Identifier: Apache-2.0
#include "checks/doctor/software_facts.hpp"

#include <algorithm>
#include <cctype>
#include <functional>

namespace hnv::checks {

namespace {

namespace fs = std::filesystem;

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

void for_each_line(std::string_view text, const std::function<void(std::string_view)>& take) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    take(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

bool is_digit(char byte) {
  return std::isdigit(static_cast<unsigned char>(byte)) != 0;
}

bool is_alpha(char byte) {
  return std::isalpha(static_cast<unsigned char>(byte)) != 0;
}

std::string_view take_while(std::string_view& text, bool (*belongs)(char)) {
  std::size_t length = 0;
  while (length < text.size() && belongs(text[length])) ++length;
  const std::string_view taken = text.substr(0, length);
  text.remove_prefix(length);
  return taken;
}

int sign_of(int value) {
  return (value > 0 ? 1 : 0) - (value < 0 ? 1 : 0);
}

int compare_numbers(std::string_view left, std::string_view right) {
  left.remove_prefix(std::min(left.find_first_not_of('0'), left.size()));
  right.remove_prefix(std::min(right.find_first_not_of('0'), right.size()));
  if (left.size() != right.size()) return left.size() < right.size() ? -1 : 1;
  return sign_of(left.compare(right));
}

// Up to the next number, word or "~".
void skip_separators(std::string_view& text) {
  while (!text.empty() && !is_digit(text.front()) && !is_alpha(text.front()) &&
         text.front() != '~') {
    text.remove_prefix(1);
  }
}

// One version or one release: alternating numbers and words, whatever stands between them.
int compare_segments(std::string_view left, std::string_view right) {
  while (true) {
    skip_separators(left);
    skip_separators(right);
    const bool left_early = left.starts_with("~");
    const bool right_early = right.starts_with("~");
    if (left_early != right_early) return left_early ? -1 : 1;  // "~" is before everything
    if (left_early) {
      left.remove_prefix(1);
      right.remove_prefix(1);
      continue;
    }
    if (left.empty() || right.empty()) {
      return static_cast<int>(right.empty()) - static_cast<int>(left.empty());
    }
    const bool number = is_digit(left.front());
    if (number != is_digit(right.front())) return number ? 1 : -1;
    const auto one = take_while(left, number ? is_digit : is_alpha);
    const auto other = take_while(right, number ? is_digit : is_alpha);
    const int order = number ? compare_numbers(one, other) : sign_of(one.compare(other));
    if (order != 0) return order;
  }
}

bool is_asked_for(std::string_view name) {
  return std::find(kPackages.begin(), kPackages.end(), name) != kPackages.end();
}

base::Expected<Packages> read_dpkg(const Tree& tree) {
  constexpr const char* kStatus = "/var/lib/dpkg/status";
  const auto text = tree.read(kStatus, 32 * Tree::kLargestText);
  if (!text) return base::failure(text.error());
  Packages packages{{}, kStatus};
  std::string name;
  bool installed = false;
  for_each_line(*text, [&](std::string_view line) {
    if (line.starts_with("Package: ")) {
      name = line.substr(9);
      installed = false;
    } else if (line.starts_with("Status: ")) {
      installed = contains(line, " installed");
    } else if (line.starts_with("Version: ") && installed && is_asked_for(name)) {
      packages.versions[name] = line.substr(9);
    }
  });
  return packages;
}

constexpr auto kUnitFolders = std::to_array<const char*>(
    {"/etc/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"});

bool is_unit_of_interest(std::string_view name) {
  return name.starts_with("hcn-init") || name == "NetworkManager.service" ||
         name == "wicked.service";
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

}  // namespace

int compare_versions(std::string_view left, std::string_view right) {
  const std::size_t left_dash = std::min(left.rfind('-'), left.size());
  const std::size_t right_dash = std::min(right.rfind('-'), right.size());
  const int order = compare_segments(left.substr(0, left_dash), right.substr(0, right_dash));
  // A version without a release stands for all of its releases.
  if (order != 0 || left_dash == left.size() || right_dash == right.size()) return order;
  return compare_segments(left.substr(left_dash), right.substr(right_dash));
}

HcnmgrScript parse_hcnmgr(std::string_view script) {
  HcnmgrScript found;
  found.stores_primary =
      contains(script, "+bond.options \"primary=") || contains(script, "+bond.options primary=");
  found.writes_primary = contains(script, "\"/primary") || contains(script, "/bonding/primary");
  found.writes_active_slave = contains(script, "/active_slave");
  found.stores_primary_of_wicked = contains(script, "suse_ifcfg_bond_set_primary");
  found.knows_wicked = contains(script, "wicked ifup");
  found.refuses_vnic = contains(script, "VERSION=\"1.0\"") && contains(script, "Backing device") &&
                       contains(script, "not supported");
  found.deletes_everything =
      contains(script, "nmcli con delete") && !contains(script, "${#HcnIds[@]}");
  return found;
}

base::Expected<HcnmgrScript> read_hcnmgr(const Tree& tree) {
  const auto script = tree.read(kHcnmgrPath);
  if (script) return parse_hcnmgr(*script);
  if (script.error().code == base::ErrorCode::not_found && !tree.exists("/usr/sbin")) {
    return base::failure(not_in_copy(kHcnmgrPath));
  }
  return base::failure(script.error());
}

void parse_package_list(std::string_view text, Packages& packages) {
  for_each_line(text, [&packages](std::string_view line) {
    const std::size_t blank = line.find_first_of(" \t");
    if (blank != std::string_view::npos && is_asked_for(line.substr(0, blank))) {
      packages.versions[std::string(line.substr(0, blank))] = line.substr(blank + 1);
      return;
    }
    line = line.substr(0, blank);
    const std::size_t arch = line.rfind('.');
    if (arch == std::string_view::npos) return;
    line = line.substr(0, arch);
    const std::size_t release = line.rfind('-');
    if (release == std::string_view::npos || release == 0) return;
    const std::size_t version = line.rfind('-', release - 1);
    if (version == std::string_view::npos) return;
    if (is_asked_for(line.substr(0, version))) {
      packages.versions[std::string(line.substr(0, version))] = line.substr(version + 1);
    }
  });
}

base::Expected<Packages> read_packages(const Tree& tree) {
  auto packages = read_dpkg(tree);
  // A machine of rpm may have dpkg's file from some tool; then it names nothing of ours.
  if (packages && !packages->versions.empty()) return packages;
  for (const char* list : {"/installed-rpms", "/sos_commands/rpm/package-data"}) {
    const auto text = tree.read(list, 32 * Tree::kLargestText);
    if (!text) continue;
    Packages found{{}, list};
    parse_package_list(*text, found);
    return found;
  }
  if (packages) return packages;
  if (packages.error().code != base::ErrorCode::not_found) return packages;
  return base::failure(not_in_copy("a list of packages (installed-rpms of a sosreport)"));
}

base::Expected<Services> read_services(const Tree& tree) {
  Services services;
  base::Error error = not_in_copy(kUnitFolders.front());
  bool any = false;
  for (const char* folder : kUnitFolders) {
    const auto names = tree.list(folder);
    if (!names) {
      if (names.error().code != base::ErrorCode::not_found) error = names.error();
      continue;
    }
    any = any || folder == kUnitFolders.front();
    for (const std::string& name : *names) {
      if (is_unit_of_interest(name) && ends_with(name, ".service")) services.present.insert(name);
      if (!ends_with(name, ".wants")) continue;
      const auto wanted = tree.list(fs::path(folder) / name);
      if (!wanted) continue;
      services.enabled.insert(wanted->begin(), wanted->end());
    }
  }
  if (!any) return base::failure(error);
  const auto alias = tree.link("/etc/systemd/system/network.service");
  if (alias) services.network_alias = fs::path(*alias).filename();
  return services;
}

base::Expected<Processes> read_processes(const Tree& tree) {
  constexpr std::size_t kMostEntriesOfProc = std::size_t{1} << 20U;
  const auto entries = tree.list("/proc", kMostEntriesOfProc);
  // A sosreport's list says nothing of this machine.
  if (!entries && tree.is_live()) return base::failure(entries.error());
  if (entries && tree.exists("/proc/1/comm")) {
    Processes found{{}, "/proc"};
    for (const std::string& entry : *entries) {
      if (!is_digit(entry.front())) continue;
      constexpr std::size_t kLongestName = 64;
      auto name = tree.read("/proc/" + entry + "/comm", kLongestName);
      if (!name) continue;
      if (!name->empty() && name->back() == '\n') name->pop_back();
      found.names.insert(std::move(*name));
    }
    return found;
  }
  const auto list = tree.read("/ps", 8 * Tree::kLargestText);
  if (!list) return base::failure(not_in_copy("a list of processes (ps of a sosreport)"));
  Processes found{{}, "/ps"};
  for_each_line(*list, [&found](std::string_view line) {
    // USER PID %CPU %MEM VSZ RSS TTY STAT START TIME COMMAND
    constexpr int kColumnsBefore = 10;
    for (int column = 0; column < kColumnsBefore; ++column) {
      line.remove_prefix(std::min(line.find_first_of(" \t"), line.size()));
      line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    }
    line = line.substr(0, line.find_first_of(" \t"));
    if (!line.empty()) found.names.insert(fs::path(line).filename());
  });
  return found;
}

}  // namespace hnv::checks
