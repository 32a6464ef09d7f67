// SPDX-License-Identifier: Apache-2.0
// What goes on in the partition that a write must not disturb: hcnmgr, drmgr, a migration, an
// operator who said so. Values only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hnv/hook_note.hpp"
#include "hnv/identity.hpp"
#include "hnv/operator_pause.hpp"
#include "hnv/processes.hpp"

namespace hnv::watchdog {

struct Surroundings {
  std::vector<HcnProcess> processes;  // that run now
  // Since the last look, so that what has ended meanwhile is not missed.
  std::vector<HcnCommand> begun;  // in order
  bool hcnmgr_seen = false;       // its log grew
  bool dlpar_seen = false;        // drmgr had its lock

  bool dlpar = false;             // drmgr has its lock now
  std::optional<HookNote> hook;   // the last word of drmgr's hook
  std::optional<FrameKey> frame;  // the machine that we run on; empty on other platforms
  std::size_t hnv_pairs = 0;      // in the device tree, at start and on each new machine
  bool blind = false;             // processes cannot be seen
  std::vector<OperatorPause> operator_pauses;  // that have not ended, by name
  bool operator==(const Surroundings&) const = default;
};

// The last look before a write.
class Lookout {
 public:
  Lookout() = default;
  Lookout(const Lookout&) = delete;
  Lookout& operator=(const Lookout&) = delete;
  virtual ~Lookout() = default;

  // The table of processes costs a file for each of them. A fast failover has no time for that.
  enum class Depth : std::uint8_t { all, all_but_processes };

  // Whether nothing of all this goes on at this very moment: no hcn* process, drmgr's lock free,
  // the same machine, nothing new in the log, from the hook or from an operator. False: look again.
  virtual bool is_quiet(base::BootTime now, Depth depth) = 0;
};

}  // namespace hnv::watchdog
