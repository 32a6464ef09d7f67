// SPDX-License-Identifier: Apache-2.0
// An operator's pause: a file in the folder of Paths::pauses, named like a bond, or kAllBonds. Its
// lines are KEY=VALUE, all of them optional: an empty file, as touch(1) makes one, is a pause
// without end. Whatever is not understood is one too: when unsure, the watchdog waits.
//   by      who asked for it
//   reason  why
//   since   when, in nanoseconds of CLOCK_BOOTTIME
//   until   its end, likewise: setting the wall clock neither ends nor prolongs a pause
//   boot    the boot that these times are of; without it, or in another boot, they mean nothing
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace hnv {

struct OperatorPause {
  static constexpr const char* kAllBonds = "all";

  std::string bond;  // the file's name: a bond, or kAllBonds
  std::string by;    // "": not told
  std::string reason;
  std::optional<base::BootTime> since;
  std::optional<base::BootTime> until;  // empty: until it is taken back, or the next boot
  std::string problem;                  // what of the file is not understood; "" for nothing
  bool operator==(const OperatorPause&) const = default;

  [[nodiscard]] bool holds(std::string_view name) const {
    return bond == kAllBonds || bond == name;
  }
  [[nodiscard]] bool has_ended(base::BootTime now) const { return until && *until <= now; }
};

// The file's content. Line ends within `by` and `reason` become spaces.
std::string encode_pause(const OperatorPause& pause, std::string_view boot_id);
// Every text is some pause; `boot_id` is that of now.
OperatorPause decode_pause(std::string name, std::string_view text, std::string_view boot_id);

// Those that have not ended, by name. Hidden files are none: a file that is being written is
// hidden. One that cannot be read is a pause without end; a folder that is not there has none.
std::vector<OperatorPause> read_pauses(const std::filesystem::path& folder,
                                       std::string_view boot_id, base::BootTime now);

// The one that lasts longest of those that hold the bond; nullptr for none.
const OperatorPause* longest_pause(const std::vector<OperatorPause>& pauses, std::string_view bond);

// What people write, in bytes: more would be cut off nowhere.
inline constexpr std::size_t kLongestPauseReason = 200;

}  // namespace hnv
