// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace hnv {

// Where the kernel shows itself; other roots are for tests and for trees copied from elsewhere.
struct Paths {
  std::filesystem::path sysfs = "/sys";
  std::filesystem::path procfs = "/proc";
  std::filesystem::path devicetree = "/proc/device-tree";
  std::filesystem::path hcnmgr_log = "/var/log/hcnmgr";           // every run of hcnmgr appends
  std::filesystem::path dlpar_lock = "/var/lock/dr_config_lock";  // drmgr's, for its whole run
  std::filesystem::path hook_notes = "/run/hnv/hook";             // written by our hook of drmgr
  std::filesystem::path pauses = "/run/hnv/pause";                // written by an operator
};

inline constexpr const char* kConfigFile = "/etc/hnv/hnv.yaml";
// The partition's identity when the watchdog last saw it; outlives a boot.
inline constexpr const char* kIdentityFile = "/var/lib/hnv/identity.json";
inline constexpr const char* kWatchdogStatusFile = "/run/hnv/watchdog.json";
// In a folder of its own: the prober's user may write nothing of the others.
inline constexpr const char* kProberStatusFile = "/run/hnv-prober/status.json";

}  // namespace hnv
