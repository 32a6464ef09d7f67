// SPDX-License-Identifier: Apache-2.0
// Which slave of a bond is the SR-IOV one. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bond/link.hpp"
#include "hnv/config.hpp"
#include "hnv/device_facts.hpp"
#include "hnv/hcn_id.hpp"

namespace hnv {

struct SlaveDevice {
  const bond::Link* link = nullptr;
  const DeviceFacts* facts = nullptr;
};

struct RoleAssignment {
  std::vector<Role> roles;  // one for each slave, in the order given
  // The bond is configured, its SR-IOV slave is not enslaved, and no other takes its place.
  bool sriov_absent = false;
  std::optional<HcnId> hcn_id;
  // What keeps the roles unknown, naming the slaves; empty when they are known.
  std::string finding;

  [[nodiscard]] std::optional<std::size_t> sriov_index() const;
};

// Exactly one slave must match the configuration: it is `sriov`, the others are `virtual`. Two that
// match, or none while the bond is complete: all are `unknown` and a finding says why. None while
// slaves are missing: the SR-IOV slave is away and the others stay `virtual`.
RoleAssignment assign_roles(const BondConfig* config, const std::vector<SlaveDevice>& slaves);

}  // namespace hnv
