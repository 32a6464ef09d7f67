// SPDX-License-Identifier: Apache-2.0
#include "ctl/check.hpp"

#include "ctl/check_report.hpp"
#include "ctl/look.hpp"
#include "ctl/terminal.hpp"

namespace hnv::ctl {

int run_check(const CheckOptions& options) {
  const auto picture = look_once(options);
  const CheckReport report = picture
                                 ? check_report(*picture, judge(*picture, options.bonds), options)
                                 : check_failure(picture.error().text);
  const bool written = write_out(report.text);
  return static_cast<int>(written ? report.state : PluginState::unknown);
}

}  // namespace hnv::ctl
