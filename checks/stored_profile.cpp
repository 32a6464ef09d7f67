// SPDX-License-Identifier: Apache-2.0
#include "checks/stored_profile.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "checks/keyfile.hpp"
#include "checks/shell_assignments.hpp"

namespace hnv::checks {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kKeyfileSuffix = ".nmconnection";
constexpr std::string_view kTombstoneSuffix = ".nmmeta";
constexpr std::string_view kIfcfgPrefix = "ifcfg-";

bool has_suffix(std::string_view name, std::string_view suffix) {
  return name.size() > suffix.size() && name.substr(name.size() - suffix.size()) == suffix;
}

// As NetworkManager and the ifcfg scripts pass them over.
bool is_leftover(std::string_view name) {
  static constexpr auto kSuffixes =
      std::to_array<std::string_view>({"~", ".bak", ".old", ".orig", ".rej", ".rpmnew", ".rpmsave",
                                       ".rpmorig", ".swp", ".tmp", ".augnew", ".augtmp"});
  return name.empty() || name.front() == '.' ||
         std::any_of(kSuffixes.begin(), kSuffixes.end(),
                     [name](std::string_view suffix) { return has_suffix(name, suffix); });
}

std::optional<StoredOption> option_of(const Keyfile& file, std::string_view key) {
  const KeyfileEntry* entry = file.find("bond", key);
  if (entry == nullptr || entry->value.empty()) return std::nullopt;
  return StoredOption{entry->value, entry->line};
}

std::optional<StoredProfile> parse_bond_keyfile(const fs::path& path, std::string_view text) {
  const Keyfile file = parse_keyfile(text);
  if (file.value("connection", "type") != "bond") return std::nullopt;
  if (file.value(".nmmeta", "nm-generated") == "true") return std::nullopt;
  StoredProfile profile;
  profile.file = path;
  profile.bond = file.value("connection", "interface-name");
  if (profile.bond.empty()) profile.bond = file.value("bond", "interface-name");
  profile.id = file.value("connection", "id");
  if (profile.id.empty()) profile.id = path.filename().native();
  profile.uuid = file.value("connection", "uuid");
  if (const KeyfileGroup* group = file.last_group("bond")) profile.options_line = group->line;
  profile.mode = option_of(file, "mode");
  profile.primary = option_of(file, "primary");
  return profile;
}

std::string value_of_assignment(const std::vector<Assignment>& assignments, std::string_view name) {
  const Assignment* found = find_assignment(assignments, name);
  return found != nullptr ? found->value : std::string();
}

// The last one counts, as for the bonding driver.
std::optional<StoredOption> option_of(const Assignment& options, std::string_view key) {
  std::optional<StoredOption> found;
  for (const Word& word : words_of(options.value)) {
    const std::string_view text =
        std::string_view(options.value).substr(word.begin, word.end - word.begin);
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos || text.substr(0, equals) != key) continue;
    if (equals + 1 == text.size()) {
      found.reset();
    } else {
      found = StoredOption{std::string(text.substr(equals + 1)), options.line};
    }
  }
  return found;
}

bool is_yes(std::string_view value) {
  return value == "yes" || value == "YES" || value == "true" || value == "on" || value == "1";
}

std::optional<StoredProfile> parse_bond_ifcfg(ProfileFormat format, const fs::path& path,
                                              std::string_view text) {
  const std::vector<Assignment> assignments = parse_assignments(text);
  const Assignment* options = find_assignment(
      assignments, format == ProfileFormat::wicked ? "BONDING_MODULE_OPTS" : "BONDING_OPTS");
  const bool is_bond = is_yes(value_of_assignment(assignments, "BONDING_MASTER")) ||
                       (format == ProfileFormat::ifcfg_rh &&
                        (value_of_assignment(assignments, "TYPE") == "Bond" || options != nullptr));
  if (!is_bond) return std::nullopt;
  StoredProfile profile;
  profile.format = format;
  profile.file = path;
  const std::string name = path.filename();
  const std::string suffix = name.substr(std::min(kIfcfgPrefix.size(), name.size()));
  // wicked knows interfaces by the file's name alone.
  if (format == ProfileFormat::ifcfg_rh) {
    profile.bond = value_of_assignment(assignments, "DEVICE");
    profile.id = value_of_assignment(assignments, "NAME");
    profile.uuid = value_of_assignment(assignments, "UUID");
  }
  if (profile.bond.empty()) profile.bond = suffix;
  if (profile.id.empty()) profile.id = name;
  if (options != nullptr) {
    profile.options_line = options->line;
    profile.mode = option_of(*options, "mode");
    profile.primary = option_of(*options, "primary");
  }
  return profile;
}

struct Folder {
  ProfileFormat format;
  std::string_view path;
  bool needs_suffix;  // of a keyfile: everywhere but in /etc
};

