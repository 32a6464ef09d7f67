// SPDX-License-Identifier: Apache-2.0
#include "watchdog/status_publisher.hpp"

#include "base/atomic_file.hpp"

namespace hnv::watchdog {

base::BootTime StatusPublisher::wake_at() const {
  if (!last_) return {};
  if (failed_) return *last_ + kAfterFailure;
  if (changed_) return *last_ + kShortestInterval;
  return *last_ + kLongestInterval;
}

base::Expected<void> StatusPublisher::publish(const WatchdogStatus& status, const Memory& memory,
                                              base::BootTime now) {
  last_ = now;
  changed_ = false;
  auto replaced = base::replace_file(file_, encode_status(status, encode_memory(memory)));
  failed_ = !replaced;
  return replaced;
}

}  // namespace hnv::watchdog
