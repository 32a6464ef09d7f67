// SPDX-License-Identifier: Apache-2.0
#include "watchdog/pause_entry.hpp"

#include <chrono>

namespace hnv::watchdog {

namespace {

std::string joined_reasons(const Pauses& pauses) {
  std::string text;
  for (const auto reason : base::all_values<PauseReason>()) {
    if (!pauses[reason]) continue;
    text.append(text.empty() ? "" : ",").append(base::name_of(reason));
  }
  return text.empty() ? "none" : text;
}

}  // namespace

LogEntry pause_entry(const std::string& bond, const Pauses& pauses,
                     const std::vector<OperatorPause>& operators, TimePoint now) {
  LogEntry entry{
      base::LogLevel::info, Event::paused, {{"bond", bond}, {"reasons", joined_reasons(pauses)}}};
  // Of two, the one that lasts longer is told.
  const OperatorPause* last = longest_pause(operators, bond);
  if (last == nullptr) return entry;
  if (!last->by.empty()) entry.fields.push_back({"by", last->by});
  if (!last->reason.empty()) entry.fields.push_back({"because", last->reason});
  if (last->until) {
    const auto left = std::chrono::round<std::chrono::seconds>(*last->until - now);
    entry.fields.push_back({"for_s", static_cast<double>(left.count())});
  }
  if (!last->problem.empty()) {
    entry.level = base::LogLevel::warn;
    entry.fields.push_back({"err", "pause file " + last->bond + ": " + last->problem});
    entry.fields.push_back(
        {"hint", std::string("it pauses without end; hnvctl resume takes it back")});
  }
  return entry;
}

}  // namespace hnv::watchdog
