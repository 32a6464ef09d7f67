// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "exporter/metric_rows.hpp"

namespace hnv::exporter {

namespace {

const LpmStatus* lpm_of(const Snapshot& snapshot) {
  return snapshot.watchdog.status ? &snapshot.watchdog.status->lpm : nullptr;
}

void project_in_progress(const Snapshot& snapshot, Samples& samples) {
  const LpmStatus* lpm = lpm_of(snapshot);
  // After the watchdog's death nobody knows.
  if (lpm == nullptr || !snapshot.watchdog.alive) return;
  samples.add({}, flag(lpm->window_since.has_value()));
}

void project_windows(const Snapshot& snapshot, Samples& samples) {
  const LpmStatus* lpm = lpm_of(snapshot);
  if (lpm == nullptr) return;
  for (const auto outcome : base::all_values<LpmOutcome>()) {
    samples.add({base::name_of(outcome)}, number(lpm->windows[outcome]));
  }
}

void project_migrations(const Snapshot& snapshot, Samples& samples) {
  const LpmStatus* lpm = lpm_of(snapshot);
  if (lpm == nullptr) return;
  for (const auto kind : base::all_values<LpmKind>()) {
    for (const auto result : base::all_values<LpmResult>()) {
      samples.add({base::name_of(kind), base::name_of(result)},
                  number(lpm->migrations[kind][result]));
    }
  }
}

template <std::optional<double> LpmStatus::*kField>
void project(const Snapshot& snapshot, Samples& samples) {
  const LpmStatus* lpm = lpm_of(snapshot);
  if (lpm != nullptr && lpm->*kField) samples.add({}, *(lpm->*kField));
}

}  // namespace

std::span<const MetricRow> lpm_rows() {
  static const std::array rows = {
      MetricRow{"hnv_lpm_in_progress",
                kGauge,
                "1 from the first sign of a migration until the SR-IOV devices are back and all is "
                "quiet. Absent without a living watchdog.",
                {},
                Projection(project_in_progress)},
      MetricRow{"hnv_lpm_windows_total",
                kCounter,
                "Such windows that have closed: on another machine with every SR-IOV device back "
                "(migrated) or not (not_restored), on the same machine with every one there "
                "(returned) or not (timed_out).",
                {"outcome"},
                Projection(project_windows)},
      MetricRow{"hnv_lpm_total",
                kCounter,
                "Changes of the machine: while the partition ran (live) or not "
                "(inactive_or_restart). restored: every bond's traffic is back on its SR-IOV "
                "device.",
                {"kind", "result"},
                Projection(project_migrations)},
      MetricRow{"hnv_lpm_last_window_seconds",
                kGauge,
                "How long the last window was. Absent when none has closed since boot.",
                {},
                Projection(project<&LpmStatus::last_window_seconds>)},
      MetricRow{"hnv_lpm_last_start_timestamp_seconds",
                kGauge,
                "When the last window opened. Absent when none has since boot.",
                {},
                Projection(project<&LpmStatus::last_start_unix_seconds>)},
  };
  return rows;
}

}  // namespace hnv::exporter
