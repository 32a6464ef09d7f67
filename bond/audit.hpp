// SPDX-License-Identifier: Apache-2.0
// What an audit compares: links of a dump with what the messages before it have told.
#pragma once

#include "bond/topology.hpp"

namespace hnv::bond {

// Whether `dumped` shows something that a message should have told before and that `known` does not
// have. What the kernel changes without a message, or tells only some time later, is no
// contradiction.
bool contradicts(const Topology& known, const Link& dumped);

}  // namespace hnv::bond
