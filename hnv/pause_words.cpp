// SPDX-License-Identifier: Apache-2.0
#include "hnv/pause_words.hpp"

#include "hnv/duration_words.hpp"

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

std::string by_operators(const BondStatus& bond, const ActivityStatus& activity,
                         std::optional<base::BootTime> now) {
  std::string text;
  for (const OperatorPause& pause : activity.pauses) {
    if (pause.holds(bond.name)) append(text, pause_words(pause, now));
  }
  return text.empty() ? "an operator paused it (a file in /run/hnv/pause)" : text;
}

std::string words_of(PauseReason reason, const BondStatus& bond, const ActivityStatus& activity,
                     std::optional<base::BootTime> now) {
  switch (reason) {
    case PauseReason::operator_request:
      return by_operators(bond, activity, now);
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

std::string pause_words(const OperatorPause& pause, std::optional<base::BootTime> now) {
  const std::string what = pause.bond == OperatorPause::kAllBonds ? "all bonds" : "it";
  std::string text = (pause.by.empty() ? "an operator" : pause.by) + " paused " + what;
  if (!pause.until) {
    text += " without end";
  } else if (now) {
    const std::string left = countdown_text(*pause.until - *now);
    text += left.empty() ? " until now" : " for another " + left;
  }
  if (!pause.reason.empty()) text += ": " + pause.reason;
  const bool is_told = !pause.by.empty() || !pause.reason.empty();
  if (!is_told) text += " (the file /run/hnv/pause/" + pause.bond + ")";
  if (pause.problem.empty()) return text;
  return text + "; of the file /run/hnv/pause/" + pause.bond +
         " not all is understood: " + pause.problem;
}

std::string pause_words(const BondStatus& bond, const ActivityStatus& activity,
                        std::optional<base::BootTime> now) {
  std::string text;
  for (const auto reason : base::all_values<PauseReason>()) {
    if (bond.paused[reason]) append(text, words_of(reason, bond, activity, now));
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
