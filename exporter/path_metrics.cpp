// SPDX-License-Identifier: Apache-2.0
// The file's writer is not trusted: series are made of the bonds and slaves that the kernel has,
// and each of them once, whatever the file repeats.
#include <algorithm>
#include <array>
#include <cmath>

#include "exporter/metric_rows.hpp"

namespace hnv::exporter {

namespace {

template <class Tell>
void for_each_path(const Snapshot& snapshot, Tell tell) {
  for (const BondReport& bond : snapshot.bonds) {
    const auto view = path_of(snapshot, bond);
    if (view) tell(bond, *view);
  }
}

template <class Tell>
void for_each_slave_path(const Snapshot& snapshot, Tell tell) {
  for_each_path(snapshot, [&tell](const BondReport& bond, const PathView& view) {
    for (const SlaveReport& slave : bond.slaves) {
      const SlavePath* path = view.path->slave(slave.link.index);
      if (path != nullptr) tell(bond, slave, *path, view.fresh);
    }
  });
}

// A value of a target, for the rows whose labels are bond, device, role and target.
template <class ValueOf>
void project_targets(const Snapshot& snapshot, Samples& samples, ValueOf value_of) {
  for_each_slave_path(snapshot, [&](const BondReport& bond, const SlaveReport& slave,
                                    const SlavePath& path, bool fresh) {
    std::vector<IpAddress> told;
    told.reserve(path.targets.size());
    for (const TargetPath& target : path.targets) {
      if (std::find(told.begin(), told.end(), target.target) != told.end()) continue;
      told.push_back(target.target);
      const std::optional<double> value = value_of(target, fresh);
      if (!value) continue;
      samples.add(
          {bond.link.name, slave.link.name, base::name_of(slave.role), target.target.to_string()},
          *value);
    }
  });
}

void project_path_up(const Snapshot& snapshot, Samples& samples) {
  project_targets(snapshot, samples, [](const TargetPath& target, bool fresh) {
    return fresh && target.up ? std::optional(flag(*target.up)) : std::nullopt;
  });
}

void project_path_verdict(const Snapshot& snapshot, Samples& samples) {
  for_each_path(snapshot, [&samples](const BondReport& bond, const PathView& view) {
    for (const auto verdict : base::all_values<PathVerdict>()) {
      samples.add({bond.link.name, base::name_of(verdict)}, flag(view.health.verdict == verdict));
    }
  });
}

void project_path_cross(const Snapshot& snapshot, Samples& samples) {
  for_each_path(snapshot, [&samples](const BondReport& bond, const PathView& view) {
    if (!view.fresh) return;
    const auto& crosses = view.path->crosses;
    for (const auto from : base::all_values<Role>()) {
      for (const auto to : base::all_values<Role>()) {
        const auto cross =
            std::find_if(crosses.begin(), crosses.end(), [from, to](const CrossPath& candidate) {
              return candidate.from == from && candidate.to == to;
            });
        if (cross == crosses.end() || !cross->up) continue;
        samples.add({bond.link.name, base::name_of(from), base::name_of(to)}, flag(*cross->up));
      }
    }
  });
}

template <std::uint64_t TargetPath::*kField>
void project_path_count(const Snapshot& snapshot, Samples& samples) {
  project_targets(snapshot, samples, [](const TargetPath& target, bool /*fresh*/) {
    return std::optional(number(target.*kField));
  });
}

void project_last_answer(const Snapshot& snapshot, Samples& samples) {
  project_targets(snapshot, samples,
                  [&snapshot](const TargetPath& target, bool /*fresh*/) -> std::optional<double> {
                    if (!target.last_answer) return std::nullopt;
                    // To the millisecond, so that it is the same in each scrape; and a file that
                    // is wrong cannot put it into the future.
                    constexpr double kPerSecond = 1000;
                    const auto ago = snapshot.taken - std::min(*target.last_answer, snapshot.taken);
                    const double when = snapshot.taken_unix_seconds - base::to_seconds(ago);
                    return std::round(when * kPerSecond) / kPerSecond;
                  });
}

void project_path_errors(const Snapshot& snapshot, Samples& samples) {
  for_each_slave_path(snapshot, [&samples](const BondReport& bond, const SlaveReport& slave,
                                           const SlavePath& path, bool /*fresh*/) {
    samples.add({bond.link.name, slave.link.name, base::name_of(slave.role)}, number(path.errors));
  });
}

void project_path_rtt(const Snapshot& snapshot, Samples& samples) {
  for_each_path(snapshot, [&samples](const BondReport& bond, const PathView& view) {
    base::EnumArray<Role, DurationHistogram> sums;
    base::EnumArray<Role, bool> known;
    for (const SlaveReport& slave : bond.slaves) {
      const SlavePath* path = view.path->slave(slave.link.index);
      if (path == nullptr) continue;
      DurationHistogram& sum = sums[slave.role];
      for (std::size_t bucket = 0; bucket < sum.counts.size(); ++bucket) {
        sum.counts[bucket] += path->rtt.counts[bucket];
      }
      sum.sum_seconds += path->rtt.sum_seconds;
      known[slave.role] = true;
    }
    for (const auto role : base::all_values<Role>()) {
      if (known[role]) samples.add({bond.link.name, base::name_of(role)}, sums[role]);
    }
  });
}

void project_overslept(const Snapshot& snapshot, Samples& samples) {
  if (snapshot.paths) samples.add({}, number(snapshot.paths->overslept));
}

void project_prober_written(const Snapshot& snapshot, Samples& samples) {
  if (snapshot.paths) samples.add({}, snapshot.paths->written_unix_seconds);
}

const std::vector<std::string_view> target_labels = {"bond", "device", "role", "target"};

}  // namespace

std::span<const MetricRow> path_rows() {
  static const std::array rows = {
      MetricRow{"hnv_path_up", kGauge,
                "1 if the target answers probes through this slave, 0 if it does not although the "
                "slave has a link. Absent while that is not known, and when the prober is silent.",
                target_labels, Projection(project_path_up)},
      MetricRow{"hnv_path_cross_up",
                kGauge,
                "1 if what one slave sends arrives at the other. Absent where the network keeps "
                "the two apart.",
                {"bond", "from_role", "to_role"},
                Projection(project_path_cross)},
      MetricRow{"hnv_path_verdict",
                kGauge,
                "1 for what follows from all probes of the bond. not_judged also when the prober "
                "has been silent for three of its intervals.",
                {"bond", "verdict"},
                Projection(project_path_verdict)},
      MetricRow{"hnv_path_probes_total", kCounter, "Probes sent.", target_labels,
                Projection(project_path_count<&TargetPath::probes>)},
      MetricRow{"hnv_path_answers_total", kCounter, "Answers to them.", target_labels,
                Projection(project_path_count<&TargetPath::answers>)},
      MetricRow{"hnv_path_late_answers_total", kCounter,
                "Those among them that came after the next probe had left.", target_labels,
                Projection(project_path_count<&TargetPath::late_answers>)},
      MetricRow{"hnv_path_last_answer_timestamp_seconds", kGauge,
                "When the last answer came. Absent when none has.", target_labels,
                Projection(project_last_answer)},
      MetricRow{"hnv_path_errors_total", kCounter,
                "Probes that could not be sent, and failures to receive. No loss of packets.",
                slave_labels, Projection(project_path_errors)},
      MetricRow{"hnv_path_rtt_seconds",
                kHistogram,
                "From a probe to its answer.",
                {"bond", "role"},
                Projection(project_path_rtt)},
      MetricRow{"hnv_prober_overslept_total",
                kCounter,
                "Rounds for which the prober itself was too late, so that they judged nothing.",
                {},
                Projection(project_overslept)},
      MetricRow{"hnv_prober_status_timestamp_seconds",
                kGauge,
                "When the prober last wrote its file.",
                {},
                Projection(project_prober_written)},
  };
  return rows;
}

}  // namespace hnv::exporter
