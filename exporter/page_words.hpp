// SPDX-License-Identifier: Apache-2.0
// Small pieces of the status page: times, badges, roles, speeds. Pure.
#pragma once

#include <string>
#include <string_view>

#include "exporter/explanation.hpp"
#include "exporter/snapshot.hpp"

namespace hnv::exporter {

// HTML: "<time ...>2025-01-02 03:04:05 UTC</time>"
std::string time_element(double unix_seconds);
// HTML: the same with ", 5 min 2 s ago"
std::string since_html(const Snapshot& snapshot, double unix_seconds);
std::string since_html(const Snapshot& snapshot, base::BootTime time);

// Wall-clock time of a moment of this boot.
double unix_seconds_of(const Snapshot& snapshot, base::BootTime time);

// A level is never told by colour alone: "✓", "✓ good".
std::string_view mark(Explanation::Level level);
std::string badge(Explanation::Level level);

std::string_view role_text(Role role);
// "up", "losing carrier", "down", "taken down"
std::string link_text(const bond::Link& slave);

// "25 Gbit/s", "1.2 Mbit/s"
std::string speed_text(double bytes_per_second);

}  // namespace hnv::exporter
