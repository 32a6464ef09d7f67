// SPDX-License-Identifier: Apache-2.0
// Lengths of time for people. Pure.
#pragma once

#include <string>

#include "base/clock.hpp"

namespace hnv {

// The two largest units: "14 s", "3 min 12 s", "2 h 5 min", "2 d 3 h". Less than nothing is "0 s".
std::string age_text(base::BootClock::duration age);

// The same for what is still to come, rounded up; empty when it is due.
std::string countdown_text(base::BootClock::duration left);

}  // namespace hnv
