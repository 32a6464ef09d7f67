// SPDX-License-Identifier: Apache-2.0
// The table of all metrics: the only place that names one. Dashboards, alerts and other people's
// rules stand on these names: add freely, rename never. Families are built anew for every scrape,
// so that what has vanished vanishes here too.
#pragma once

#include <prometheus/metric_family.h>

#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "exporter/snapshot.hpp"

namespace hnv::exporter {

struct MetricRow;

// Takes the samples of one family.
class Samples {
 public:
  Samples(const MetricRow& row, prometheus::MetricFamily& family) : row_(row), family_(family) {}

  // `label_values` in the order of the row's labels.
  void add(std::initializer_list<std::string_view> label_values, double value);
  void add(std::initializer_list<std::string_view> label_values, const DurationHistogram& value);

 private:
  prometheus::ClientMetric& append(std::initializer_list<std::string_view> label_values);

  const MetricRow& row_;
  prometheus::MetricFamily& family_;
};

// How a row gets its samples. An empty value is an absent series. Bonds have the label `bond`;
// slaves `bond`, `device` and `role`; the watchdog's account of a bond has `bond`, and is there
// only when the watchdog has published one.
using BondValue = std::optional<double> (*)(const BondReport&);
using SlaveValue = std::optional<double> (*)(const BondReport&, const SlaveReport&);
using AccountValue = std::optional<double> (*)(const BondStatus&);
using Projection = void (*)(const Snapshot&, Samples&);

struct MetricRow {
  std::string_view name;
  prometheus::MetricType type;
  std::string_view help;  // Markdown without markup: also printed in docs/metrics.md
  std::vector<std::string_view> labels;
  std::variant<BondValue, SlaveValue, AccountValue, Projection> values;
};

struct MetricSection {
  std::string_view title;
  std::string_view text;  // what its rows have in common, for docs/metrics.md
  std::span<const MetricRow> rows;
};

std::span<const MetricSection> metric_table();

// In the order of the table; rows without samples are left out.
std::vector<prometheus::MetricFamily> metric_families(const Snapshot& snapshot);

}  // namespace hnv::exporter
