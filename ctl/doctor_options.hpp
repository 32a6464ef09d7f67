// SPDX-License-Identifier: Apache-2.0
// The command lines of hnvctl doctor and hnvctl ready.
#pragma once

#include <CLI/CLI.hpp>

#include "ctl/options.hpp"

namespace hnv::ctl {

CLI::App& add_doctor(CLI::App& app, DoctorOptions& options);
CLI::App& add_ready(CLI::App& app, ReadyOptions& options);

}  // namespace hnv::ctl
