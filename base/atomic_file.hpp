// SPDX-License-Identifier: Apache-2.0
// Whole files: read with a limit, replaced as one.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/expected.hpp"

namespace hnv::base {

// Errors: not_found, permission, io, and too_large for more than `limit` bytes. Works on /proc and
// /sys, whose files report no size.
Expected<std::string> read_file(const std::filesystem::path& path, std::size_t limit);

// The target of a symbolic link's last component ("mlx5_core" for a device's driver link).
Expected<std::string> read_link_name(const std::filesystem::path& path);

// Readers see the old content or the new, never a part: written beside the target, synced and
// renamed. World-readable. After a failure the old content is there and nothing beside it.
Expected<void> replace_file(const std::filesystem::path& path, std::string_view content);
// The same with another name for what is written beside the target, for folders whose every file
// means something.
Expected<void> replace_file(const std::filesystem::path& path, std::string_view content,
                            const std::filesystem::path& temporary);

}  // namespace hnv::base
