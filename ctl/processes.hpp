// SPDX-License-Identifier: Apache-2.0
// Who else is at work on the bonds of this partition.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace hnv::ctl {

struct RunningProcess {
  std::string name;  // as in /proc/PID/comm
  pid_t pid = -1;
};

// The first that has one of these names.
std::optional<RunningProcess> find_process(const std::filesystem::path& procfs,
                                           std::initializer_list<std::string_view> names);

// hcnmgr under any of its names, or drmgr, or who holds the lock: a sentence; empty: nobody.
std::optional<std::string> who_changes_bonds(const std::filesystem::path& procfs,
                                             const std::filesystem::path& dlpar_lock);

}  // namespace hnv::ctl
