// SPDX-License-Identifier: Apache-2.0
// `hnvctl status --json`: a public interface, described in hnvctl(8). Add freely, rename never; a
// change that breaks a reader raises the schema. Pure.
#pragma once

#include <string>
#include <vector>

#include "ctl/picture.hpp"
#include "ctl/verdict.hpp"

namespace hnv::ctl {

inline constexpr int kJsonSchema = 1;

// One object and a newline; `one_line` for streams of objects.
std::string status_json(const Picture& picture, const std::vector<Verdict>& verdicts,
                        bool one_line);

}  // namespace hnv::ctl
