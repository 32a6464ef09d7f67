// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "exporter/metric_rows.hpp"

namespace hnv::exporter {

namespace {

const std::vector<std::string_view> master_label = {"master"};

void project_slaves(const Snapshot& snapshot, Samples& samples) {
  for (const BondReport& bond : snapshot.bonds) {
    samples.add({bond.link.name}, static_cast<double>(bond.slaves.size()));
  }
}

void project_active(const Snapshot& snapshot, Samples& samples) {
  for (const BondReport& bond : snapshot.bonds) samples.add({bond.link.name}, slaves_up(bond));
}

}  // namespace

std::span<const MetricRow> node_bonding_rows() {
  static const std::array rows = {
      MetricRow{"node_bonding_active", kGauge, "Number of active slaves per bonding interface.",
                master_label, Projection(project_active)},
      MetricRow{"node_bonding_slaves", kGauge, "Number of configured slaves per bonding interface.",
                master_label, Projection(project_slaves)},
  };
  return rows;
}

}  // namespace hnv::exporter
