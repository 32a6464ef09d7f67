// SPDX-License-Identifier: Apache-2.0
#include "hnv/hook_note.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <ctime>

#include "base/atomic_file.hpp"

namespace hnv {

namespace {

constexpr std::size_t kLargestNote = 256;

// The file's time is one of the wall clock, ours are not: its age is what both agree on. A wall
// clock that was set back makes it new rather than one of the future.
base::BootClock::duration age_of(const struct stat& file) {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  const auto age = std::chrono::seconds(now.tv_sec - file.st_mtim.tv_sec) +
                   std::chrono::nanoseconds(now.tv_nsec - file.st_mtim.tv_nsec);
  return std::max(base::BootClock::duration(age), base::BootClock::duration::zero());
}

}  // namespace

std::optional<HookPhase> parse_hook_note(std::string_view text) {
  return base::value_of<HookPhase>(text.substr(0, text.find_first_of(" \n")));
}

std::optional<HookNote> read_hook_note(const std::filesystem::path& folder, base::BootTime now) {
  const std::filesystem::path file = folder / kMigrationNote;
  struct stat written {};
  if (::stat(file.c_str(), &written) != 0) return std::nullopt;
  const auto text = base::read_file(file, kLargestNote);
  if (!text) return std::nullopt;
  const auto phase = parse_hook_note(*text);
  if (!phase) return std::nullopt;
  const auto stamp = std::chrono::seconds(written.st_mtim.tv_sec) +
                     std::chrono::nanoseconds(written.st_mtim.tv_nsec);
  return HookNote{*phase, now - age_of(written), stamp.count()};
}

}  // namespace hnv
