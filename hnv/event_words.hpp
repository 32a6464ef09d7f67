// SPDX-License-Identifier: Apache-2.0
// An event of the journal in words. Pure.
#pragma once

#include <string>
#include <string_view>

#include "hnv/events.hpp"

namespace hnv {

// "the traffic went from eth1 to eth0: link_down; after 3 min 2 s". What is not known here, of a
// newer watchdog, is told by its name and fields.
std::string event_words(const JournalEvent& event);
bool has_event_words(std::string_view name);

}  // namespace hnv
