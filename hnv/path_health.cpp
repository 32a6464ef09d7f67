// SPDX-License-Identifier: Apache-2.0
#include "hnv/path_health.hpp"

#include <algorithm>
#include <utility>

#include "base/atomic_file.hpp"

namespace hnv {

namespace {

PathHealth no_verdict(std::string doubt) {
  PathHealth health;
  health.doubt = std::move(doubt);
  return health;
}

// The very devices that were probed, and no others.
bool are_the_same(const std::vector<SlavePath>& probed, const ProbedBond& bond) {
  return probed.size() == bond.slaves.size() &&
         std::all_of(bond.slaves.begin(), bond.slaves.end(), [&probed](const auto& slave) {
           return std::any_of(probed.begin(), probed.end(), [&slave](const SlavePath& path) {
             return path.index == slave.index && path.address == slave.address &&
                    path.role == slave.role;
           });
         });
}

}  // namespace

PathHealth path_health(const PathStatus* status, const std::string& boot_id, const ProbedBond& bond,
                       base::BootTime now) {
  if (status == nullptr) return no_verdict("no prober tells");
  if (boot_id.empty() || status->boot_id != boot_id) {
    return no_verdict("the prober's file is of another boot");
  }
  const BondPath* path = status->bond(bond.name);
  if (path == nullptr || path->index != bond.index) return no_verdict("it is not probed");
  const base::BootTime valid_until = path->judged_at + kPathVerdictIntervals * path->interval;
  if (now > valid_until || path->judged_at > now) return no_verdict("the prober is silent");
  if (!are_the_same(path->slaves, bond)) return no_verdict("its slaves have changed");
  if (path->verdict == PathVerdict::not_judged) return no_verdict(path->doubt);
  return PathHealth{path->verdict, "", path->sriov_answers_in_row, valid_until};
}

base::Expected<std::optional<PathStatus>> read_path_status(const std::string& file) {
  const auto text = base::read_file(file, kLargestPathStatusFile);
  if (!text) {
    if (text.error().code == base::ErrorCode::not_found) return std::optional<PathStatus>();
    return base::failure(text.error());
  }
  auto status = decode_path_status(*text, file);
  if (!status) return base::failure(status.error());
  return std::optional(std::move(*status));
}

}  // namespace hnv
