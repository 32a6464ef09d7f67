// SPDX-License-Identifier: Apache-2.0
// Sentences for people about what holds the watchdog back, the same on every screen. Pure.
#pragma once

#include <optional>
#include <string>

#include "hnv/status.hpp"

namespace hnv {

// "alice paused it for another 1 h 48 min: work on the switch"; without `now` no times, which
// change by themselves.
std::string pause_words(const OperatorPause& pause, std::optional<base::BootTime> now);

// "hcncfgdrc is running (pid 4711); drmgr has its lock": all that holds writes to the bond back.
// Empty when nothing does. `now` as above.
std::string pause_words(const BondStatus& bond, const ActivityStatus& activity,
                        std::optional<base::BootTime> now);

// "a migration has been under way for 3 min"; empty without an open window. `elapsed` is
// the window's age, written as the caller's screen writes times.
std::string lpm_words(const LpmStatus& lpm, const std::string& elapsed);

}  // namespace hnv
