// SPDX-License-Identifier: Apache-2.0
// `hnvctl status` as text for a person. Pure.
#pragma once

#include <vector>

#include "ctl/picture.hpp"
#include "ctl/text.hpp"
#include "ctl/verdict.hpp"

namespace hnv::ctl {

// No line is longer than kColumns. `verbose`: also settings, counts and addresses.
Page status_page(const Picture& picture, const std::vector<Verdict>& verdicts, bool verbose);

}  // namespace hnv::ctl
