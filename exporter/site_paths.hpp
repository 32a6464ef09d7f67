// SPDX-License-Identifier: Apache-2.0
// Where things are found, beside "/", the metrics (an option) and the health checks below /-/.
#pragma once

#include <string_view>

namespace hnv::exporter {

inline constexpr std::string_view kStylePath = "/page.css";
inline constexpr std::string_view kScriptPath = "/page.js";
inline constexpr std::string_view kIconPath = "/icon.svg";

// docs/api.md
inline constexpr std::string_view kBondsPath = "/api/v1/bonds";
inline constexpr std::string_view kEventsPath = "/api/v1/events";
inline constexpr std::string_view kStreamPath = "/api/v1/stream";
inline constexpr std::string_view kSchemaPath = "/api/v1/schema.json";

// The query of a page that stands still.
inline constexpr std::string_view kStillQuery = "live=off";

}  // namespace hnv::exporter
