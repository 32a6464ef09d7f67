// SPDX-License-Identifier: Apache-2.0
// The prober's file, looked at once in an interval of the quickest probe, and not at all where no
// bond is probed. Its writer has fewer rights than we: whatever is wrong with it is told once, and
// is as if it were not there.
#pragma once

#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "hnv/config.hpp"
#include "hnv/path_status.hpp"

namespace hnv::watchdog {

class PathWatch {
 public:
  explicit PathWatch(std::string file) : file_(std::move(file)) {}

  void configure(const Config& config);
  [[nodiscard]] std::optional<base::BootTime> wake_at() const;
  // True when there is something new.
  bool look(base::BootTime now);
  [[nodiscard]] const std::optional<PathStatus>& status() const { return status_; }
  // Once for each fault.
  std::optional<base::Error> take_error();

 private:
  std::string file_;
  std::optional<base::BootClock::duration> interval_;  // empty: no bond is probed
  base::BootTime looked_{};
  std::optional<PathStatus> status_;
  std::string fault_;  // as last told
  std::optional<base::Error> error_;
};

}  // namespace hnv::watchdog
