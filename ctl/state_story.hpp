// SPDX-License-Identifier: Apache-2.0
// `hnvctl explain-state`: what the watchdog does about one bond, by which requirement of
// docs/policy.md, until when, and what would change it. From what it publishes; nothing is decided
// here. Pure.
#pragma once

#include <string_view>
#include <vector>

#include "ctl/picture.hpp"
#include "ctl/text.hpp"
#include "ctl/verdict.hpp"

namespace hnv::ctl {

// Requirements of docs/policy.md behind a state, in words.
struct StateReasoning {
  WatchState state;
  std::string_view requirements;  // "P-13, P-38"
  std::string_view rule;          // what they ask for
  std::string_view change;        // what would make it another state
};
const StateReasoning& reasoning_of(WatchState state);

Page state_story(const Picture& picture, const Verdict& verdict);

}  // namespace hnv::ctl
