// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace hnv {

// Where the kernel shows itself; other roots are for tests and for trees copied from elsewhere.
struct Paths {
  std::filesystem::path sysfs = "/sys";
  std::filesystem::path procfs = "/proc";
  std::filesystem::path devicetree = "/proc/device-tree";
};

inline constexpr const char* kConfigFile = "/etc/hnv/hnv.yaml";
// The partition's identity when the watchdog last saw it; outlives a boot.
inline constexpr const char* kIdentityFile = "/var/lib/hnv/identity.json";
inline constexpr const char* kWatchdogStatusFile = "/run/hnv/watchdog.json";

}  // namespace hnv
