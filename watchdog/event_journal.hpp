// SPDX-License-Identifier: Apache-2.0
// Writes the journal of hnv/events.hpp. What cannot be written is kept in memory and tried again;
// nothing else waits for it.
#pragma once

#include <chrono>
#include <deque>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/expected.hpp"
#include "hnv/events.hpp"
#include "watchdog/log_entry.hpp"

namespace hnv::watchdog {

class EventJournal {
 public:
  static constexpr std::size_t kKept = 1000;     // events that outlive a replacement
  static constexpr std::size_t kLargest = 2000;  // events that the file holds at most
  static constexpr std::chrono::seconds kRetry{5};

  EventJournal(std::string file, std::string boot_id);

  // Once, before the first add(): goes on behind the events of this boot. A file that cannot be
  // used is kept aside as *.bad; the error says so.
  base::Expected<void> read();

  void add(const LogEntry& entry, base::BootTime now, double unix_seconds);

  // Appends what was added, or replaces the file by the last kKept events where that is due. After
  // a failure it does nothing until wake_at().
  base::Expected<void> write(base::BootTime now);
  // Empty: nothing waits for another try.
  [[nodiscard]] std::optional<base::BootTime> wake_at() const;

  [[nodiscard]] std::uint64_t last() const { return last_; }
  // Dropped from memory before they could be written.
  [[nodiscard]] std::uint64_t lost() const { return lost_; }

 private:
  void take(std::string line);
  [[nodiscard]] base::Expected<void> set_aside(const base::Error& error) const;
  base::Expected<void> write_pending();
  base::Expected<bool> append();
  base::Expected<void> replace();

  std::string file_;
  std::string boot_id_;
  std::deque<std::string> lines_;  // the last kKept
  std::size_t pending_ = 0;        // of them not written: the last ones
  std::size_t in_file_ = 0;
  std::optional<std::size_t> size_;  // of the file as we left it; empty: replace it
  std::uint64_t last_ = 0;
  std::uint64_t lost_ = 0;
  std::optional<base::BootTime> retry_at_;
};

}  // namespace hnv::watchdog
