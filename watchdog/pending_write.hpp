// SPDX-License-Identifier: Apache-2.0
// The write that is under way: its answer, its confirmation, and the wait after a failure. Part of
// policy.step, and as pure.
#pragma once

#include "watchdog/policy.hpp"

namespace hnv::watchdog {

// The kernel's word about decision.state.pending.
void take_answer(const PolicyConfig& config, Decision& decision, const WriteAnswer& answer,
                 TimePoint now);

// Whether the view shows decision.state.pending in force; asks for a read-back where no message
// tells.
void verify(const PolicyConfig& config, Decision& decision, const BondView& view, TimePoint now);

// The end of decision.state.pending.
void fail(const PolicyConfig& config, Decision& decision, RestoreFailure failure, TimePoint now);

}  // namespace hnv::watchdog