// The first of several with the same UUID counts.
constexpr auto kFolders = std::to_array<Folder>(
    {{ProfileFormat::keyfile, "/run/NetworkManager/system-connections", true},
     {ProfileFormat::keyfile, "/etc/NetworkManager/system-connections", false},
     {ProfileFormat::keyfile, "/usr/lib/NetworkManager/system-connections", true},
     {ProfileFormat::ifcfg_rh, "/etc/sysconfig/network-scripts", false},
     {ProfileFormat::wicked, "/etc/sysconfig/network", false}});

bool is_profile_name(const Folder& folder, std::string_view name) {
  if (is_leftover(name) || has_suffix(name, kTombstoneSuffix)) return false;
  if (folder.format == ProfileFormat::keyfile) {
    return !folder.needs_suffix || has_suffix(name, kKeyfileSuffix);
  }
  return name.size() > kIfcfgPrefix.size() && name.substr(0, kIfcfgPrefix.size()) == kIfcfgPrefix;
}

class Reader {
 public:
  explicit Reader(const Tree& tree) : tree_(tree) {}

  ProfileFiles read() {
    for (const Folder& folder : kFolders) read_folder(folder);
    return std::move(found_);
  }

 private:
  void read_folder(const Folder& folder) {
    const fs::path shown(folder.path);
    const auto names = tree_.list(shown);
    if (!names) {
      // A service that is not installed has no folder.
      std::error_code error;
      const auto place = tree_.locate(shown);
      if (names.error().code != base::ErrorCode::not_found &&
          !(place && fs::is_regular_file(*place, error))) {
        found_.unreadable.push_back({shown, names.error()});
      }
      return;
    }
    if (folder.format == ProfileFormat::keyfile) note_tombstones(shown, *names);
    for (const std::string& name : *names) {
      if (is_profile_name(folder, name)) read_file(folder.format, shown / name);
    }
  }

  // How NetworkManager forgets a profile whose file it cannot delete: UUID.nmmeta -> /dev/null
  // hides it in this folder and in those below.
  void note_tombstones(const fs::path& folder, const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      if (!has_suffix(name, kTombstoneSuffix)) continue;
      if (tree_.link(folder / name).value_or("") == "/dev/null") {
        taken_.insert(fs::path(name).stem());
      }
    }
  }

  void read_file(ProfileFormat format, const fs::path& shown) {
    auto text = tree_.read(shown, kProfileSizeLimit);
    if (!text) {
      // Gone since the folder was listed, or a folder or pipe: as if it had never been there.
      const base::ErrorCode code = text.error().code;
      if (code != base::ErrorCode::not_found && code != base::ErrorCode::invalid) {
        found_.unreadable.push_back({shown, text.error()});
      }
      return;
    }
    if (format == ProfileFormat::keyfile) {
      const Keyfile file = parse_keyfile(*text);
      if (file.value(".nmmeta", "nm-generated") == "true") return;
      const std::string uuid = file.value("connection", "uuid");
      if (!uuid.empty() && !taken_.insert(uuid).second) return;
    }
    found_.files.push_back({format, shown, std::move(*text)});
  }

  const Tree& tree_;
  ProfileFiles found_;
  std::set<std::string> taken_;  // UUIDs of keyfiles
};

}  // namespace

NetworkService service_of(ProfileFormat format) {
  return format == ProfileFormat::wicked ? NetworkService::wicked : NetworkService::network_manager;
}

std::vector<const StoredProfile*> StoredProfiles::of(std::string_view bond) const {
  std::vector<const StoredProfile*> found;
  for (const StoredProfile& profile : profiles) {
    if (profile.bond == bond) found.push_back(&profile);
  }
  return found;
}

std::optional<StoredProfile> parse_profile(ProfileFormat format, const fs::path& file,
                                           std::string_view text) {
  return format == ProfileFormat::keyfile ? parse_bond_keyfile(file, text)
                                          : parse_bond_ifcfg(format, file, text);
}

ProfileFiles read_profile_files(const Tree& tree) {
  return Reader(tree).read();
}

StoredProfiles bond_profiles(const ProfileFiles& found) {
  StoredProfiles stored;
  stored.unreadable = found.unreadable;
  for (const ProfileFile& file : found.files) {
    auto profile = parse_profile(file.format, file.file, file.text);
    if (profile) stored.profiles.push_back(std::move(*profile));
  }
  return stored;
}

StoredProfiles read_stored_profiles(const fs::path& root) {
  return bond_profiles(read_profile_files(Tree(root)));
}

void keep_only(StoredProfiles& stored, NetworkService service) {
  auto& profiles = stored.profiles;
  profiles.erase(std::remove_if(profiles.begin(), profiles.end(),
                                [service](const StoredProfile& profile) {
                                  return service_of(profile.format) != service;
                                }),
                 profiles.end());
}

}  // namespace hnv::checks
