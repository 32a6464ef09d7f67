// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace hnv::ctl {

// Beside the codes of base/exit_code.hpp: hnvctl did its work, and the news is bad. A monitoring
// script can tell it from a failure of hnvctl itself.
inline constexpr int kExitOffSriov = 3;

// Of hnvctl check, whose codes are those of monitoring plugins.
inline constexpr int kExitUnknown = 3;

}  // namespace hnv::ctl
