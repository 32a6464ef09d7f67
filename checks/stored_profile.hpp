// SPDX-License-Identifier: Apache-2.0
// What is stored on disk about bonds: the profiles that NetworkManager or wicked makes them from at
// the next boot or activation.
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/enum_names.hpp"
#include "base/expected.hpp"
#include "checks/tree.hpp"

namespace hnv::checks {

// Who makes the network from the profiles; the spellings are part of JSON objects.
enum class NetworkService { network_manager, wicked };

enum class ProfileFormat {
  keyfile,   // NetworkManager's own: [bond], primary=
  ifcfg_rh,  // its ifcfg-rh plugin (RHEL 8): BONDING_OPTS
  wicked,    // /etc/sysconfig/network: BONDING_MODULE_OPTS
};

NetworkService service_of(ProfileFormat format);

struct StoredOption {
  std::string value;
  std::size_t line = 0;
};

struct StoredProfile {
  ProfileFormat format = ProfileFormat::keyfile;
  std::filesystem::path file;  // as the partition names it: without the root
  std::string bond;            // the interface it makes
  std::string id;              // NetworkManager's name of it, else the file's
  std::string uuid;            // NetworkManager's; may be empty
  std::size_t options_line =
      0;  // where the bond's options are: the last [bond], BONDING_OPTS; 0: none
  std::optional<StoredOption> mode;
  std::optional<StoredOption> primary;
};

struct UnreadableFile {
  std::filesystem::path file;
  base::Error error;
};

struct StoredProfiles {
  std::vector<StoredProfile> profiles;  // those that count; see read_profile_files
  std::vector<UnreadableFile> unreadable;

  [[nodiscard]] std::vector<const StoredProfile*> of(std::string_view bond) const;
};

// Larger files are not profiles.
inline constexpr std::size_t kProfileSizeLimit = 1U << 20U;

// Empty: not the profile of a bond.
std::optional<StoredProfile> parse_profile(ProfileFormat format, const std::filesystem::path& file,
                                           std::string_view text);

// A profile of whatever device, as it is written.
struct ProfileFile {
  ProfileFormat format = ProfileFormat::keyfile;
  std::filesystem::path file;  // as the partition names it
  std::string text;
};

struct ProfileFiles {
  std::vector<ProfileFile> files;
  std::vector<UnreadableFile> unreadable;
};

// All profiles of the tree. Of two keyfiles with one UUID only that counts which NetworkManager
// takes: from /run before /etc before /usr/lib. What it generated itself for a device that
// something else made is no profile. Backups of editors and package managers are passed over.
ProfileFiles read_profile_files(const Tree& tree);

StoredProfiles bond_profiles(const ProfileFiles& found);

// Those of bonds under `root`.
StoredProfiles read_stored_profiles(const std::filesystem::path& root);

// What the other service left behind does not count.
void keep_only(StoredProfiles& stored, NetworkService service);

}  // namespace hnv::checks

template <>
struct hnv::base::EnumNames<hnv::checks::NetworkService> {
  static constexpr auto names = std::to_array<std::string_view>({"NetworkManager", "wicked"});
};

template <>
struct hnv::base::EnumNames<hnv::checks::ProfileFormat> {
  static constexpr auto names = std::to_array<std::string_view>({"keyfile", "ifcfg-rh", "wicked"});
};
