// SPDX-License-Identifier: Apache-2.0
// Which slave of a bond is the SR-IOV one, and whether the bond is ours to look after. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bond/link.hpp"
#include "hnv/config.hpp"
#include "hnv/device_facts.hpp"

namespace hnv {

struct SlaveDevice {
  const bond::Link* link = nullptr;
  const DeviceFacts* facts = nullptr;
};

struct RoleAssignment {
  std::vector<Role> roles;          // one for each slave, in the order given
  std::vector<RoleSource> sources;  // what told each role; `none` also for the rest of a pair
  // One slave of the bond should carry the traffic: the configuration says so, or the platform.
  bool managed = false;
  std::optional<HcnId> hcn_id;   // that all slaves which carry one have in common
  unsigned expected_slaves = 2;  // of a managed bond that is whole
  // The bond is managed, its SR-IOV slave is not enslaved, and no other takes its place.
  bool sriov_absent = false;
  // What keeps the bond from being managed or its roles unknown, naming the slaves; empty when all
  // is well.
  std::string finding;
  // Where the firmware, the driver and the configuration disagree about a role that is known.
  std::string note;

  [[nodiscard]] std::optional<std::size_t> sriov_index() const;
};

// A bond that `config` names with a selector is managed by that, one that it ignores is not,
// whatever the platform says. Any other bond is managed when slaves carry one
// ibm,hcn-id and the bond has the name that hcnmgr gives to that id; the role of each slave comes
// from the first source of RoleSource that tells it. Exactly one slave must be the SR-IOV one: it
// is `sriov`, the others are `virtual`. Two, or none while the bond is complete: all are `unknown`
// and a finding says why. None while slaves are missing: it is away and the others are `virtual`.
RoleAssignment assign_roles(const std::string& bond_name, const BondConfig* config,
                            const std::vector<SlaveDevice>& slaves);

}  // namespace hnv
