// SPDX-License-Identifier: Apache-2.0
// What `hnvctl status -v` adds about one bond: settings, counts and addresses. Pure.
#pragma once

#include <string>
#include <vector>

#include "ctl/picture.hpp"
#include "ctl/verdict.hpp"

namespace hnv::ctl {

struct Detail {
  std::string name;  // at most 10 characters
  std::string text;
};

std::vector<Detail> bond_details(const Picture& picture, const Verdict& verdict);

}  // namespace hnv::ctl
