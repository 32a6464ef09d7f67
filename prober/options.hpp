// SPDX-License-Identifier: Apache-2.0
// The command line of hnv-prober.
#pragma once

#include <string>
#include <variant>

#include "base/log.hpp"
#include "hnv/paths.hpp"

namespace hnv::prober {

struct Options {
  std::string config_file = kConfigFile;
  std::string status_file = kProberStatusFile;
  Paths paths;
  base::LogLevel log_level = base::LogLevel::info;
  base::LogFormat log_format = base::LogFormat::logfmt;
  bool check_config = false;  // read the configuration, say what is wrong, and exit
};

// The options, or the exit code after --help, --version or a wrong command line, which have been
// answered on the terminal.
std::variant<Options, int> parse_options(int argc, const char* const* argv);

}  // namespace hnv::prober
