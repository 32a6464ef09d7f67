// SPDX-License-Identifier: Apache-2.0
// hnvctl watch: the whole screen, until somebody has seen enough.
#pragma once

#include "ctl/options.hpp"

namespace hnv::ctl {

// The exit code: 0 after q, SIGINT, SIGTERM or SIGHUP.
int run_watch(const WatchOptions& options);

}  // namespace hnv::ctl
