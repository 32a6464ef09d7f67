// SPDX-License-Identifier: Apache-2.0
// Profiles as files that no running service holds in memory: wicked's, which reads them when it
// sets an interface up, and NetworkManager's while it does not run.
#pragma once

#include <optional>

#include "ctl/profile_store.hpp"

namespace hnv::ctl {

class FileStore : public ProfileStore {
 public:
  // `service`: what the other one left behind does not count; empty: it is not known which is used.
  FileStore(std::filesystem::path root, std::optional<checks::NetworkService> service);

  base::Expected<checks::StoredProfiles> profiles() override;
  // Only below /etc: what lies in /run is gone at the next boot, what lies in /usr is a package's.
  base::Expected<void> set_primary(const checks::StoredProfile& profile,
                                   const std::string& device) override;
  [[nodiscard]] std::string_view manner() const override { return "in the file"; }
  [[nodiscard]] std::filesystem::path root() const override { return root_; }

 private:
  std::filesystem::path root_;
  std::optional<checks::NetworkService> service_;
};

// Replaces a file as one, with owner, mode and all extended attributes (SELinux, ACL) of the old
// one. Refuses when it does not say `before` any more, and links, whose other end would be lost.
base::Expected<void> replace_profile(const std::filesystem::path& path, std::string_view before,
                                     std::string_view after);

}  // namespace hnv::ctl
