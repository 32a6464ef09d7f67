// SPDX-License-Identifier: Apache-2.0
#include "exporter/throughput_history.hpp"

#include <algorithm>
#include <set>

namespace hnv::exporter {

namespace {

constexpr float kUnknown = -1;
constexpr std::chrono::minutes kLongestGap(1);

std::int64_t step_of(base::BootTime time) {
  return time.time_since_epoch() / ThroughputHistory::kStep;
}

std::size_t place_of(std::int64_t step) {
  return static_cast<std::size_t>(step) % ThroughputHistory::kSteps;
}

}  // namespace

void ThroughputHistory::record(const Snapshot& snapshot) {
  if (snapshot.sources[Source::netlink].error) return;
  // Scrapes come at any time: one that comes right after a note would give a rate over an instant.
  if (last_ &&
      (step_of(snapshot.taken) <= step_of(*last_) || snapshot.taken - *last_ < kStep / 2)) {
    return;
  }
  std::set<bond::IfIndex> present;
  for (const BondReport& bond : snapshot.bonds) {
    for (const SlaveReport& report : bond.slaves) {
      if (!report.link.stats) continue;
      auto found = slaves_.find(report.link.index);
      if (found == slaves_.end()) {
        if (slaves_.size() >= kMostSlaves) continue;
        found = slaves_.try_emplace(report.link.index).first;
        found->second.receive.fill(kUnknown);
        found->second.transmit.fill(kUnknown);
      } else {
        note(found->second, *report.link.stats, snapshot.taken);
      }
      found->second.stats = *report.link.stats;
      found->second.noted = snapshot.taken;
      present.insert(report.link.index);
    }
  }
  std::erase_if(slaves_, [&present](const auto& slave) { return !present.contains(slave.first); });
  last_ = snapshot.taken;
}

void ThroughputHistory::note(Slave& slave, const bond::LinkStats& stats, base::BootTime now) {
  const auto elapsed = now - slave.noted;
  const bool known = elapsed <= kLongestGap && stats.receive_bytes >= slave.stats.receive_bytes &&
                     stats.transmit_bytes >= slave.stats.transmit_bytes;
  const auto rate = [seconds = base::to_seconds(elapsed)](std::uint64_t from, std::uint64_t to) {
    return static_cast<float>(static_cast<double>(to - from) / seconds);
  };
  const float receive = known ? rate(slave.stats.receive_bytes, stats.receive_bytes) : kUnknown;
  const float transmit = known ? rate(slave.stats.transmit_bytes, stats.transmit_bytes) : kUnknown;
  const std::int64_t last = step_of(now);
  const std::int64_t first =
      std::max(step_of(slave.noted) + 1, last + 1 - static_cast<std::int64_t>(kSteps));
  for (std::int64_t step = first; step <= last; ++step) {
    slave.receive[place_of(step)] = receive;
    slave.transmit[place_of(step)] = transmit;
  }
}

ThroughputHistory::Series ThroughputHistory::of(bond::IfIndex slave) const {
  const auto found = slaves_.find(slave);
  if (found == slaves_.end()) return {};
  Series series(kSteps);
  const std::int64_t oldest = step_of(*last_) + 1;
  for (std::size_t index = 0; index < kSteps; ++index) {
    const std::size_t place = place_of(oldest + static_cast<std::int64_t>(index));
    if (found->second.receive[place] < 0) continue;
    series[index] = Throughput{found->second.receive[place], found->second.transmit[place]};
  }
  return series;
}

std::optional<Throughput> ThroughputHistory::latest(bond::IfIndex slave) const {
  const auto found = slaves_.find(slave);
  if (found == slaves_.end()) return std::nullopt;
  const std::size_t place = place_of(step_of(*last_));
  if (found->second.receive[place] < 0) return std::nullopt;
  return Throughput{found->second.receive[place], found->second.transmit[place]};
}

}  // namespace hnv::exporter
