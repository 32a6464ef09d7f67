// SPDX-License-Identifier: Apache-2.0
// What the watchdog logs: every event name once.
#pragma once

#include <vector>

#include "base/enum_names.hpp"
#include "base/log.hpp"

namespace hnv::watchdog {

enum class Event : std::uint8_t {
  start,
  config_loaded,
  config_rejected,
  ready,
  bond_found,
  bond_gone,
  failover,        // the active slave changed
  state,           // what the watchdog does about a bond changed
  finding,         // why a bond is not managed
  write,           // primary is about to be written
  write_withheld,  // ... would be written, if the mode allowed it
  restored,        // a write is confirmed
  restore_failed,
  overrun,  // messages were lost
  socket_failed,
  status_unwritten,
  stop,
};

struct LogEntry {
  base::LogLevel level = base::LogLevel::info;
  Event event = Event::start;
  std::vector<base::LogField> fields;
};

}  // namespace hnv::watchdog

template <>
struct hnv::base::EnumNames<hnv::watchdog::Event> {
  static constexpr auto names = std::to_array<std::string_view>(
      {"start", "config_loaded", "config_rejected", "ready", "bond_found", "bond_gone", "failover",
       "state", "finding", "write", "write_withheld", "restored", "restore_failed", "overrun",
       "socket_failed", "status_unwritten", "stop"});
};
