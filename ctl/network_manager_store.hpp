// SPDX-License-Identifier: Apache-2.0
// The profiles of a running NetworkManager, over D-Bus. Its own files are not edited: it would not
// notice.
#pragma once

#include <memory>

#include "ctl/profile_store.hpp"

namespace hnv::ctl {

class NetworkManagerStore : public ProfileStore {
 public:
  // On the system bus, or what DBUS_SYSTEM_BUS_ADDRESS names; nullptr: no bus, or no NetworkManager
  // on it. `root`: for reading the files that NetworkManager names.
  static base::Expected<std::unique_ptr<NetworkManagerStore>> connect(
      const std::filesystem::path& root);
  ~NetworkManagerStore() override;

  // As NetworkManager has them in memory. What it made up itself for a bond that something else
  // made is no profile.
  base::Expected<checks::StoredProfiles> profiles() override;

  // Settings.Connection.Update: stores the settings and activates nothing. Refuses what could lose
  // something: changes that are not stored, a file that was edited and not loaded, settings that
  // can hold secrets.
  base::Expected<void> set_primary(const checks::StoredProfile& profile,
                                   const std::string& device) override;

  [[nodiscard]] std::string_view manner() const override { return "by NetworkManager"; }
  [[nodiscard]] std::filesystem::path root() const override { return root_; }

 private:
  class Bus;
  NetworkManagerStore(std::unique_ptr<Bus> bus, std::filesystem::path root);

  std::string put_back(const std::filesystem::path& written, const std::filesystem::path& file,
                       const std::string& text);

  std::unique_ptr<Bus> bus_;
  std::filesystem::path root_;
};

}  // namespace hnv::ctl
