// SPDX-License-Identifier: Apache-2.0
// Sentences for people about what holds the watchdog back, the same on every screen. Pure.
#pragma once

#include <string>

#include "hnv/status.hpp"

namespace hnv {

// "hcncfgdrc is running (pid 4711); drmgr has its lock": all that holds writes to the bond back.
// Empty when nothing does.
std::string pause_words(const BondStatus& bond, const ActivityStatus& activity);

// "a migration has been under way for 3 min"; empty without an open window. `elapsed` is
// the window's age, written as the caller's screen writes times.
std::string lpm_words(const LpmStatus& lpm, const std::string& elapsed);

}  // namespace hnv
