// SPDX-License-Identifier: Apache-2.0
#include "hnv/pause_words.hpp"

namespace hnv {

namespace {

void append(std::string& text, const std::string& part) {
  text.append(text.empty() ? "" : "; ").append(part);
}

std::string running(const ActivityStatus& activity, bool at_boot) {
  std::string commands;
  for (const HcnProcess& process : activity.processes) {
    if (process.at_boot != at_boot) continue;
    commands.append(commands.empty() ? "" : ", ")
        .append(base::name_of(process.command))
        .append(" (pid " + std::to_string(process.pid) + ")");
  }
  return commands.empty() ? "hcnmgr" : commands;
}

std::string words_of(PauseReason reason, const ActivityStatus& activity) {
  switch (reason) {
    case PauseReason::operator_request:
      return "an operator paused it (a file in /run/hnv/pause)";
    case PauseReason::hcnmgr:
      return running(activity, false) + " is running";
    case PauseReason::dlpar:
      return "drmgr is adding or removing devices";
    case PauseReason::hcn_init:
      return "the bonds are being made at boot: " + running(activity, true);
    case PauseReason::hook:
      return "drmgr has announced a migration";
    case PauseReason::identity:
      return "the partition has just come to this machine";
    case PauseReason::resync:
      return "messages of the kernel were lost, and everything is read again";
    case PauseReason::blind:
      return "other processes cannot be seen, so that it cannot tell whether hcnmgr runs: remove "
             "hidepid or ProtectProc=";
  }
  return {};
}

}  // namespace

std::string pause_words(const BondStatus& bond, const ActivityStatus& activity) {
  std::string text;
  for (const auto reason : base::all_values<PauseReason>()) {
    if (bond.paused[reason]) append(text, words_of(reason, activity));
  }
  if (!text.empty() && activity.stuck) {
    append(text, "it has been going on for too long: see hcnmgr's log, /var/log/hcnmgr");
  }
  return text;
}

std::string lpm_words(const LpmStatus& lpm, const std::string& elapsed) {
  if (!lpm.window_since) return {};
  std::string text = "a migration (LPM) has been under way for " + elapsed;
  if (lpm.overdue) {
    append(text, "an SR-IOV slave has been away for too long: see the HMC and /var/log/hcnmgr");
  }
  return text;
}

}  // namespace hnv
