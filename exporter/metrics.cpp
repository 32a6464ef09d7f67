// SPDX-License-Identifier: Apache-2.0
#include "exporter/metrics.hpp"

#include <array>
#include <cassert>
#include <limits>
#include <utility>

#include "exporter/metric_rows.hpp"

namespace hnv::exporter {

namespace {

struct Project {
  const Snapshot& snapshot;
  Samples& samples;

  void operator()(BondValue value) const {
    for (const BondReport& bond : snapshot.bonds) {
      if (const auto number = value(bond)) samples.add({bond.link.name}, *number);
    }
  }
  void operator()(SlaveValue value) const {
    for (const BondReport& bond : snapshot.bonds) {
      for (const SlaveReport& slave : bond.slaves) {
        if (const auto number = value(bond, slave)) {
          samples.add({bond.link.name, slave.link.name, base::name_of(slave.role)}, *number);
        }
      }
    }
  }
  void operator()(AccountValue value) const {
    if (!snapshot.watchdog.status) return;
    for (const BondStatus& bond : snapshot.watchdog.status->bonds) {
      if (const auto number = value(bond)) samples.add({bond.name}, *number);
    }
  }
  void operator()(Projection project) const { project(snapshot, samples); }
};

}  // namespace

prometheus::ClientMetric& Samples::append(std::initializer_list<std::string_view> label_values) {
  assert(label_values.size() == row_.labels.size());
  prometheus::ClientMetric& metric = family_.metric.emplace_back();
  metric.label.reserve(label_values.size());
  const auto* value = label_values.begin();
  for (const std::string_view name : row_.labels) {
    auto& label = metric.label.emplace_back();
    label.name = name;
    label.value = *value++;
  }
  return metric;
}

void Samples::add(std::initializer_list<std::string_view> label_values, double value) {
  prometheus::ClientMetric& metric = append(label_values);
  if (row_.type == prometheus::MetricType::Counter) {
    metric.counter.value = value;
  } else {
    metric.gauge.value = value;
  }
}

void Samples::add(std::initializer_list<std::string_view> label_values,
                  const DurationHistogram& value) {
  auto& histogram = append(label_values).histogram;
  histogram.sample_count = value.count();
  histogram.sample_sum = value.sum_seconds;
  histogram.bucket.reserve(value.counts.size());
  std::uint64_t cumulative = 0;
  for (std::size_t index = 0; index < value.counts.size(); ++index) {
    cumulative += value.counts[index];
    const bool last = index == DurationHistogram::kUpperBounds.size();
    const double bound =
        last ? std::numeric_limits<double>::infinity() : DurationHistogram::kUpperBounds[index];
    histogram.bucket.push_back({cumulative, bound});
  }
}

std::span<const MetricSection> metric_table() {
  static const std::array table = {
      MetricSection{"Bond", "What the kernel says at the moment of the scrape; needs no watchdog.",
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
      MetricSection{"Platform",
                    "What the firmware's device tree says about the partition. The HNV pairs that "
                    "it names are in `hnv_bond_info` and `hnv_slave_info`.",
                    platform_rows()},
      MetricSection{"Exporter", "The exporter itself.", exporter_rows()},
  };
  return table;
}

std::vector<prometheus::MetricFamily> metric_families(const Snapshot& snapshot) {
  std::vector<prometheus::MetricFamily> families;
  for (const MetricSection& section : metric_table()) {
    for (const MetricRow& row : section.rows) {
      prometheus::MetricFamily family;
      Samples samples(row, family);
      std::visit(Project{snapshot, samples}, row.values);
      if (family.metric.empty()) continue;
      family.name = row.name;
      family.help = row.help;
      family.type = row.type;
      families.push_back(std::move(family));
    }
  }
  return families;
}

}  // namespace hnv::exporter
