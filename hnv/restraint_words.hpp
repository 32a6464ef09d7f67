// SPDX-License-Identifier: Apache-2.0
// Sentences for people about what the watchdog holds back by itself: damping and the budget of
// moves. The same on every screen. Pure.
#pragma once

#include <optional>
#include <string>

#include "hnv/status.hpp"

namespace hnv {

// Damping is on and keeps the traffic off the SR-IOV slave, or would at the next loss. A penalty
// that is counted only does not.
bool is_damped(const BondStatus& bond);

// When damping ends without another loss, which cannot come while another slave is active; once it
// has ended, when the watchdog acts on that.
base::BootTime damping_ends_at(const BondStatus& bond);

// "its penalty is 2600: 1000 for each loss, halved every 5 minutes": what was seen.
std::string penalty_words(const BondStatus& bond, base::BootTime now);

// "damping ends in 9 min at the latest; then the watchdog puts primary_reselect back to always, and
// the kernel goes back by itself". `left` is the time until damping_ends_at(), written as the
// caller's screen writes times; "" when that has come.
std::string release_words(const BondStatus& bond, const std::string& left);

// "the watchdog has changed primary_reselect from always to failure"; empty when it has not.
// `present` is the kernel's.
std::string reselect_words(const BondStatus& bond, std::optional<bond::PrimaryReselect> present);

// Why nothing is done, and what to do. `left` as above, until the next move.
std::string budget_words(const std::string& left);

}  // namespace hnv
