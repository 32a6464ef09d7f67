// SPDX-License-Identifier: Apache-2.0
// Where the stored profiles are, and how the primary of one is changed. Nothing here activates a
// profile or touches the kernel.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/expected.hpp"
#include "checks/stored_profile.hpp"

namespace hnv::ctl {

class ProfileStore {
 public:
  ProfileStore() = default;
  ProfileStore(const ProfileStore&) = delete;
  ProfileStore& operator=(const ProfileStore&) = delete;
  ProfileStore(ProfileStore&&) = delete;
  ProfileStore& operator=(ProfileStore&&) = delete;
  virtual ~ProfileStore() = default;

  virtual base::Expected<checks::StoredProfiles> profiles() = 0;

  // Success is proved by reading back: the primary is stored, and nothing else has changed.
  virtual base::Expected<void> set_primary(const checks::StoredProfile& profile,
                                           const std::string& device) = 0;

  // How it is written, for people: "by NetworkManager", "in the file".
  [[nodiscard]] virtual std::string_view manner() const = 0;

  // The folder that the names of the profiles' files begin in.
  [[nodiscard]] virtual std::filesystem::path root() const = 0;
};

}  // namespace hnv::ctl
