// SPDX-License-Identifier: Apache-2.0
// Events of the journal as lines of a terminal. Pure.
#pragma once

#include <cstdint>

#include "ctl/text.hpp"
#include "hnv/events.hpp"

namespace hnv::ctl {

// Local time, bond, words.
Line event_line(const JournalEvent& event);
// For a gap in the sequence numbers.
Line missing_line(std::uint64_t events);

}  // namespace hnv::ctl
