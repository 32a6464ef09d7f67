// SPDX-License-Identifier: Apache-2.0
// hnvctl status: looks, judges and shows, once or again and again.
#pragma once

#include "ctl/options.hpp"

namespace hnv::ctl {

// The exit code. With --watch: that of the last look, after SIGINT, SIGTERM or SIGHUP.
int run_status(const StatusOptions& options);

}  // namespace hnv::ctl
