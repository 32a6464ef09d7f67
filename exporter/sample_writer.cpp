// SPDX-License-Identifier: Apache-2.0
#include "exporter/sample_writer.hpp"

#include <cassert>
#include <limits>
#include <utility>

#include "exporter/metric_rows.hpp"

namespace hnv::exporter {

namespace {

void append_label(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append("=\"");
  append_label_value(out, value);
  out.push_back('"');
}

std::string block_of(const std::vector<std::string_view>& names, Samples::LabelValues values) {
  assert(names.size() == values.size());
  std::string block = "{";
  const auto* value = values.begin();
  for (const std::string_view name : names) {
    if (block.size() > 1) block.push_back(',');
    append_label(block, name, *value++);
  }
  return block.append("} ");
}

// Too much costs nothing: what is not written is not backed by memory.
std::size_t expected_size(const Snapshot& snapshot) {
  constexpr std::size_t kSample = 128;
  constexpr std::size_t kSamplesOfABond = 64;
  constexpr std::size_t kSamplesOfAnAccount = 160;
  const std::size_t accounts =
      snapshot.watchdog.status ? snapshot.watchdog.status->bonds.size() : 0;
  constexpr std::size_t kOthers = std::size_t{16} * 1024;
  return kOthers +
         kSample * (kSamplesOfABond * snapshot.bonds.size() + kSamplesOfAnAccount * accounts);
}

}  // namespace

SampleWriter::SampleWriter(const Snapshot& snapshot, ExpositionFormat format)
    : snapshot_(snapshot), format_(format) {
  out_.reserve(expected_size(snapshot));
  for (const BondReport& bond : snapshot.bonds) {
    bonds_.push_back(block_of(bond_labels, {bond.link.name}));
    for (const SlaveReport& slave : bond.slaves) {
      slaves_.push_back(
          block_of(slave_labels, {bond.link.name, slave.link.name, base::name_of(slave.role)}));
    }
  }
  if (!snapshot.watchdog.status) return;
  for (const BondStatus& bond : snapshot.watchdog.status->bonds) {
    accounts_.push_back(block_of(bond_labels, {bond.name}));
  }
}

void SampleWriter::write(const MetricRow& row) {
  row_ = &row;
  has_header_ = false;
  openings_.clear();
  for (const std::string_view name : row.labels) {
    openings_.push_back((openings_.empty() ? "{" : "\",") + std::string(name) + "=\"");
  }
  std::visit([this](auto values) { write_samples(values); }, row.values);
}

std::string SampleWriter::body() && {
  out_.append(end_of(format_));
  return std::move(out_);
}

void SampleWriter::write_samples(BondValue value) {
  const auto* labels = bonds_.data();
  for (const BondReport& bond : snapshot_.bonds) {
    if (const auto number = value(bond)) {
      begin_sample();
      out_.append(*labels);
      end_sample(*number);
    }
    ++labels;
  }
}

void SampleWriter::write_samples(SlaveValue value) {
  const auto* labels = slaves_.data();
  for (const BondReport& bond : snapshot_.bonds) {
    for (const SlaveReport& slave : bond.slaves) {
      if (const auto number = value(bond, slave)) {
        begin_sample();
        out_.append(*labels);
        end_sample(*number);
      }
      ++labels;
    }
  }
}

void SampleWriter::write_samples(AccountValue value) {
  if (!snapshot_.watchdog.status) return;
  const auto* labels = accounts_.data();
  for (const BondStatus& bond : snapshot_.watchdog.status->bonds) {
    if (const auto number = value(bond)) {
      begin_sample();
      out_.append(*labels);
      end_sample(*number);
    }
    ++labels;
  }
}

void SampleWriter::write_samples(Projection project) {
  project(snapshot_, *this);
}

void SampleWriter::add(LabelValues label_values, double value) {
  begin_sample();
  append_labels(label_values);
  end_sample(value);
}

void SampleWriter::add(LabelValues label_values, const DurationHistogram& value) {
  std::uint64_t cumulative = 0;
  for (std::size_t index = 0; index < value.counts.size(); ++index) {
    cumulative += value.counts[index];
    const bool last = index == DurationHistogram::kUpperBounds.size();
    const double bound =
        last ? std::numeric_limits<double>::infinity() : DurationHistogram::kUpperBounds[index];
    begin_sample("_bucket");
    append_labels(label_values, &bound);
    end_sample(number(cumulative));
  }
  begin_sample("_sum");
  append_labels(label_values);
  end_sample(value.sum_seconds);
  begin_sample("_count");
  append_labels(label_values);
  end_sample(number(value.count()));
}

void SampleWriter::begin_sample(std::string_view suffix) {
  if (!has_header_) {
    append_family_header(out_, format_, row_->name, row_->type, row_->help);
    has_header_ = true;
  }
  out_.append(row_->name).append(suffix);
}

void SampleWriter::append_labels(LabelValues label_values, const double* bound) {
  assert(label_values.size() == openings_.size());
  const auto* opening = openings_.data();
  for (const std::string_view value : label_values) {
    out_.append(*opening++);
    append_label_value(out_, value);
  }
  if (bound != nullptr) {
    out_.append(openings_.empty() ? "{le=\"" : "\",le=\"");
    append_bound(out_, *bound);
  }
  out_.append(openings_.empty() && bound == nullptr ? " " : "\"} ");
}

void SampleWriter::end_sample(double value) {
  append_number(out_, value);
  out_.push_back('\n');
}

}  // namespace hnv::exporter
