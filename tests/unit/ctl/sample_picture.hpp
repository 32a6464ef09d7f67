// SPDX-License-Identifier: Apache-2.0
// A partition as the seed of the project knows it, all well: bond191554c8 of enP16392p1s0 (SR-IOV,
// active and primary) and env3 (ibmveth), with a living watchdog. Tests change what they are about.
#pragma once

#include <chrono>
#include <string>

#include "ctl/picture.hpp"
#include "ctl/verdict.hpp"

namespace hnv::ctl::test {

inline constexpr const char* kBond = "bond191554c8";
inline constexpr const char* kSriov = "enP16392p1s0";
inline constexpr const char* kVirtual = "env3";

Picture sample_picture();

// Another bond of the same kind, healthy and managed, with `number` in its names and indexes.
BondReport sample_bond(unsigned number);

BondReport& bond_of(Picture& picture, const std::string& name = kBond);
SlaveReport& slave_of(BondReport& bond, const std::string& name);
BondStatus& watched_of(Picture& picture, const std::string& name = kBond);

Verdict judge_sample(const Picture& picture);  // of kBond

// "": none. The watchdog's file follows.
void set_active(Picture& picture, const std::string& device);
void set_primary(Picture& picture, const std::string& device);

void set_carrier(SlaveReport& slave, bool up);  // and its MII status, as after a tick of miimon

// What the watchdog says: state for 4 s, reason (empty: on the SR-IOV slave) for 9 s.
void set_state(Picture& picture, WatchState state, std::optional<OffReason> reason,
               std::optional<std::chrono::milliseconds> waits = std::nullopt);
// What a prober said of the sample bond a moment ago.
void set_path(Picture& picture, PathVerdict verdict);
void set_last_failover(Picture& picture, std::chrono::seconds ago);

// The kernel and the configuration alone.
void remove_watchdog(Picture& picture);

// The SR-IOV slave is released.
void take_sriov_away(Picture& picture);

// The problem that the project is about: the link came back, and without a primary the traffic
// stays on env3. In hold-down for 7 s more.
Picture stranded_picture();

// The link of the SR-IOV slave is down; the kernel will go back to it.
Picture link_lost_picture();

// The link of the SR-IOV slave is back after too many losses, and damping has changed
// primary_reselect from always to failure; 9 min 33 s are left.
Picture damped_picture();

}  // namespace hnv::ctl::test
