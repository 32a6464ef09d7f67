// SPDX-License-Identifier: Apache-2.0
#include "exporter/link_speed.hpp"

#include <charconv>
#include <utility>

#include "base/atomic_file.hpp"

namespace hnv::exporter {

namespace {

std::optional<double> read_speed(const Paths& paths, const std::string& device) {
  constexpr std::size_t kLongest = 64;
  // Reading fails (EINVAL) while the device is down.
  const auto text = base::read_file(paths.sysfs / "class/net" / device / "speed", kLongest);
  if (!text) return std::nullopt;
  std::int64_t megabits = 0;
  if (std::from_chars(text->data(), text->data() + text->size(), megabits).ec != std::errc()) {
    return std::nullopt;
  }
  // SPEED_UNKNOWN is -1, which some kernels print as an unsigned number.
  constexpr std::int64_t kUnknown = 0xFFFFFFFF;
  if (megabits <= 0 || megabits >= kUnknown) return std::nullopt;
  constexpr double kBytesPerMegabit = 1e6 / 8;
  return static_cast<double>(megabits) * kBytesPerMegabit;
}

}  // namespace

std::optional<double> LinkSpeedCache::speed_of(const bond::Link& link) {
  const auto found = entries_.find(link.index);
  if (found != entries_.end() && found->second.carrier_changes == link.carrier_changes) {
    found->second.used = true;
    return found->second.speed;
  }
  const auto speed = read_speed(paths_, link.name);
  entries_.insert_or_assign(link.index, Entry{link.carrier_changes, speed, true});
  return speed;
}

void LinkSpeedCache::drop_unused() {
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    const bool used = std::exchange(entry->second.used, false);
    entry = used ? std::next(entry) : entries_.erase(entry);
  }
}

}  // namespace hnv::exporter
