// SPDX-License-Identifier: Apache-2.0
#include "hnv/path_health.hpp"

#include "base/atomic_file.hpp"
#include "hnv/config.hpp"

namespace hnv {

namespace {

using base::BootTime;

// Why the verdict is about other devices than those that are there; "" when it is about these.
std::string mismatch(const BondPath& path, const ProbedBond& bond) {
  if (path.index != bond.index) return "the prober speaks of another bond of this name";
  for (const ProbedBond::Slave& slave : bond.slaves) {
    const SlavePath* probed = path.slave(slave.index);
    if (probed == nullptr) return "the bond has a slave that the prober has not seen yet";
    if (probed->address != slave.address) {
      return "slave " + probed->device + " has another address than when it was probed";
    }
    if (probed->role != slave.role) {
      return "the prober takes slave " + probed->device + " for another one of the pair";
    }
  }
  if (path.slaves.size() != bond.slaves.size()) return "a slave that was probed has left the bond";
  return "";
}

PathHealth not_judged(std::string doubt) {
  return PathHealth{PathVerdict::not_judged, std::move(doubt), 0, std::nullopt};
}

}  // namespace

PathHealth path_health(const PathStatus* status, const std::string& boot_id, const ProbedBond& bond,
                       BootTime now) {
  if (status == nullptr) return not_judged("no prober has published anything");
  if (boot_id.empty() || status->boot_id != boot_id) {
    return not_judged("the prober's file is of another boot");
  }
  const BondPath* path = status->bond(bond.name);
  if (path == nullptr) return not_judged("the prober does not probe this bond");
  if (path->verdict == PathVerdict::not_judged) return not_judged(path->doubt);
  if (path->interval < kShortestPathInterval || path->interval > kLongestPathInterval) {
    return not_judged("the prober's interval is none that can be configured");
  }
  if (path->judged_at > now) return not_judged("the prober's verdict is of the future");
  const BootTime valid_until = path->judged_at + kPathVerdictIntervals * path->interval;
  if (now >= valid_until)
    return not_judged("the prober's verdict is too old; is hnv-prober running?");
  if (std::string why = mismatch(*path, bond); !why.empty()) return not_judged(std::move(why));
  return PathHealth{path->verdict, "", path->sriov_answers_in_row, valid_until};
}

base::Expected<std::optional<PathStatus>> read_path_status(const std::string& file) {
  auto text = base::read_file(file, kLargestPathStatusFile);
  if (!text) {
    if (text.error().code == base::ErrorCode::not_found) return std::optional<PathStatus>();
    return base::failure(text.error());
  }
  auto status = decode_path_status(*text, file);
  if (!status) return base::failure(status.error());
  return std::optional<PathStatus>(*std::move(status));
}

bool tells_of_dead_path(PathVerdict verdict) {
  return verdict == PathVerdict::virtual_dead || verdict == PathVerdict::sriov_dead ||
         verdict == PathVerdict::both_dead;
}

bool tells_of_dead_path(PathVerdict verdict, Role role) {
  return verdict == PathVerdict::both_dead ||
         (verdict == PathVerdict::virtual_dead && role == Role::virtual_device) ||
         (verdict == PathVerdict::sriov_dead && role == Role::sriov);
}

}  // namespace hnv
