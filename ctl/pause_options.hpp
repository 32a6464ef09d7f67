// SPDX-License-Identifier: Apache-2.0
// The command lines of hnvctl pause and hnvctl resume.
#pragma once

#include <CLI/CLI.hpp>

#include "ctl/options.hpp"

namespace hnv::ctl {

CLI::App& add_pause(CLI::App& app, PauseOptions& options);
CLI::App& add_resume(CLI::App& app, PauseOptions& options);

}  // namespace hnv::ctl
