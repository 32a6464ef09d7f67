// SPDX-License-Identifier: Apache-2.0
#include "exporter/sample_writer.hpp"

#include <array>
#include <cassert>
#include <cstddef>
#include <limits>

#include "exporter/metric_rows.hpp"

namespace hnv::exporter {

namespace {

void append_label(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append("=\"");
  append_label_value(out, value);
  out.push_back('"');
}

constexpr std::string_view kLabelsEnd = "} ";

// `{bond="b"`
std::string labels_without_end(const std::vector<std::string_view>& names,
                               Samples::LabelValues values) {
  assert(names.size() == values.size());
  std::string labels = "{";
  const auto* value = values.begin();
  for (const std::string_view name : names) {
    if (labels.size() > 1) labels.push_back(',');
    append_label(labels, name, *value++);
  }
  return labels;
}

std::string labels_of(const std::vector<std::string_view>& names, Samples::LabelValues values) {
  return labels_without_end(names, values).append(kLabelsEnd);
}

// `le="0.5"} ` for each bucket.
const auto& bound_labels() {
  static constexpr auto kBounds = DurationHistogram::kUpperBounds;
  static const auto labels = [] {
    std::array<std::string, kBounds.size() + 1> all;
    for (std::size_t index = 0; index < all.size(); ++index) {
      std::string bound;
      append_bound(
          bound, index < kBounds.size() ? kBounds[index] : std::numeric_limits<double>::infinity());
      append_label(all[index], "le", bound);
      all[index].append(kLabelsEnd);
    }
    return all;
  }();
  return labels;
}

std::string ending_of(const MetricRow& row, const std::vector<std::string_view>& key) {
  assert(row.labels.size() == bond_labels.size() + key.size());
  std::string ending;
  for (std::size_t index = 0; index < key.size(); ++index) {
    ending.push_back(',');
    append_label(ending, row.labels[bond_labels.size() + index], key[index]);
  }
  return ending.append(kLabelsEnd);
}

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

std::string header_of(const MetricRow& row, ExpositionFormat format) {
  std::string header;
  append_family_header(header, format, row.name, row.type, row.help);
  return header;
}

}  // namespace

PreparedRow::PreparedRow(const MetricRow& the_row)
    : row(&the_row),
      text_header(header_of(the_row, ExpositionFormat::text)),
      openmetrics_header(header_of(the_row, ExpositionFormat::openmetrics)) {
  for (const std::string_view name : the_row.labels) {
    openings.push_back((openings.empty() ? "{" : "\",") + std::string(name) + "=\"");
  }
  if (const auto* table = std::get_if<AccountTable>(&the_row.values)) {
    for (const auto& key : table->keys) key_endings.push_back(ending_of(the_row, key));
  }
}

SampleWriter::SampleWriter(const Snapshot& snapshot, ExpositionFormat format, TextSink& sink)
    : snapshot_(snapshot), format_(format), out_(sink) {
  sink.expect(expected_size(snapshot));
  for (const BondReport& bond : snapshot.bonds) {
    bonds_.push_back(labels_of(bond_labels, {bond.link.name}));
    for (const SlaveReport& slave : bond.slaves) {
      slaves_.push_back(
          labels_of(slave_labels, {bond.link.name, slave.link.name, base::name_of(slave.role)}));
    }
  }
  if (!snapshot.watchdog.status) return;
  for (const BondStatus& bond : snapshot.watchdog.status->bonds) {
    accounts_.push_back(labels_without_end(bond_labels, {bond.name}));
  }
}

void SampleWriter::write(const PreparedRow& row) {
  row_ = &row;
  has_header_ = false;
  std::visit([this](const auto& values) { write_samples(values); }, row.row->values);
}

void SampleWriter::end() {
  out_.append(end_of(format_));
  out_.flush();
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
      out_.append(kLabelsEnd);
      end_sample(*number);
    }
    ++labels;
  }
}

void SampleWriter::write_samples(const AccountTable& table) {
  if (!snapshot_.watchdog.status) return;
  const auto* labels = accounts_.data();
  std::string beginning;
  for (const BondStatus& bond : snapshot_.watchdog.status->bonds) {
    append_header();
    beginning.assign(row_->row->name).append(*labels++);
    for (std::size_t key = 0; key < row_->key_endings.size(); ++key) {
      out_.append(beginning);
      out_.append(row_->key_endings[key]);
      end_sample(table.value(bond, key));
    }
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
  const std::string_view before_bound = row_->openings.empty() ? "{" : "\",";
  std::uint64_t cumulative = 0;
  for (std::size_t index = 0; index < value.counts.size(); ++index) {
    cumulative += value.counts[index];
    begin_sample();
    out_.append("_bucket");
    append_label_values(label_values);
    out_.append(before_bound);
    out_.append(bound_labels()[index]);
    end_sample(number(cumulative));
  }
  begin_sample();
  out_.append("_sum");
  append_labels(label_values);
  end_sample(value.sum_seconds);
  begin_sample();
  out_.append("_count");
  append_labels(label_values);
  end_sample(number(value.count()));
}

void SampleWriter::append_header() {
  if (has_header_) return;
  out_.append(format_ == ExpositionFormat::text ? row_->text_header : row_->openmetrics_header);
  has_header_ = true;
}

void SampleWriter::begin_sample() {
  append_header();
  out_.append(row_->row->name);
}

void SampleWriter::append_labels(LabelValues label_values) {
  append_label_values(label_values);
  out_.append(row_->openings.empty() ? " " : "\"} ");
}

void SampleWriter::append_label_values(LabelValues label_values) {
  assert(label_values.size() == row_->openings.size());
  const auto* opening = row_->openings.data();
  for (const std::string_view value : label_values) {
    out_.append(*opening++);
    if (is_plain_label_value(value)) {
      out_.append(value);
    } else {
      std::string escaped;
      append_label_value(escaped, value);
      out_.append(escaped);
    }
  }
}

void SampleWriter::end_sample(double value) {
  char* end = write_number(out_.room(kLongestNumber + 1), value);
  *end++ = '\n';
  out_.wrote(end);
}

}  // namespace hnv::exporter
