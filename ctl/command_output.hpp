// SPDX-License-Identifier: Apache-2.0
// What another program prints.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/expected.hpp"

namespace hnv::ctl {

// Whatever its exit status; standard error is dropped, and the environment is empty but for PATH
// and LC_ALL=C. Errors: not_found; timeout, and then it was killed; too_large; io.
base::Expected<std::string> command_output(const std::vector<std::string>& words,
                                           std::chrono::milliseconds timeout);

}  // namespace hnv::ctl
