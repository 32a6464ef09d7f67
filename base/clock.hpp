// SPDX-License-Identifier: Apache-2.0
// CLOCK_BOOTTIME: one clock for timers, the status file and everything that compares times across
// processes. It goes on while the partition is suspended and means the same in every process of one
// boot.
#pragma once

#include <chrono>

namespace hnv::base {

struct BootClock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<BootClock>;
  static constexpr bool is_steady = true;  // NOLINT(readability-identifier-naming): of Clock

  static time_point now();
};

using BootTime = BootClock::time_point;

// Seconds since the Unix epoch, for what leaves the machine.
double unix_time();

inline double to_seconds(BootClock::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace hnv::base
