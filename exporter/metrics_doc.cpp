// SPDX-License-Identifier: Apache-2.0
#include "exporter/metrics_doc.hpp"

#include <fmt/format.h>

#include <string_view>

#include "exporter/exposition.hpp"
#include "exporter/metrics.hpp"

namespace hnv::exporter {

namespace {

constexpr std::string_view kIntroduction =
    R"(<!-- Written by hnv_metrics_doc from the metrics table in exporter/; change it there. -->
# Metrics

What `hnv-exporter` serves at `/metrics`, as OpenMetrics 1.0 or in the Prometheus text format 0.0.4, as the scraper prefers. Names
and labels are an interface on which dashboards, alerts and other people's rules stand: more are added, none is renamed.

**The one to watch** is `hnv_bond_sriov_active`: 0 means that the traffic of a bond runs over the slow path. For how long and
why, ask `hnv_bond_off_sriov_seconds_total`; how often it moved, `hnv_bond_failovers_total`, which also counts the failovers that
come and go between two scrapes.

```promql
# bonds off their SR-IOV device
hnv_bond_sriov_active == 0
# share of the last day off SR-IOV, by reason
sum by (bond, reason) (increase(hnv_bond_off_sriov_seconds_total[1d])) / 86400
# failovers to the virtual device in the last hour
sum by (bond) (increase(hnv_bond_failovers_total{direction="to_virtual"}[1h]))
# nobody repairs the bonds
hnv_watchdog_up == 0
```

- `bond` is on everything about a bond; `device` and `role` (`sriov`, `virtual`, `unknown`) are also on everything about a slave.
  Every slave exports 0 or 1; no label changes at a failover.
- Units are seconds and bytes; counters end in `_total`; times are Unix times, so an age is `time() - x`.
- Every value of a label that has a fixed set of them is exported from the start, with 0.
- What the kernel or a device does not tell is absent, not 0. What has vanished vanishes at the next scrape.
- `hnv_bond_primary_is_sriov` and `hnv_bond_sriov_active` need to know which slave is the SR-IOV one; they are absent for bonds
  that are neither HNV nor named in the configuration.
)";

std::string label_list(const MetricRow& row) {
  std::string list;
  for (const std::string_view label : row.labels) {
    list += fmt::format("{}`{}`", list.empty() ? "" : ", ", label);
  }
  return list.empty() ? "–" : list;
}

// In table cells a bar would end the cell.
std::string cell(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '|' || c == '_' || c == '*' || c == '<') escaped.push_back('\\');
    escaped.push_back(c);
  }
  return escaped;
}

template <class E>
std::string value_line(std::string_view label, std::string_view metrics) {
  std::string values;
  for (const std::string_view name : base::EnumNames<E>::names) {
    values += fmt::format("{}`{}`", values.empty() ? "" : ", ", name);
  }
  return fmt::format("| `{}` | {} | {} |\n", label, metrics, values);
}

std::string label_values() {
  return "\n## Label values\n\n| label | of | values |\n|---|---|---|\n" +
         value_line<Role>("role", "slaves") +
         value_line<RoleSource>("role_source", "slaves, hnv\\_slave\\_info alone") +
         value_line<FailoverDirection>("direction", "failovers") +
         value_line<FailoverCause>("cause", "failovers") +
         value_line<OffReason>("reason", "time off SR-IOV") +
         value_line<RestoreFailure>("reason", "failed restores") +
         value_line<WatchState>("state", "the watchdog's state") +
         value_line<PauseReason>("reason", "the watchdog's pauses") +
         value_line<LpmOutcome>("outcome", "migration windows") +
         value_line<LpmKind>("kind", "migrations") + value_line<LpmResult>("result", "migrations") +
         value_line<checks::Severity>("severity", "the doctor's findings, all but `ok`") +
         value_line<checks::ObstacleKind>("reason", "why a bond may not migrate") +
         value_line<PathVerdict>("verdict", "paths") +
         value_line<bond::ResyncReason>("reason", "resyncs") +
         value_line<UnseenFailure>("source", "unseen failures") +
         value_line<Source>("source", "sources of a scrape");
}

}  // namespace

std::string metrics_document() {
  std::string text(kIntroduction);
  for (const MetricSection& section : metric_table()) {
    text +=
        fmt::format("\n## {}\n\n{}\n\n| metric | type | labels | meaning |\n|---|---|---|---|\n",
                    section.title, section.text);
    for (const MetricRow& row : section.rows) {
      text += fmt::format("| `{}` | {} | {} | {} |\n", row.name, type_word(row.type),
                          label_list(row), cell(row.help));
    }
  }
  return text + label_values();
}

}  // namespace hnv::exporter
