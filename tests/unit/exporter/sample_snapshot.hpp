// SPDX-License-Identifier: Apache-2.0
// Snapshots made by hand: what the exporter would have seen on a partition.
#pragma once

#include <string>

#include "exporter/metrics.hpp"
#include "exporter/snapshot.hpp"

namespace hnv::exporter::test {

// 2025-01-02 03:04:05 UTC, one day after boot.
inline constexpr double kNowUnix = 1735787045;
inline constexpr base::BootTime kNow{std::chrono::hours(24)};

SlaveReport sriov_slave(std::uint32_t index, const std::string& name);
SlaveReport virtual_slave(std::uint32_t index, const std::string& name);

// An HNV bond as hcnmgr makes it, complete and healthy; indices first, first+1 (SR-IOV), first+2.
BondReport healthy_bond(std::uint32_t first, const std::string& name);

void set_active(BondReport& bond, std::uint32_t index);
void set_primary(BondReport& bond, std::uint32_t index);
void clear_primary(BondReport& bond);
void remove_slave(BondReport& bond, std::uint32_t index);
SlaveReport& slave_of(BondReport& bond, std::uint32_t index);

BondStatus steady_account(const BondReport& bond);

// Half an hour old: one warning; a bond that is ready, one that is not, one of which it is not
// known.
std::shared_ptr<const checks::DoctorReport> sample_report();

// What a prober says of them when everything answers; one target.
BondPath healthy_path(const BondReport& bond);
std::shared_ptr<const PathStatus> probed(std::vector<BondPath> paths);

// A healthy managed bond, and a watchdog that has something to tell about it.
Snapshot healthy_snapshot();

// Three bonds: the healthy one; one whose SR-IOV link is down, with a MAC conflict; one that nobody
// configured and that the kernel tells little about.
Snapshot full_snapshot();

// No bond, no watchdog.
Snapshot empty_snapshot();

// The body that a scrape of it would have.
std::string metrics_body(const Snapshot& snapshot, ExpositionFormat format,
                         const MetricChoice& choice = {});

}  // namespace hnv::exporter::test
