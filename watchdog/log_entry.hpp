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
  path_verdict,    // what the prober says of a bond's paths changed
  paused,          // what holds writes to a bond back changed
  mac_conflict,    // a slave has the bond's address and is not active, or no longer
  write,           // primary is about to be written
  write_withheld,  // ... would be written, if the mode allowed it
  restored,        // a write is confirmed
  restore_failed,
  budget_spent,    // too many moves in an hour: none for a while
  damping,         // a link flaps, or has calmed down
  overrun,         // messages were lost
  audit_mismatch,  // a comparison with the kernel found a difference
  lpm_window_opened,
  lpm_window_closed,
  lpm_overdue,      // a window is open, and an SR-IOV slave has been away for too long
  lpm_counted,      // a migration is over, with its result
  platform,         // the machine that the partition runs on, at start
  frame_changed,    // the partition runs on another machine
  hcnmgr_stuck,     // hcnmgr or drmgr does not end
  path_unread,      // the prober's file cannot be used
  platform_unseen,  // a sign of hcnmgr, drmgr or the platform cannot be read
  identity_unkept,  // the file that tells the next boot where this one ran cannot be used
  memory_adopted,   // counters and times go on from the status file
  memory_fresh,     // there is no status file of this boot
  memory_lost,      // ... there is one, and it is of no use
  socket_failed,
  status_unwritten,
  status_written,    // again
  events_unread,     // the journal of before cannot be used
  events_unwritten,  // the journal cannot be written
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
  static constexpr auto names = std::to_array<std::string_view>({"start",
                                                                 "config_loaded",
                                                                 "config_rejected",
                                                                 "ready",
                                                                 "bond_found",
                                                                 "bond_gone",
                                                                 "failover",
                                                                 "state",
                                                                 "finding",
                                                                 "path_verdict",
                                                                 "paused",
                                                                 "mac_conflict",
                                                                 "write",
                                                                 "write_withheld",
                                                                 "restored",
                                                                 "restore_failed",
                                                                 "budget_spent",
                                                                 "damping",
                                                                 "overrun",
                                                                 "audit_mismatch",
                                                                 "lpm_window_opened",
                                                                 "lpm_window_closed",
                                                                 "lpm_overdue",
                                                                 "lpm_counted",
                                                                 "platform",
                                                                 "frame_changed",
                                                                 "hcnmgr_stuck",
                                                                 "path_unread",
                                                                 "platform_unseen",
                                                                 "identity_unkept",
                                                                 "memory_adopted",
                                                                 "memory_fresh",
                                                                 "memory_lost",
                                                                 "socket_failed",
                                                                 "status_unwritten",
                                                                 "status_written",
                                                                 "events_unread",
                                                                 "events_unwritten",
                                                                 "stop"});
};
