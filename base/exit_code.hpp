// SPDX-License-Identifier: Apache-2.0
// Exit codes of the programs; documented in every `--help` and man page.
#pragma once

namespace hnv::base {

inline constexpr int kExitOk = 0;
inline constexpr int kExitFailure = 1;  // the job could not be done
inline constexpr int kExitUsage = 2;    // wrong command line
inline constexpr int kExitConfig = 78;  // EX_CONFIG of sysexits.h; units do not restart on it

}  // namespace hnv::base
