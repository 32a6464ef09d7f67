// SPDX-License-Identifier: Apache-2.0
// What our hook of drmgr leaves behind: the phase of a migration, in one small file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

#include "base/clock.hpp"
#include "hnv/vocabulary.hpp"

namespace hnv {

struct HookNote {
  HookPhase phase = HookPhase::check;
  base::BootTime at;       // when it was written
  std::int64_t stamp = 0;  // the file's own time, in nanoseconds: tells one note from the next
  bool operator==(const HookNote&) const = default;
};

// The note's name in the folder of Paths::hook_notes: the type of drmgr's operation.
inline constexpr const char* kMigrationNote = "pmig";

// The first word of the file; empty for anything that no hook writes.
std::optional<HookPhase> parse_hook_note(std::string_view text);

// Empty: no note, or none that can be read. `now` and the file's age tell when it was written.
std::optional<HookNote> read_hook_note(const std::filesystem::path& folder, base::BootTime now);

}  // namespace hnv
