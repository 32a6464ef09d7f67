// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace hnv {

// What a shell's command prints on standard output. The test fails if it does not end with 0.
std::string output_of(const std::string& command);

}  // namespace hnv
