// SPDX-License-Identifier: Apache-2.0
#include "watchdog/service_status.hpp"

#include <algorithm>
#include <chrono>

namespace hnv::watchdog {

namespace {

std::string counted(std::size_t bonds) {
  return std::to_string(bonds) + (bonds == 1 ? " bond" : " bonds");
}

// " for 3 min"; nothing in the first minute.
std::string age(base::BootClock::duration duration) {
  constexpr std::int64_t kPerHour = 60;
  constexpr std::int64_t kPerDay = 24 * kPerHour;
  const auto minutes = std::chrono::floor<std::chrono::minutes>(duration).count();
  if (minutes < 1) return "";
  if (minutes < kPerHour) return " for " + std::to_string(minutes) + " min";
  if (minutes < kPerDay) return " for " + std::to_string(minutes / kPerHour) + " h";
  return " for " + std::to_string(minutes / kPerDay) + " d";
}

std::string off_text(const BondStatus& bond, base::BootTime now) {
  const std::string where = bond.active_device.empty() ? "on none" : "on " + bond.active_device;
  return bond.name + " off SR-IOV (" + where + ")" + age(now - bond.off_since) + ": " +
         std::string(base::name_of(*bond.off_reason));
}

// "; paused by alice for another 95 min", "; 2 bonds paused".
std::string pauses_text(const std::vector<OperatorPause>& pauses, base::BootTime now) {
  if (pauses.empty()) return {};
  const OperatorPause& pause = pauses.front();
  const bool all = pause.bond == OperatorPause::kAllBonds;
  if (pauses.size() > 1) {
    return "; " + std::to_string(pauses.size()) + " pauses by operators: hnvctl status";
  }
  std::string text = all ? "; paused" : "; " + pause.bond + " paused";
  text += " by " + (pause.by.empty() ? "an operator" : pause.by);
  if (!pause.until) return text + " without end";
  const auto left = std::chrono::ceil<std::chrono::minutes>(*pause.until - now).count();
  return text + " for another " + std::to_string(std::max<std::int64_t>(left, 0)) + " min";
}

}  // namespace

std::string service_status(const std::vector<BondStatus>& bonds,
                           const std::vector<OperatorPause>& pauses, Mode mode,
                           base::BootTime now) {
  std::size_t managed = 0;
  std::size_t off = 0;
  const BondStatus* longest = nullptr;
  for (const BondStatus& bond : bonds) {
    if (bond.state == WatchState::unmanaged) continue;
    ++managed;
    if (!bond.off_reason) continue;
    ++off;
    if (longest == nullptr || bond.off_since < longest->off_since) longest = &bond;
  }
  std::string text;
  if (longest != nullptr) {
    text = off_text(*longest, now);
    if (off > 1) text += "; " + counted(off - 1) + " more off SR-IOV";
  } else if (managed == 0) {
    text = counted(bonds.size()) + (bonds.empty() ? "" : ", none managed");
  } else {
    text = counted(managed) + (managed == 1 ? "" : ", all") + " on SR-IOV";
  }
  return text + "; mode " + std::string(base::name_of(mode)) + pauses_text(pauses, now);
}

}  // namespace hnv::watchdog
