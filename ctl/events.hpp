// SPDX-License-Identifier: Apache-2.0
// hnvctl events: what the watchdog has seen and done in this boot, and what comes.
#pragma once

#include "ctl/options.hpp"

namespace hnv::ctl {

// The exit code. With --follow: 0 after SIGINT, SIGTERM or SIGHUP.
int run_events(const EventsOptions& options);

}  // namespace hnv::ctl
