// SPDX-License-Identifier: Apache-2.0
// hnvctl pause and hnvctl resume: the files that hold the watchdog's writes back.
#pragma once

#include "ctl/options.hpp"

namespace hnv::ctl {

// The exit codes.
int run_pause(const PauseOptions& options);
int run_resume(const PauseOptions& options);

}  // namespace hnv::ctl
