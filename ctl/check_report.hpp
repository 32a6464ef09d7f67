// SPDX-License-Identifier: Apache-2.0
// What a monitoring system is told, in the form of its plugins: one line, performance data, more
// lines where there are several bonds, and the state. Pure.
#pragma once

#include <string>
#include <vector>

#include "base/enum_names.hpp"
#include "ctl/options.hpp"
#include "ctl/picture.hpp"
#include "ctl/verdict.hpp"

namespace hnv::ctl {

// Their values are the exit codes of plugins.
enum class PluginState { ok, warning, critical, unknown };

struct CheckReport {
  PluginState state = PluginState::unknown;
  std::string text;  // with its line ends
};

CheckReport check_report(const Picture& picture, const std::vector<Verdict>& verdicts,
                         const CheckOptions& options);

// There is no picture.
CheckReport check_failure(const std::string& problem);

}  // namespace hnv::ctl

template <>
struct hnv::base::EnumNames<hnv::ctl::PluginState> {
  static constexpr auto names =
      std::to_array<std::string_view>({"OK", "WARNING", "CRITICAL", "UNKNOWN"});
};
