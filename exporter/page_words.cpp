// SPDX-License-Identifier: Apache-2.0
#include "exporter/page_words.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <ctime>

namespace hnv::exporter {

namespace {

using Level = Explanation::Level;

}  // namespace

std::string time_element(double unix_seconds) {
  const std::tm utc = fmt::gmtime(static_cast<std::time_t>(std::floor(unix_seconds)));
  return fmt::format("<time datetime=\"{0:%Y-%m-%dT%H:%M:%SZ}\">{0:%Y-%m-%d %H:%M:%S} UTC</time>",
                     utc);
}

std::string since_html(const Snapshot& snapshot, double unix_seconds) {
  const auto age = std::chrono::duration_cast<base::BootClock::duration>(
      std::chrono::duration<double>(snapshot.taken_unix_seconds - unix_seconds));
  return time_element(unix_seconds) + ", " + format_duration(age) + " ago";
}

std::string since_html(const Snapshot& snapshot, base::BootTime time) {
  return since_html(snapshot, unix_seconds_of(snapshot, time));
}

double unix_seconds_of(const Snapshot& snapshot, base::BootTime time) {
  return snapshot.taken_unix_seconds - base::to_seconds(snapshot.taken - time);
}

std::string_view mark(Level level) {
  switch (level) {
    case Level::good:
      return "✓";
    case Level::attention:
      return "!";
    case Level::failing:
      return "✗";
    case Level::neutral:
      break;
  }
  return "–";
}

std::string badge(Level level) {
  if (level == Level::neutral) return "not managed";
  return fmt::format("{} {}", mark(level), base::name_of(level));
}

std::string_view role_text(Role role) {
  switch (role) {
    case Role::sriov:
      return "SR-IOV";
    case Role::virtual_device:
      return "virtual";
    case Role::unknown:
      break;
  }
  return "unknown";
}

std::string link_text(const bond::Link& slave) {
  if (!slave.admin_up) return "taken down";
  if (slave.slave->mii_status == bond::MiiStatus::up) {
    return slave.lower_up ? "up" : "losing carrier";
  }
  return std::string(slave.slave->mii_status ? base::name_of(*slave.slave->mii_status) : "unknown");
}

std::string speed_text(double bytes_per_second) {
  constexpr double kBits = 8;
  constexpr double kThousand = 1000;
  constexpr auto kUnits =
      std::to_array<std::string_view>({"bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"});
  double bits = bytes_per_second * kBits;
  std::size_t unit = 0;
  // 999.5 would be shown as 1e+03.
  while (bits >= kThousand - 0.5 && unit + 1 < kUnits.size()) {
    bits /= kThousand;
    ++unit;
  }
  return unit == 0 ? fmt::format("{:.0f} {}", bits, kUnits[unit])
                   : fmt::format("{:.3g} {}", bits, kUnits[unit]);
}

}  // namespace hnv::exporter
