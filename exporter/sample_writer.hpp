// SPDX-License-Identifier: Apache-2.0
// From the rows of the metrics table to bytes. Almost all time of a large scrape goes by here, so
// the labels of a bond or slave are put together once and not for each of its samples.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "exporter/exposition.hpp"
#include "exporter/metrics.hpp"
#include "exporter/piece_buffer.hpp"

namespace hnv::exporter {

// What is the same at every scrape.
struct PreparedRow {
  explicit PreparedRow(const MetricRow& the_row);

  const MetricRow* row;
  std::string text_header;
  std::string openmetrics_header;
  std::vector<std::string> openings;     // what stands before each label's value: `",cause="`
  std::vector<std::string> key_endings;  // of an AccountTable, for each key: `,reason="mode"} `
};

class SampleWriter final : private Samples {
 public:
  // `snapshot` and `sink` outlive the writer.
  SampleWriter(const Snapshot& snapshot, ExpositionFormat format, TextSink& sink);

  void write(const PreparedRow& row);

  // After the last row.
  void end();

 private:
  void write_samples(BondValue value);
  void write_samples(SlaveValue value);
  void write_samples(AccountValue value);
  void write_samples(const AccountTable& table);
  void write_samples(Projection project);

  void add(LabelValues label_values, double value) override;
  void add(LabelValues label_values, const DurationHistogram& value) override;

  void append_header();  // once for each row
  void begin_sample();
  void append_labels(LabelValues label_values);
  void append_label_values(LabelValues label_values);
  void end_sample(double value);

  const Snapshot& snapshot_;
  ExpositionFormat format_;
  // As they stand in the text, `{bond="b"} `, in the snapshot's order; of accounts without the end,
  // since more may follow.
  std::vector<std::string> bonds_;
  std::vector<std::string> slaves_;
  std::vector<std::string> accounts_;
  PieceBuffer out_;
  const PreparedRow* row_ = nullptr;
  bool has_header_ = false;
};

}  // namespace hnv::exporter
