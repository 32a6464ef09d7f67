// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "base/version.hpp"
#include "exporter/metric_rows.hpp"

namespace hnv::exporter {

namespace {

void project_build_info(const Snapshot&, Samples& samples) {
  samples.add({base::version(), base::revision(), base::compiler()}, 1);
}

// Most partitions have no prober, and are not to be told of its source.
bool is_there(const Snapshot& snapshot, Source source) {
  return source != Source::prober || snapshot.paths || snapshot.sources[source].error;
}

void project_success(const Snapshot& snapshot, Samples& samples) {
  for (const Source source : base::all_values<Source>()) {
    if (!is_there(snapshot, source)) continue;
    samples.add({base::name_of(source)}, flag(!snapshot.sources[source].error));
  }
}

void project_duration(const Snapshot& snapshot, Samples& samples) {
  for (const Source source : base::all_values<Source>()) {
    if (!is_there(snapshot, source)) continue;
    samples.add({base::name_of(source)}, base::to_seconds(snapshot.sources[source].duration));
  }
}

template <auto ProcessFacts::*kField>
void project_process(const Snapshot& snapshot, Samples& samples) {
  if (snapshot.process) samples.add({}, static_cast<double>((*snapshot.process).*kField));
}

}  // namespace

std::span<const MetricRow> exporter_rows() {
  static const std::array rows = {
      MetricRow{"hnv_exporter_build_info",
                kGauge,
                "Always 1; the labels tell the build.",
                {"version", "revision", "compiler"},
                Projection(project_build_info)},
      MetricRow{
          "hnv_scrape_source_success",
          kGauge,
          "1 if the source could be read for this scrape; what it tells is absent if not. "
          "That no watchdog runs is no failure of its source; prober is absent without its file.",
          {"source"},
          Projection(project_success)},
      MetricRow{"hnv_scrape_source_duration_seconds",
                kGauge,
                "How long it took to read the source for this scrape.",
                {"source"},
                Projection(project_duration)},
      MetricRow{"process_cpu_seconds_total",
                kCounter,
                "Total user and system CPU time spent in seconds.",
                {},
                Projection(project_process<&ProcessFacts::cpu_seconds>)},
      MetricRow{"process_open_fds",
                kGauge,
                "Number of open file descriptors.",
                {},
                Projection(project_process<&ProcessFacts::open_fds>)},
      MetricRow{"process_max_fds",
                kGauge,
                "Maximum number of open file descriptors.",
                {},
                Projection(project_process<&ProcessFacts::max_fds>)},
      MetricRow{"process_virtual_memory_bytes",
                kGauge,
                "Virtual memory size in bytes.",
                {},
                Projection(project_process<&ProcessFacts::virtual_bytes>)},
      MetricRow{"process_virtual_memory_max_bytes",
                kGauge,
                "Maximum amount of virtual memory available in bytes.",
                {},
                Projection(project_process<&ProcessFacts::virtual_max_bytes>)},
      MetricRow{"process_resident_memory_bytes",
                kGauge,
                "Resident memory size in bytes.",
                {},
                Projection(project_process<&ProcessFacts::resident_bytes>)},
      MetricRow{"process_start_time_seconds",
                kGauge,
                "Start time of the process since unix epoch in seconds.",
                {},
                Projection(project_process<&ProcessFacts::start_time_unix_seconds>)},
  };
  return rows;
}

}  // namespace hnv::exporter
