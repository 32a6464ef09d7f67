// SPDX-License-Identifier: Apache-2.0
// The table of all metrics: the only place that names one. Dashboards, alerts and other people's
// rules stand on these names: add freely, rename never. Families are built anew for every scrape,
// so that what has vanished vanishes here too.
#pragma once

#include <prometheus/metric_type.h>

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "exporter/exposition.hpp"
#include "exporter/snapshot.hpp"
#include "exporter/text_sink.hpp"

namespace hnv::exporter {

// Takes the samples of one row.
class Samples {
 public:
  // In the order of the row's labels.
  using LabelValues = std::initializer_list<std::string_view>;

  Samples() = default;
  Samples(const Samples&) = delete;
  Samples& operator=(const Samples&) = delete;
  Samples(Samples&&) = delete;
  Samples& operator=(Samples&&) = delete;
  virtual ~Samples() = default;

  virtual void add(LabelValues label_values, double value) = 0;
  virtual void add(LabelValues label_values, const DurationHistogram& value) = 0;
};

// How a row gets its samples. An empty value is an absent series. Bonds have the label `bond`;
// slaves `bond`, `device` and `role`; the watchdog's account of a bond has `bond`, and is there
// only when the watchdog has published one.
using BondValue = std::optional<double> (*)(const BondReport&);
using SlaveValue = std::optional<double> (*)(const BondReport&, const SlaveReport&);
using AccountValue = std::optional<double> (*)(const BondStatus&);
using Projection = void (*)(const Snapshot&, Samples&);

// Of each account one sample for each key, from the start: `increase()` must see the first step
// from 0. A key is the values of the labels behind `bond`.
struct AccountTable {
  std::vector<std::vector<std::string_view>> keys;
  double (*value)(const BondStatus&, std::size_t key) = nullptr;
};

struct MetricRow {
  std::string_view name;
  prometheus::MetricType type;
  std::string_view help;  // Markdown without markup: also printed in docs/metrics.md
  std::vector<std::string_view> labels;
  std::variant<BondValue, SlaveValue, AccountValue, AccountTable, Projection> values;
};

struct MetricSection {
  std::string_view title;
  std::string_view text;  // what its rows have in common, for docs/metrics.md
  std::span<const MetricRow> rows;
  bool node_bonding = false;  // served only where MetricChoice::node_bonding asks for it
};

struct MetricChoice {
  // Also the two metrics of bonds that node_exporter has, under its names.
  bool node_bonding = false;
};

std::span<const MetricSection> metric_table();

// A whole body, in the order of the table; rows without samples are left out.
void write_metrics(const Snapshot& snapshot, ExpositionFormat format, const MetricChoice& choice,
                   TextSink& sink);

}  // namespace hnv::exporter
