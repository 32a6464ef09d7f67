// SPDX-License-Identifier: Apache-2.0
// The command lines of hnvctl check, explain-state and watch.
#pragma once

#include <CLI/CLI.hpp>

#include "ctl/options.hpp"

namespace hnv::ctl {

CLI::App& add_check(CLI::App& app, CheckOptions& options);
CLI::App& add_explain_state(CLI::App& app, ExplainOptions& options);
CLI::App& add_watch(CLI::App& app, WatchOptions& options);

}  // namespace hnv::ctl
