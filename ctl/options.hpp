// SPDX-License-Identifier: Apache-2.0
// The command line of hnvctl. Its defaults are the initialisers below and stand nowhere else.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/enum_names.hpp"
#include "hnv/paths.hpp"

namespace hnv::ctl {

enum class ColourChoice { automatic, always, never };

struct StatusOptions {
  std::vector<std::string> bonds;  // empty: all
  bool json = false;
  bool verbose = false;
  std::optional<std::chrono::milliseconds> watch;  // look again after this time; empty: once
  ColourChoice colour = ColourChoice::automatic;
  std::string config_file = kConfigFile;
  bool config_file_named = false;  // on the command line: then it must exist
  std::string status_file = kWatchdogStatusFile;
  Paths paths;
};

// What to print, and the code to exit with: after --help, --version or a mistake.
struct EarlyExit {
  int code = 0;
  std::string text;  // for stdout when the code is 0, else for stderr
};

std::variant<StatusOptions, EarlyExit> parse_options(int argc, const char* const* argv);

}  // namespace hnv::ctl

template <>
struct hnv::base::EnumNames<hnv::ctl::ColourChoice> {
  static constexpr auto names = std::to_array<std::string_view>({"auto", "always", "never"});
};
