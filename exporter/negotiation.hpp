// SPDX-License-Identifier: Apache-2.0
// What a scraper's headers ask for (RFC 9110, sections 12.4 and 12.5). Clients send anything:
// whatever cannot be understood counts as not sent.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "exporter/exposition.hpp"

namespace hnv::exporter {

// Of the formats that `accept` names, the one with the highest quality, the first of equals; text
// when it names none. Wildcards stand for text: whoever wants OpenMetrics has to say so. Parameters
// other than version and q are ignored.
ExpositionFormat format_for(std::string_view accept);

// Whether gzip is acceptable, and no less so than identity.
bool accepts_gzip(std::string_view accept_encoding);

// The moment at which a scraper that gives up after `timeout_seconds` is better answered, whatever
// is ready: a little before it hangs up. Empty: no number of seconds that somebody could mean
// (above 0, an hour at most).
std::optional<std::chrono::milliseconds> patience_of(std::string_view timeout_seconds);

}  // namespace hnv::exporter
