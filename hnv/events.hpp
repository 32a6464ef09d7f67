// SPDX-License-Identifier: Apache-2.0
// The watchdog's journal: what it logs, kept for whoever asks later. A file beside the status file,
// valid for one boot: a header, then one JSON object a line. It is appended to, and now and then
// replaced by its end.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/expected.hpp"
#include "base/log.hpp"

namespace hnv {

struct JournalEvent {
  using Value = std::variant<std::string, std::int64_t, double, bool>;

  std::uint64_t sequence = 0;  // counts up by 1 for the whole boot: a gap is events that are lost
  double unix_seconds = 0;
  base::BootTime at;
  base::LogLevel level = base::LogLevel::info;
  std::string name;  // as in the log
  std::vector<std::pair<std::string, Value>> fields;
  bool operator==(const JournalEvent&) const = default;

  // nullptr without such a field, or with one that is no text.
  [[nodiscard]] const std::string* text(std::string_view key) const;
};

inline constexpr int kEventsSchema = 1;

// Each is one line with its end.
std::string encode_events_header(const std::string& boot_id);
std::string encode_event(const JournalEvent& event);

struct Journal {
  std::string boot_id;
  std::vector<JournalEvent> events;
  std::size_t size = 0;  // of the whole lines; what comes after is a line that is being written
};

// Errors: unsupported for another schema, invalid for a line that is not what encode_event writes.
// `file` is for messages.
base::Expected<Journal> decode_journal(std::string_view text, const std::string& file);
// The same for what was appended since.
base::Expected<Journal> decode_journal_end(std::string_view text, const std::string& file);

// Beside the status file.
std::string watchdog_events_file(const std::string& status_file);

// A file is replaced long before it grows so large.
inline constexpr std::size_t kLargestEventsFile = std::size_t{16} * 1024 * 1024;

}  // namespace hnv
