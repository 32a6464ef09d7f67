// SPDX-License-Identifier: Apache-2.0
// hnvctl explain-state: why the watchdog does what it does about one bond, or does nothing.
#pragma once

#include "ctl/options.hpp"

namespace hnv::ctl {

// The exit code.
int run_explain_state(const ExplainOptions& options);

}  // namespace hnv::ctl
