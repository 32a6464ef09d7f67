// SPDX-License-Identifier: Apache-2.0
// What `--version`, the metrics and the status file say about the build.
#pragma once

#include <string>
#include <string_view>

namespace hnv::base {

std::string_view version();   // "0.1.0"
std::string_view revision();  // abbreviated git commit, or "unknown"
std::string_view compiler();  // "gcc 12.2.0"

// The line behind `--version`: "hnv-watchdog, version 0.1.0 (revision abc, gcc 12.2.0)".
std::string version_line(std::string_view program);

}  // namespace hnv::base
