// SPDX-License-Identifier: Apache-2.0
#include "prober/verdict.hpp"

namespace hnv::prober {

namespace {

bool is_alive(Evidence path) {
  return path == Evidence::up || path == Evidence::failing;
}

// Whether the slaves hear each other, as far as it is sure.
enum class Hearing : std::uint8_t { unsure, both_ways, broken };

Hearing hearing_of(const PathFacts& facts) {
  if (facts.to_virtual == Evidence::dead || facts.to_sriov == Evidence::dead) {
    return Hearing::broken;
  }
  const bool both = facts.to_virtual == Evidence::up && facts.to_sriov == Evidence::up;
  return both ? Hearing::both_ways : Hearing::unsure;
}

std::optional<PathVerdict> judge_both_alive(const PathFacts& facts) {
  if (facts.to_virtual != Evidence::dead || facts.to_sriov != Evidence::dead) {
    return PathVerdict::healthy;
  }
  // When a slave fails, the cross probes may be missed one round before its answers are.
  const bool sure = facts.sriov == Evidence::up && facts.virtual_device == Evidence::up;
  return sure ? std::optional(PathVerdict::isolated) : std::nullopt;
}

std::optional<PathVerdict> judge_both_dead(const PathFacts& facts) {
  switch (hearing_of(facts)) {
    case Hearing::both_ways:
      return PathVerdict::target_dead;
    case Hearing::broken:
      return PathVerdict::both_dead;
    case Hearing::unsure:
      break;
  }
  return std::nullopt;
}

std::optional<PathVerdict> judge_one_dead(const PathFacts& facts, Role dead) {
  const PathVerdict verdict =
      dead == Role::sriov ? PathVerdict::sriov_dead : PathVerdict::virtual_dead;
  if (facts.active != dead) return verdict;
  switch (hearing_of(facts)) {
    case Hearing::both_ways:
      return PathVerdict::target_filtered;
    case Hearing::broken:
      return verdict;
    case Hearing::unsure:
      break;
  }
  return std::nullopt;
}

}  // namespace

std::optional<PathVerdict> judge(const PathFacts& facts) {
  const Evidence sriov = facts.sriov;
  const Evidence other = facts.virtual_device;
  if (sriov == Evidence::unknown || other == Evidence::unknown || facts.active == Role::unknown) {
    return PathVerdict::not_judged;
  }
  if (is_alive(sriov) && is_alive(other)) return judge_both_alive(facts);
  if (sriov == Evidence::dead && other == Evidence::dead) return judge_both_dead(facts);
  if (sriov == Evidence::dead && other == Evidence::up) return judge_one_dead(facts, Role::sriov);
  if (sriov == Evidence::up && other == Evidence::dead) {
    return judge_one_dead(facts, Role::virtual_device);
  }
  return std::nullopt;
}

}  // namespace hnv::prober
