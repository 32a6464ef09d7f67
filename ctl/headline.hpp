// SPDX-License-Identifier: Apache-2.0
// What is said of a bond first, on every screen: a word and a sentence. Pure.
#pragma once

#include <string>

#include "ctl/text.hpp"
#include "ctl/verdict.hpp"

namespace hnv::ctl {

struct Label {
  std::string text;  // "NOT OK"
  Style style = Style::plain;
};

Label label_of(const Verdict& verdict);

// "the traffic is on env3 (virtual) for 14 s, not on enP16392p1s0 (sriov)"
std::string headline(const Verdict& verdict);

}  // namespace hnv::ctl
