// SPDX-License-Identifier: Apache-2.0
// What the log and the journal say when something else holds back writes to a bond. Pure.
#pragma once

#include <string>
#include <vector>

#include "hnv/operator_pause.hpp"
#include "watchdog/log_entry.hpp"
#include "watchdog/situation.hpp"

namespace hnv::watchdog {

// `operators`: those that hold this bond. A warning when one of them is not understood.
LogEntry pause_entry(const std::string& bond, const Pauses& pauses,
                     const std::vector<OperatorPause>& operators, TimePoint now);

}  // namespace hnv::watchdog
