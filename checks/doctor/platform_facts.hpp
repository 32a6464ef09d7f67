// SPDX-License-Identifier: Apache-2.0
// What the firmware, the kernel and the distribution say of themselves.
#pragma once

#include "checks/doctor/facts.hpp"

namespace hnv::checks {

inline constexpr const char* kDeviceTree = "/proc/device-tree";
inline constexpr const char* kHcnmgrLog = "/var/log/hcnmgr";
inline constexpr const char* kHcnmgrStates = "/var/lib/powerpc-utils/hcnmgr";

base::Expected<std::string> read_platform(const Tree& tree);
base::Expected<Distribution> read_distribution(const Tree& tree);
base::Expected<std::string> read_firmware(const Tree& tree);
base::Expected<DeviceTreeScan> read_device_tree(const Tree& tree);
base::Expected<unsigned> count_vnics(const Tree& tree);
base::Expected<unsigned> count_persistent_memories(const Tree& tree);
base::Expected<unsigned> count_plain_ports(const Tree& tree);
base::Expected<bool> read_migratable(const Tree& tree);
base::Expected<bool> read_bonding_module(const Tree& tree);
base::Expected<std::set<std::string>> read_hcnmgr_states(const Tree& tree);
base::Expected<LogFile> read_hcnmgr_log(const Tree& tree);

// Pure.
Distribution parse_distribution(std::string_view os_release);

}  // namespace hnv::checks
