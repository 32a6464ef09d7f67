// SPDX-License-Identifier: Apache-2.0
#include "watchdog/path_watch.hpp"

#include <utility>

#include "hnv/path_health.hpp"

namespace hnv::watchdog {

void PathWatch::configure(const Config& config) {
  interval_.reset();
  for (const BondConfig& bond : config.bonds) {
    if (!bond.path) continue;
    if (!interval_ || bond.path->interval < *interval_) interval_ = bond.path->interval;
  }
  looked_ = base::BootTime{};
  if (!interval_) status_.reset();
}

std::optional<base::BootTime> PathWatch::wake_at() const {
  if (!interval_) return std::nullopt;
  return looked_ + *interval_;
}

bool PathWatch::look(base::BootTime now) {
  if (!interval_) return false;
  looked_ = now;
  auto read = read_path_status(file_);
  if (!read) {
    std::string fault = read.error().to_string();
    if (fault != fault_) error_ = read.error();
    fault_ = std::move(fault);
    return std::exchange(status_, std::nullopt).has_value();
  }
  fault_.clear();
  if (*read == status_) return false;
  status_ = std::move(*read);
  return true;
}

std::optional<base::Error> PathWatch::take_error() {
  return std::exchange(error_, std::nullopt);
}

}  // namespace hnv::watchdog
