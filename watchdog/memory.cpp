// SPDX-License-Identifier: Apache-2.0
#include "watchdog/memory.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "base/atomic_file.hpp"

namespace hnv::watchdog {

KernelCounts kernel_counts_of(const bond::Topology& topology, bond::IfIndex bond) {
  KernelCounts counts;
  if (const bond::Link* link = topology.bond(bond)) {
    counts.carrier_losses = link->carrier_down_count;
  }
  for (const bond::SlaveRecord* slave : topology.slaves_of(bond)) {
    const bond::Link& link = slave->link;
    counts.slaves[link.index] =
        KernelCounts::Slave{link.slave->link_failure_count, link.carrier_down_count};
  }
  return counts;
}

bool shows_loss(const KernelCounts& before, const KernelCounts& after, bond::IfIndex slave) {
  const auto was = before.slaves.find(slave);
  const auto is = after.slaves.find(slave);
  if (was == before.slaves.end() || is == after.slaves.end()) return true;
  return was->second != is->second || before.carrier_losses != after.carrier_losses;
}

namespace {

// What has begun has begun: a time to come would make counters fall.
bool is_past(const WatchdogStatus& status, base::BootTime now) {
  const auto of_bond = [now](const BondStatus& bond) {
    return bond.state_since <= now && (!bond.off_reason || bond.off_since <= now);
  };
  return std::all_of(status.bonds.begin(), status.bonds.end(), of_bond) &&
         (!status.lpm.window_since || *status.lpm.window_since <= now);
}

}  // namespace

base::Expected<std::optional<Remembered>> read_remembered(const std::string& file,
                                                          const std::string& boot_id,
                                                          base::BootTime now) {
  const auto text = base::read_file(file, kLargestStatusFile);
  if (!text) {
    if (text.error().code == base::ErrorCode::not_found) return std::nullopt;
    return base::failure(text.error());
  }
  auto status = decode_status(*text, file);
  if (!status) return base::failure(status.error());
  if (boot_id.empty() || status->boot_id != boot_id) return std::nullopt;
  if (!is_past(*status, now)) {
    return base::failure(base::Error{base::ErrorCode::invalid, "read status", file,
                                     "it tells of a time that has not come yet"});
  }
  auto memory = decode_memory(*text, file, now);
  if (!memory) return base::failure(memory.error());
  return Remembered{std::move(*status), std::move(*memory)};
}

base::Expected<std::string> set_aside(const std::string& file) {
  std::string aside = file + ".bad";
  if (std::rename(file.c_str(), aside.c_str()) != 0) {
    return base::failure(base::from_errno("rename to", aside, errno));
  }
  return aside;
}

}  // namespace hnv::watchdog
