// SPDX-License-Identifier: Apache-2.0
#include "hnv/status.hpp"

#include <algorithm>
#include <filesystem>
#include <numeric>

#include "base/atomic_file.hpp"
#include "base/lock_file.hpp"

namespace hnv {

void DurationHistogram::observe(double seconds) {
  const auto* bound = std::lower_bound(kUpperBounds.begin(), kUpperBounds.end(), seconds);
  ++counts[static_cast<std::size_t>(bound - kUpperBounds.begin())];
  sum_seconds += seconds;
}

std::uint64_t DurationHistogram::count() const {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

std::uint64_t failovers_of(const BondStatus& bond) {
  std::uint64_t count = 0;
  for (const auto direction : base::all_values<FailoverDirection>()) {
    for (const auto cause : base::all_values<FailoverCause>()) {
      count += bond.failovers[direction][cause];
    }
  }
  return count;
}

BondStatus counters_of(const BondStatus& bond) {
  BondStatus counters;
  counters.name = bond.name;
  counters.failovers = bond.failovers;
  counters.off_sriov = bond.off_sriov;
  counters.last_failover_unix_seconds = bond.last_failover_unix_seconds;
  counters.restore_attempts = bond.restore_attempts;
  counters.restore_failures = bond.restore_failures;
  counters.restore_duration = bond.restore_duration;
  counters.primary_losses = bond.primary_losses;
  counters.unseen_failures = bond.unseen_failures;
  counters.fast_failovers = bond.fast_failovers;
  counters.fast_failovers_skipped = bond.fast_failovers_skipped;
  counters.glitches = bond.glitches;
  return counters;
}

const BondStatus* WatchdogStatus::bond(std::string_view name) const {
  const auto found = std::find_if(bonds.begin(), bonds.end(),
                                  [name](const BondStatus& bond) { return bond.name == name; });
  return found != bonds.end() ? &*found : nullptr;
}

std::string watchdog_lock_file(const std::string& status_file) {
  return (std::filesystem::path(status_file).parent_path() / "hnv-watchdog.lock").native();
}

PublishedStatus PublishedStatusReader::read() {
  PublishedStatus published;
  const auto holder = base::lock_holder(watchdog_lock_file(status_file_));
  if (!holder) {
    published.error = holder.error();
  } else {
    published.alive = holder->has_value();
  }
  auto text = base::read_file(status_file_, kLargestStatusFile);
  if (!text) {
    if (text.error().code != base::ErrorCode::not_found) published.error = text.error();
    return published;
  }
  const auto& decoded = decoder_.decode(std::move(*text));
  if (!decoded) {
    published.error = decoded.error();
  } else if (decoded->boot_id == boot_id_) {
    published.status = *decoded;
  }
  return published;
}

PublishedStatus read_published_status(const std::string& status_file, const std::string& boot_id) {
  return PublishedStatusReader(status_file, boot_id).read();
}

std::string read_boot_id(const std::string& procfs) {
  constexpr std::size_t kLongest = 64;
  std::string id = base::read_file(procfs + "/sys/kernel/random/boot_id", kLongest).value_or("");
  if (const auto end = id.find('\n'); end != std::string::npos) id.resize(end);
  return id;
}

}  // namespace hnv
