// SPDX-License-Identifier: Apache-2.0
#include "ctl/finding.hpp"

#include <algorithm>

namespace hnv::ctl {

namespace {

std::optional<Finding> fallback_finding(const BondReport& bond) {
  const SlaveReport* sriov = bond.sriov();
  if (sriov == nullptr || !sriov->active) return std::nullopt;
  if (bond.slaves.size() == 1) {
    return Finding{FindingKind::no_fallback, sriov->link.name +
                                                 " is the only slave: there is nothing to fall "
                                                 "back to, and no way to migrate"};
  }
  const bool other_is_healthy =
      std::any_of(bond.slaves.begin(), bond.slaves.end(), [sriov](const SlaveReport& slave) {
        return slave.link.index != sriov->link.index && bond::is_healthy(slave.link);
      });
  if (other_is_healthy) return std::nullopt;
  return Finding{FindingKind::no_fallback,
                 "no other slave could carry the traffic: there is nothing to fall back to"};
}

}  // namespace

std::optional<Finding> primary_finding(const BondReport& bond) {
  const SlaveReport* sriov = bond.sriov();
  if (sriov == nullptr) return std::nullopt;
  const SlaveReport* primary = bond.primary();
  if (primary == nullptr) {
    return Finding{
        FindingKind::primary_unset,
        "the bond has no primary, so the kernel does not go back to " + sriov->link.name};
  }
  if (primary->link.index != sriov->link.index) {
    return Finding{FindingKind::primary_not_sriov,
                   "the bond's primary is " + primary->link.name + ", not " + sriov->link.name};
  }
  const auto reselect = bond.link.bond->primary_reselect.value_or(bond::PrimaryReselect::always);
  if (reselect == bond::PrimaryReselect::always) return std::nullopt;
  return Finding{FindingKind::reselect_not_always,
                 "primary_reselect is " + std::string(base::name_of(reselect)) +
                     ", so the kernel may not go back to " + sriov->link.name + " by itself"};
}

std::vector<Finding> find_problems(const BondReport& bond) {
  std::vector<Finding> findings;
  if (!bond::is_monitored(*bond.link.bond)) {
    findings.push_back(Finding{FindingKind::no_link_monitoring,
                               "no link monitoring (miimon and arp_interval are 0): the bond "
                               "stays on a dead slave for ever"});
  }
  if (auto primary = primary_finding(bond)) findings.push_back(std::move(*primary));
  if (auto fallback = fallback_finding(bond)) findings.push_back(std::move(*fallback));
  for (const SlaveReport& slave : bond.slaves) {
    if (!bond::has_mac_conflict(bond.link, slave.link)) continue;
    findings.push_back(Finding{FindingKind::mac_conflict,
                               slave.link.name + " is not active and has the bond's own address " +
                                   slave.link.address->to_string() +
                                   ": the switch sees one address on two ports"});
  }
  return findings;
}

}  // namespace hnv::ctl
