// SPDX-License-Identifier: Apache-2.0
// One look at this partition, or why there is none: what every command does before it speaks.
#pragma once

#include <string>
#include <tl/expected.hpp>

#include "base/exit_code.hpp"
#include "ctl/options.hpp"
#include "ctl/picture.hpp"

namespace hnv::ctl {

struct Problem {
  int code = base::kExitFailure;
  std::string text;
};

tl::expected<Picture, Problem> look(Observer& observer, const LookOptions& options);

// The first one, which also knows every bond that was asked for.
tl::expected<Picture, Problem> look_first(Observer& observer, const LookOptions& options);
// The only one.
tl::expected<Picture, Problem> look_once(const LookOptions& options);

// On standard error, after the program's name.
void complain(const std::string& what);

}  // namespace hnv::ctl
