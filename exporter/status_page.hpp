// SPDX-License-Identifier: Apache-2.0
// The page at "/": for every bond which device carries the traffic, whether it should, and why not.
// Plain HTML and one style sheet; no scripts.
#pragma once

#include <string>
#include <string_view>

#include "exporter/snapshot.hpp"

namespace hnv::exporter {

struct PageContext {
  std::string host;
  std::string telemetry_path;
};

inline constexpr std::string_view kStylePath = "/style.css";
// The page asks for itself again after this time unless its query is kStillQuery.
inline constexpr int kPageRefreshSeconds = 5;
inline constexpr std::string_view kStillQuery = "refresh=off";

std::string render_status_page(const Snapshot& snapshot, const PageContext& context);

std::string_view status_page_style();

}  // namespace hnv::exporter
