// SPDX-License-Identifier: Apache-2.0
// From the rows of the metrics table to bytes. Almost all time of a large scrape goes by here, so
// the labels of a bond or slave are put together once and not for each of its samples.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/metrics.hpp"

namespace hnv::exporter {

class SampleWriter final : private Samples {
 public:
  // `snapshot` outlives the writer.
  SampleWriter(const Snapshot& snapshot, ExpositionFormat format);
  SampleWriter(const SampleWriter&) = delete;
  SampleWriter& operator=(const SampleWriter&) = delete;
  SampleWriter(SampleWriter&&) = delete;
  SampleWriter& operator=(SampleWriter&&) = delete;
  ~SampleWriter() = default;

  void write(const MetricRow& row);

  // What was written, and the end; the writer is used up.
  std::string body() &&;

 private:
  void write_samples(BondValue value);
  void write_samples(SlaveValue value);
  void write_samples(AccountValue value);
  void write_samples(Projection project);

  void add(LabelValues label_values, double value) override;
  void add(LabelValues label_values, const DurationHistogram& value) override;

  void begin_sample(std::string_view suffix = {});
  // `bound`: of the bucket that the sample is about; nullptr: it is about none.
  void append_labels(LabelValues label_values, const double* bound = nullptr);
  void end_sample(double value);

  const Snapshot& snapshot_;
  ExpositionFormat format_;
  // As they stand in the text, `{bond="b"} `, in the snapshot's order.
  std::vector<std::string> bonds_;
  std::vector<std::string> slaves_;
  std::vector<std::string> accounts_;
  std::string out_;
  const MetricRow* row_ = nullptr;
  std::vector<std::string> openings_;  // what stands before each label's value: `",cause="`
  bool has_header_ = false;
};

}  // namespace hnv::exporter
