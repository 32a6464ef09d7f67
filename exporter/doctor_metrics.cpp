// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "exporter/metric_rows.hpp"

namespace hnv::exporter {

namespace {

using checks::ObstacleKind;
using checks::Severity;

// Of what is right nobody needs a number.
constexpr std::array kCounted{Severity::fail, Severity::warn, Severity::info, Severity::unknown};

void project_findings(const Snapshot& snapshot, Samples& samples) {
  if (!snapshot.doctor) return;
  for (const Severity severity : kCounted) {
    samples.add({base::name_of(severity)},
                static_cast<double>(findings_of(*snapshot.doctor, severity)));
  }
}

void project_last_run(const Snapshot& snapshot, Samples& samples) {
  if (snapshot.doctor) samples.add({}, snapshot.doctor->unix_seconds);
}

// The bonds of a report that is not too old.
template <class Tell>
void for_each_bond(const Snapshot& snapshot, Tell tell) {
  if (!snapshot.doctor || is_old(*snapshot.doctor, snapshot.taken_unix_seconds)) return;
  for (const checks::ReportedReadiness& bond : snapshot.doctor->readiness) {
    if (bond.bond != checks::kPartition) tell(bond);
  }
}

void project_ready(const Snapshot& snapshot, Samples& samples) {
  for_each_bond(snapshot, [&samples](const checks::ReportedReadiness& bond) {
    samples.add({bond.bond}, flag(bond.ready == true));
  });
}

void project_not_ready(const Snapshot& snapshot, Samples& samples) {
  for_each_bond(snapshot, [&samples](const checks::ReportedReadiness& bond) {
    for (const auto reason : base::all_values<ObstacleKind>()) {
      samples.add({bond.bond, base::name_of(reason)}, flag(bond.reasons[reason]));
    }
  });
}

}  // namespace

std::span<const MetricRow> doctor_rows() {
  static const std::array rows = {
      MetricRow{"hnv_doctor_findings",
                kGauge,
                "Findings of hnvctl doctor at its last run: wrong now (fail), wrong after a "
                "reboot, a failover or a migration (warn), worth knowing (info), could not be "
                "found out (unknown).",
                {"severity"},
                Projection(project_findings)},
      MetricRow{"hnv_doctor_last_run_timestamp_seconds",
                kGauge,
                "When it ran last.",
                {},
                Projection(project_last_run)},
      MetricRow{"hnv_lpm_ready", kGauge,
                "1 if a migration would keep the network, as far as it can be seen: nothing is in "
                "the way and everything is known. Not tested: the path of the virtual device "
                "through the VIOS (ibmveth never shows a loss of link) unless hnv-prober does it, "
                "and the HMC's validation.",
                bond_labels, Projection(project_ready)},
      MetricRow{"hnv_lpm_not_ready",
                kGauge,
                "1 for each reason why it is not so.",
                {"bond", "reason"},
                Projection(project_not_ready)},
  };
  return rows;
}

}  // namespace hnv::exporter
