// SPDX-License-Identifier: Apache-2.0
// The page at "/": for every bond which device carries the traffic, whether it should, and why not.
// Whole without a script; the script (exporter/page/page.js) only asks for it again and puts in
// place what has changed.
#pragma once

#include <string>

#include "exporter/site_paths.hpp"
#include "exporter/snapshot.hpp"
#include "exporter/throughput_history.hpp"

namespace hnv::exporter {

struct PageContext {
  std::string host;
  std::string telemetry_path;
};

// Without a script the page asks for itself again after this time.
inline constexpr int kPageRefreshSeconds = 5;

// `live`: with the script.
std::string render_status_page(const Snapshot& snapshot, const ThroughputHistory& history,
                               const PageContext& context, bool live);

}  // namespace hnv::exporter
