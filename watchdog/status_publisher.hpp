// SPDX-License-Identifier: Apache-2.0
// When the status file is written: soon after a change, at most five times a second, and at least
// twice a minute so that its time stamp tells that the watchdog lives.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/expected.hpp"
#include "hnv/status.hpp"
#include "watchdog/memory.hpp"

namespace hnv::watchdog {

class StatusPublisher {
 public:
  static constexpr std::chrono::milliseconds kShortestInterval{200};
  static constexpr std::chrono::seconds kLongestInterval{30};
  static constexpr std::chrono::seconds kAfterFailure{1};

  explicit StatusPublisher(std::string file) : file_(std::move(file)) {}

  void note_change() { changed_ = true; }
  [[nodiscard]] bool is_due(base::BootTime now) const { return now >= wake_at(); }
  [[nodiscard]] base::BootTime wake_at() const;

  // Replaces the file. A failure does not stop anything: it is tried again soon.
  base::Expected<void> publish(const WatchdogStatus& status, const Memory& memory,
                               base::BootTime now);

 private:
  std::string file_;
  bool changed_ = true;
  bool failed_ = false;
  std::optional<base::BootTime> last_;
};

}  // namespace hnv::watchdog
