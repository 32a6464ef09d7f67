// SPDX-License-Identifier: Apache-2.0
#include "hnv/path_words.hpp"

#include <algorithm>

namespace hnv {

namespace {

ProbedBond probed_bond(const BondReport& bond) {
  ProbedBond probed{bond.link.name, bond.link.index, {}};
  probed.slaves.reserve(bond.slaves.size());
  for (const SlaveReport& slave : bond.slaves) {
    probed.slaves.push_back(
        {slave.link.index, slave.link.address.value_or(bond::MacAddress{}), slave.role});
  }
  return probed;
}

std::string name_with_role(const BondReport& bond, Role role) {
  const auto slave =
      std::find_if(bond.slaves.begin(), bond.slaves.end(),
                   [role](const SlaveReport& candidate) { return candidate.role == role; });
  const std::string word(base::name_of(role));
  return slave != bond.slaves.end() ? slave->link.name + " (" + word + ")"
                                    : "the " + word + " slave";
}

std::string dead_words(PathVerdict verdict, const BondReport& bond, Role role) {
  std::string text =
      "nothing answers behind " + name_with_role(bond, role) + " although its link is up";
  if (loses_traffic(verdict, bond)) return text + ": the traffic is lost";
  return text + (role == Role::virtual_device
                     ? ": nothing is left to fall back to, and no way to migrate"
                     : ": the traffic should not go back to it");
}

}  // namespace

std::optional<PathView> path_view(const PathStatus* status, const std::string& boot_id,
                                  const BondReport& bond, base::BootTime now) {
  if (status == nullptr) return std::nullopt;
  const BondPath* path = status->bond(bond.link.name);
  if (path == nullptr || path->index != bond.link.index) return std::nullopt;
  const bool fresh = status->boot_id == boot_id && path->judged_at <= now &&
                     now - path->judged_at <= kPathVerdictIntervals * path->interval;
  return PathView{path, fresh, path_health(status, boot_id, probed_bond(bond), now)};
}

bool loses_traffic(PathVerdict verdict, const BondReport& bond) {
  if (verdict == PathVerdict::both_dead) return true;
  const SlaveReport* active = bond.active();
  return active != nullptr && tells_of_dead_path(verdict, active->role);
}

std::string path_words(const PathHealth& health, const BondReport& bond) {
  switch (health.verdict) {
    case PathVerdict::healthy:
      return "both paths answer";
    case PathVerdict::virtual_dead:
      return dead_words(health.verdict, bond, Role::virtual_device);
    case PathVerdict::sriov_dead:
      return dead_words(health.verdict, bond, Role::sriov);
    case PathVerdict::target_dead:
      return "the targets do not answer; the slaves hear each other, so it is not their paths";
    case PathVerdict::target_filtered:
      return "the targets answer one slave only, and the slaves hear each other: a filter or a "
             "limit there, no dead path";
    case PathVerdict::both_dead:
      return "nothing answers behind any slave although the links are up";
    case PathVerdict::isolated:
      return "both paths answer; the network keeps the ports of the slaves apart";
    case PathVerdict::not_judged:
      break;
  }
  return health.doubt.empty() ? "not judged" : "not judged: " + health.doubt;
}

std::string path_words(const PathView& view, const SlaveReport& slave) {
  if (!view.fresh) return {};
  const SlavePath* probed = view.path->slave(slave.link.index);
  if (probed == nullptr) return {};
  if (!probed->not_probed.empty()) return "not probed: " + probed->not_probed;
  const auto& targets = probed->targets;
  const auto says = [&targets](std::optional<bool> up) {
    return std::any_of(targets.begin(), targets.end(),
                       [up](const TargetPath& target) { return target.up == up; });
  };
  if (says(true)) return "answers";
  return says(false) && !says(std::nullopt) ? "dead" : "not known yet";
}

}  // namespace hnv
