// SPDX-License-Identifier: Apache-2.0
// The answers of the JSON API: a public interface, described in docs/api.md and api.schema.json.
// Add freely, rename never; a change that breaks a reader raises the schema. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "exporter/snapshot.hpp"
#include "exporter/throughput_history.hpp"

namespace hnv::exporter {

inline constexpr int kApiSchema = 1;

// /api/v1/bonds, one line without its end. `run` tells this run of the program from others: the
// revision differs between runs, and otherwise exactly where something but times and throughput
// does.
std::string bonds_json(const Snapshot& snapshot, const ThroughputHistory& history,
                       const std::string& host, const std::string& run);

// The revision in what bonds_json() made.
std::string_view revision_of(std::string_view bonds_json);

// /api/v1/events, one line without its end: those with a sequence number above `since`.
std::string events_json(const Events& events, std::uint64_t since);

}  // namespace hnv::exporter
