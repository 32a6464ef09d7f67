// SPDX-License-Identifier: Apache-2.0
// What each slave carried in the last quarter of an hour, one value every few seconds, whether
// somebody looks or not. Used on the renderer's thread only.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "exporter/snapshot.hpp"

namespace hnv::exporter {

// Bytes per second.
struct Throughput {
  double receive = 0;
  double transmit = 0;
};

class ThroughputHistory {
 public:
  static constexpr std::chrono::seconds kStep{5};
  static constexpr std::size_t kSteps = 180;
  // Slaves beyond these have no history: some 3 MiB are enough for it.
  static constexpr std::size_t kMostSlaves = 1024;

  // Takes note at most once a step, of slaves that are there. What was carried since the last note
  // is spread over the steps in between; across a gap of more than a minute, or after a counter
  // went back, nothing is known.
  void record(const Snapshot& snapshot);

  // The oldest first, kSteps values; empty: not known. No values for a slave never noted.
  using Series = std::vector<std::optional<Throughput>>;
  [[nodiscard]] Series of(bond::IfIndex slave) const;
  [[nodiscard]] std::optional<Throughput> latest(bond::IfIndex slave) const;

 private:
  struct Slave {
    bond::LinkStats stats;
    base::BootTime noted;
    // By step modulo kSteps; below 0: not known.
    std::array<float, kSteps> receive;
    std::array<float, kSteps> transmit;
  };
  void note(Slave& slave, const bond::LinkStats& stats, base::BootTime now);

  std::optional<base::BootTime> last_;
  std::map<bond::IfIndex, Slave> slaves_;
};

}  // namespace hnv::exporter
