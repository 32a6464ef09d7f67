// SPDX-License-Identifier: Apache-2.0
// hnvctl persist: stores the primary of bonds where it survives a reboot. Writes profiles, never
// the kernel, and activates nothing.
#pragma once

#include "ctl/options.hpp"

namespace hnv::ctl {

// The exit code.
int run_persist(const PersistOptions& options);

}  // namespace hnv::ctl
