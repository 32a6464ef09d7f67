// SPDX-License-Identifier: Apache-2.0
#include "hnv/roles.hpp"

#include <algorithm>

namespace hnv {

namespace {

struct Matches {
  const SlaveDevice& slave;
  bool operator()(const ByDevice& by) const { return slave.link->name == by.name; }
  bool operator()(const ByDriver& by) const { return slave.facts->driver == by.driver; }
  bool operator()(const ByBus& by) const { return slave.facts->bus == by.bus; }
  bool operator()(const ByPermanentAddress& by) const {
    return bond::permanent_address_of(*slave.link) == by.address;
  }
};

std::string names_of(const std::vector<const SlaveDevice*>& slaves) {
  std::string names;
  for (const SlaveDevice* slave : slaves) {
    if (!names.empty()) names.append(", ");
    names.append(slave->link->name);
  }
  return names.empty() ? "no slaves" : names;
}

}  // namespace

std::optional<std::size_t> RoleAssignment::sriov_index() const {
  const auto found = std::find(roles.begin(), roles.end(), Role::sriov);
  if (found == roles.end()) return std::nullopt;
  return static_cast<std::size_t>(found - roles.begin());
}

RoleAssignment assign_roles(const BondConfig* config, const std::vector<SlaveDevice>& slaves) {
  RoleAssignment assignment;
  assignment.roles.assign(slaves.size(), Role::unknown);
  if (config == nullptr) {
    assignment.finding = "the configuration does not name this bond";
    return assignment;
  }
  std::vector<const SlaveDevice*> all;
  std::vector<const SlaveDevice*> matching;
  for (const SlaveDevice& slave : slaves) {
    all.push_back(&slave);
    if (std::visit(Matches{slave}, config->sriov)) matching.push_back(&slave);
  }
  if (matching.size() == 1) {
    std::transform(all.begin(), all.end(), assignment.roles.begin(), [&](const SlaveDevice* slave) {
      return slave == matching.front() ? Role::sriov : Role::virtual_device;
    });
  } else if (matching.size() > 1) {
    assignment.finding = std::to_string(matching.size()) + " slaves match " +
                         to_string(config->sriov) + ": " + names_of(matching);
  } else if (slaves.size() < config->expected_slaves) {
    assignment.sriov_absent = true;
    std::fill(assignment.roles.begin(), assignment.roles.end(), Role::virtual_device);
  } else {
    assignment.finding = "none of " + names_of(all) + " matches " + to_string(config->sriov);
  }
  return assignment;
}

}  // namespace hnv
