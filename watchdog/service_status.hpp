// SPDX-License-Identifier: Apache-2.0
// The line that `systemctl status hnv-watchdog` shows. Pure.
#pragma once

#include <string>
#include <vector>

#include "base/clock.hpp"
#include "hnv/status.hpp"

namespace hnv::watchdog {

// "2 bonds, all on SR-IOV; mode enforce", "bond191554c8 off SR-IOV (on env3) for 3 min: link_down;
// mode enforce", "...; paused by alice for another 95 min". Changes at most once a minute by the
// time alone.
std::string service_status(const std::vector<BondStatus>& bonds,
                           const std::vector<OperatorPause>& pauses, Mode mode, base::BootTime now);

}  // namespace hnv::watchdog
