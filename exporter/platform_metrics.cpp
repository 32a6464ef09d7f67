// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <string>

#include "exporter/metric_rows.hpp"

namespace hnv::exporter {

namespace {

void project_lpar_info(const Snapshot& snapshot, Samples& samples) {
  if (!snapshot.identity) return;
  const PartitionIdentity& identity = *snapshot.identity;
  const auto& number = identity.partition_number;
  samples.add({identity.frame.model, identity.frame.system_id,
               number ? std::to_string(*number) : std::string(), identity.partition_name,
               identity.firmware},
              1);
}

}  // namespace

std::span<const MetricRow> platform_rows() {
  static const std::array rows = {
      MetricRow{"hnv_lpar_info",
                kGauge,
                "Always 1; the labels tell the machine that the partition runs on, which a "
                "migration changes, and the partition. The values are those of "
                "/proc/powerpc/lparcfg. Absent where there is no device tree, and with "
                "--no-collector.lpar-info.",
                {"system_type", "serial", "partition_id", "partition_name", "firmware"},
                Projection(project_lpar_info)},
  };
  return rows;
}

}  // namespace hnv::exporter
