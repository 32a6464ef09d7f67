// SPDX-License-Identifier: Apache-2.0
// Which commands of hcnmgr run now. They hold no lock: the names of processes are the only sign.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <vector>

#include "base/clock.hpp"
#include "hnv/vocabulary.hpp"

namespace hnv {

struct HcnProcess {
  HcnCommand command = HcnCommand::hcnmgr;
  pid_t pid = 0;
  base::BootTime started;
  bool at_boot = false;  // runs in the unit hcn-init (hcn-init-NetworkManager, hcn-init-wicked)
  bool operator==(const HcnProcess&) const = default;
};

struct ProcessScan {
  std::vector<HcnProcess> processes;  // by pid
  // Not even process 1 can be seen (hidepid, ProtectProc=): then nor can hcnmgr.
  bool blind = false;
  bool operator==(const ProcessScan&) const = default;
};

// Reads /proc/<pid>/comm of every process: about 10 us each. Processes that end meanwhile are not
// there.
ProcessScan scan_processes(const std::filesystem::path& procfs);

}  // namespace hnv
