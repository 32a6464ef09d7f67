// SPDX-License-Identifier: Apache-2.0
// Every event that the exporter logs.
#pragma once

#include "base/enum_names.hpp"

namespace hnv::exporter {

enum class LogEvent : std::uint8_t {
  start,
  runs_as_root,
  config_loaded,
  config_missing,       // the default file: no bonds but HNV ones are managed
  config_rejected,      // at a reload the old one stays
  web_config_loaded,    // --web.config.file; also when it or a certificate has changed
  web_config_rejected,  // at a reload the old one stays
  accept_failed,        // no new connection for a moment; at most once a minute
  listening,
  ready,
  scrape_failed,  // by an exception
  source_failed,  // once, until it works again
  source_recovered,
  web_server,  // what the HTTP library says
  failed,      // the job could not be done
  stop,
};

}  // namespace hnv::exporter

template <>
struct hnv::base::EnumNames<hnv::exporter::LogEvent> {
  static constexpr auto names = std::to_array<std::string_view>(
      {"start", "runs_as_root", "config_loaded", "config_missing", "config_rejected",
       "web_config_loaded", "web_config_rejected", "accept_failed", "listening", "ready",
       "scrape_failed", "source_failed", "source_recovered", "web_server", "failed", "stop"});
};
