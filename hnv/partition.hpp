// SPDX-License-Identifier: Apache-2.0
// What one look at this partition shows of its bonds: the kernel's links put together with devices
// and roles. For the exporter and hnvctl; needs no watchdog.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "bond/link.hpp"
#include "hnv/config.hpp"
#include "hnv/device_facts.hpp"

namespace hnv {

struct SlaveReport {
  bond::Link link;
  DeviceFacts facts;
  Role role = Role::unknown;
  RoleSource role_source = RoleSource::none;
  bool active = false;
  bool primary = false;
};

struct BondReport {
  bond::Link link;
  std::vector<SlaveReport> slaves;  // by ifindex
  bool managed = false;             // HNV or configured: one of its slaves should carry the traffic
  std::optional<unsigned> expected_slaves;  // of a managed bond
  std::optional<HcnId> hcn_id;              // of its slaves' devices, when the platform names one
  std::string finding;                      // why the bond is not managed, or its roles unknown
  std::string note;                         // where the firmware and others disagree about a role

  [[nodiscard]] const SlaveReport* sriov() const;   // nullptr: away or unknown
  [[nodiscard]] const SlaveReport* active() const;  // nullptr: none
  [[nodiscard]] const SlaveReport* primary() const;
};

// `links` as read_bonds() returns them. Bonds come sorted by name.
std::vector<BondReport> describe_bonds(std::vector<bond::Link> links, const Config& config,
                                       DeviceFactsCache& facts, base::BootTime now);

}  // namespace hnv
