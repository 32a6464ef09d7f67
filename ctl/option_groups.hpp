// SPDX-License-Identifier: Apache-2.0
// Options that several commands have, with one spelling, one text and one default.
#pragma once

#include <CLI/CLI.hpp>

#include "ctl/options.hpp"

namespace hnv::ctl {

template <class T>
void add_path(CLI::App& command, const char* name, T& value, const char* text) {
  command.add_option(name, value, text)->type_name("PATH")->capture_default_str();
}

// Where bonds, roles and devices are read.
inline void add_file_flags(CLI::App& command, LookOptions& options) {
  command.add_option("--config.file", options.config_file, "bonds and roles")
      ->type_name("PATH")
      ->capture_default_str()
      ->each([&options](const std::string& /*file*/) { options.config_file_named = true; });
  add_path(command, "--path.sysfs", options.paths.sysfs, "where sysfs is mounted");
  add_path(command, "--path.procfs", options.paths.procfs, "where procfs is mounted");
  add_path(command, "--path.devicetree", options.paths.devicetree, "the firmware's device tree");
}

inline void add_status_file_flag(CLI::App& command, LookOptions& options) {
  add_path(command, "--watchdog.status-file", options.status_file, "what the watchdog publishes");
}

inline void add_prober_file_flag(CLI::App& command, LookOptions& options) {
  add_path(command, "--prober.status-file", options.prober_file, "what hnv-prober publishes");
}

}  // namespace hnv::ctl
