// SPDX-License-Identifier: Apache-2.0
// hnvctl doctor and hnvctl ready: what is wrong with HNV in this partition, or in a copy of one.
// They read, and change nothing.
#pragma once

#include "ctl/options.hpp"

namespace hnv::ctl {

// The exit codes.
int run_doctor(const DoctorOptions& options);
int run_ready(const ReadyOptions& options);

}  // namespace hnv::ctl
