// SPDX-License-Identifier: Apache-2.0
// Which slave of a bond is the SR-IOV one, and what told it. Pure.
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
  // One for each slave, in the order given.
  std::vector<Role> roles;
  std::vector<RoleSource> sources;
  // HNV or configured: one of its slaves should carry the traffic.
  bool managed = false;
  std::optional<HcnId> hcn_id;  // that the slaves' nodes name; empty when they disagree
  unsigned expected_slaves = 2;
  // The bond is managed, its SR-IOV slave is not enslaved, and no other takes its place.
  bool sriov_absent = false;
  std::string wanted;  // which slave should carry the traffic, in words: "driver mlx5_core"
  // What keeps the roles unknown, naming the slaves; empty when they are known.
  std::string finding;
  // What contradicts the roles without keeping them unknown; mostly empty.
  std::string note;

  [[nodiscard]] std::optional<std::size_t> sriov_index() const;
};

// The roles of a bond that the configuration names follow from its `sriov`; those of an HNV bond
// from the firmware's device tree, and for a slave that has no node there from its driver or bus.
// A bond is HNV when slaves' nodes carry one hcn-id and it is named after that (hcnmgr finds it by
// this name). Exactly one slave must be the SR-IOV one: two, or none while the bond is complete:
// all are `unknown` and a finding says why. None while slaves are missing: the SR-IOV slave is away
// and the others stay `virtual`. `config` is the bond's, nullptr when the configuration does not
// name it.
RoleAssignment assign_roles(const std::string& bond_name, const BondConfig* config,
                            const std::vector<SlaveDevice>& slaves);

}  // namespace hnv
