// SPDX-License-Identifier: Apache-2.0
// hnvctl check: a plugin of Nagios, Icinga and Checkmk.
#pragma once

#include "ctl/options.hpp"

namespace hnv::ctl {

// The exit code, as plugins have it: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.
int run_check(const CheckOptions& options);

}  // namespace hnv::ctl
