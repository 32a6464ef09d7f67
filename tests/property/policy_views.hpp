// SPDX-License-Identifier: Apache-2.0
// Random views for the policy, also such as no kernel would show, and a run over many of them.
#pragma once

#include <rapidcheck.h>

#include <chrono>
#include <optional>
#include <ostream>
#include <vector>

#include "watchdog/policy.hpp"

namespace hnv::watchdog {

// One look: what is seen, after how long, and what the kernel says to a write of the last look.
struct Look {
  Duration after{};
  BondView view;
  std::optional<WriteAnswer> answer;  // given only if a write is waiting for one
  Duration judged_for{};              // how long the verdict still holds
};

std::ostream& operator<<(std::ostream& out, const Look& look);
std::ostream& operator<<(std::ostream& out, const PolicyConfig& config);

// The SR-IOV slave, if there is exactly one: worked out here once more, on purpose.
const SlaveView* the_sriov_slave(const BondView& view);

rc::Gen<PolicyConfig> any_config();
rc::Gen<BondView> any_view();
rc::Gen<std::vector<Look>> any_looks();

// The policy over many looks. `now` is the time of the look.
struct Seen {
  TimePoint now;
  BondView view;
  PolicyState before;
  Decision decision;
};
inline constexpr TimePoint kStart{std::chrono::hours(1)};
std::vector<Seen> run(const PolicyConfig& config, const std::vector<Look>& looks, TimePoint start);
// ... over any looks from kStart.
std::vector<Seen> any_run(const PolicyConfig& config);

}  // namespace hnv::watchdog
