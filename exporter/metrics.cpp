// SPDX-License-Identifier: Apache-2.0
#include "exporter/metrics.hpp"

#include <array>
#include <vector>

#include "exporter/metric_rows.hpp"
#include "exporter/sample_writer.hpp"

namespace hnv::exporter {

std::span<const MetricSection> metric_table() {
  static const std::array table = {
      MetricSection{"Bond",
                    "What the kernel says; needs no watchdog. Counters are read at each scrape, "
                    "everything else whenever the kernel has said anything of a link since the "
                    "last one. What it changes without a word (such as the carrier of a device "
                    "that is down) is a minute old at most.",
                    bond_rows()},
      MetricSection{"Slave",
                    "What the kernel says of the devices in a bond. `device` joins with "
                    "node_exporter's `node_network_*`; `role` survives the new name that an "
                    "SR-IOV port gets after a migration.",
                    slave_rows()},
      MetricSection{"What happened",
                    "What the watchdog has counted since the partition was started, from its "
                    "status file. A restart of the watchdog loses nothing; after its death the "
                    "last account stays, with `hnv_watchdog_up` 0. Without a file of this boot "
                    "these series are absent, except `hnv_watchdog_up`.",
                    watchdog_rows()},
      MetricSection{"Migration",
                    "Live Partition Mobility, as the watchdog has seen it since the partition was "
                    "started.",
                    lpm_rows()},
      MetricSection{"Doctor",
                    "What hnvctl doctor has found, which hnv-doctor.timer runs once an hour. "
                    "Without its report these series are absent; whether a bond may migrate is "
                    "absent as well when the report is older than 3 hours.",
                    doctor_rows()},
      MetricSection{"Path health",
                    "Whether anything answers behind a link that is up, as hnv-prober has found "
                    "out by asking through each slave. Absent without a prober, and for bonds that "
                    "it does not probe. Counters are of this boot, or since the prober's start.",
                    path_rows()},
      MetricSection{"Platform",
                    "What the firmware's device tree says about the partition. The HNV pairs that "
                    "it names are in `hnv_bond_info` and `hnv_slave_info`.",
                    platform_rows()},
      MetricSection{"Exporter", "The exporter itself.", exporter_rows()},
      MetricSection{"Compatibility",
                    "What node_exporter's collector `bonding` serves, under its names, for rules "
                    "and dashboards that know these. Only with `--compat.node-bonding`; not beside "
                    "a node_exporter with that collector.",
                    node_bonding_rows(), true},
  };
  return table;
}

namespace {

struct PreparedSection {
  bool node_bonding = false;
  std::vector<PreparedRow> rows;
};

const std::vector<PreparedSection>& prepared_table() {
  static const std::vector<PreparedSection> prepared = [] {
    std::vector<PreparedSection> sections;
    for (const MetricSection& section : metric_table()) {
      sections.push_back({section.node_bonding, {section.rows.begin(), section.rows.end()}});
    }
    return sections;
  }();
  return prepared;
}

}  // namespace

void write_metrics(const Snapshot& snapshot, ExpositionFormat format, const MetricChoice& choice,
                   TextSink& sink) {
  SampleWriter writer(snapshot, format, sink);
  for (const PreparedSection& section : prepared_table()) {
    if (section.node_bonding && !choice.node_bonding) continue;
    for (const PreparedRow& row : section.rows) writer.write(row);
  }
  writer.end();
}

}  // namespace hnv::exporter
