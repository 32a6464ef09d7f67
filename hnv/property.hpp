// SPDX-License-Identifier: Apache-2.0
// Properties of nodes of the firmware's device tree: files of bytes, whose content is checked like
// any other input. Parsing is pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/expected.hpp"
#include "bond/mac_address.hpp"

namespace hnv {

// None of the properties that we read is longer.
inline constexpr std::size_t kLargestProperty = 4096;

// Opens `name` in the folder that the descriptor `folder` stands for. Errors: not_found for a
// property that is absent or has just gone; invalid for anything but a plain file (never waits on a
// pipe, never follows a link); too_large; permission; io.
base::Expected<std::string> read_property(int folder, const char* name);
base::Expected<std::string> read_property(const std::filesystem::path& file);

// The first cell: 4 bytes, big-endian. Empty for fewer; what follows is not looked at.
std::optional<std::uint32_t> parse_cell(std::string_view bytes);

// Up to the first NUL or newline (devspec ends in one on some kernels). Bytes that are not
// printable ASCII become '?': texts end up in labels and on terminals.
std::string parse_text(std::string_view bytes);

// local-mac-address: 6 bytes, or 8 of which the first two are padding, as ibmveth takes it.
std::optional<bond::MacAddress> parse_local_address(std::string_view bytes);

}  // namespace hnv
