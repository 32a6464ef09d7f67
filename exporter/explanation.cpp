// SPDX-License-Identifier: Apache-2.0
#include "exporter/explanation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "hnv/pause_words.hpp"
#include "hnv/restraint_words.hpp"

namespace hnv::exporter {

namespace {

using Level = Explanation::Level;

std::string role_words(Role role) {
  switch (role) {
    case Role::sriov:
      return ", the SR-IOV device,";
    case Role::virtual_device:
      return ", the virtual device,";
    case Role::unknown:
      break;
  }
  return "";
}

// What the kernel alone shows, in the order in which the watchdog would look.
OffReason reason_from_kernel(const BondReport& bond) {
  const SlaveReport* sriov = bond.sriov();
  if (sriov == nullptr) return bond.finding.empty() ? OffReason::absent : OffReason::unknown;
  if (!sriov->link.admin_up) return OffReason::admin;
  if (!is_healthy(sriov->link)) return OffReason::link_down;
  if (!sriov->primary) return OffReason::primary_unset;
  return OffReason::external;
}

std::string reason_words(OffReason reason, const BondReport& bond) {
  switch (reason) {
    case OffReason::link_down:
      return "The link of the SR-IOV device is down.";
    case OffReason::admin:
      return "Someone took the SR-IOV device down.";
    case OffReason::absent:
      return "The SR-IOV device is not in the bond.";
    case OffReason::lpm:
      return "The partition is being migrated.";
    case OffReason::primary_unset:
      return "The kernel does not prefer the SR-IOV device: it is not the bond's primary.";
    case OffReason::hold_down:
      return "The SR-IOV device is back, but has not been healthy for long enough yet.";
    case OffReason::settling:
      return "Devices joined, left or were renamed a moment ago; the watchdog waits until that is "
             "over.";
    case OffReason::suppressed:
      return "The link of the SR-IOV device fails too often to be relied on at the moment.";
    case OffReason::paused:
      return "The watchdog is paused.";
    case OffReason::path_dead:
      return "The SR-IOV device has a link, but nothing answers behind it.";
    case OffReason::external:
      return "The SR-IOV device is healthy, yet someone chose another one.";
    case OffReason::restore_failed:
      return "The watchdog tried to bring the traffic back, and that failed.";
    case OffReason::observe:
      return "The watchdog would bring the traffic back, but its mode is observe.";
    case OffReason::unknown:
      break;
  }
  if (bond.finding.empty()) return "It is not known which device is the SR-IOV one.";
  return "It is not known which device is the SR-IOV one: " + bond.finding + ".";
}

std::string sentence(std::string words) {
  if (words.empty()) return words;
  words.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(words.front())));
  return words + ".";
}

std::string left_until(std::optional<base::BootTime> at, base::BootTime now) {
  return at && *at > now ? format_duration(*at - now) : std::string();
}

// While another slave is active the kernel goes back when the link returns, and only then.
bool kernel_goes_back(const BondReport& bond) {
  const SlaveReport* sriov = bond.sriov();
  return sriov != nullptr && sriov->primary &&
         bond.link.bond->primary_reselect != bond::PrimaryReselect::failure;
}

std::string by_hand(const BondReport& bond) {
  const SlaveReport* sriov = bond.sriov();
  if (sriov == nullptr) return "";
  return fmt::format(" By hand: ip link set {} type bond primary {}", bond.link.name,
                     sriov->link.name);
}

// A watchdog that ended by force has left behind what damping changed.
std::string left_behind(const BondReport& bond, const BondStatus* account) {
  if (account == nullptr) return "";
  const std::string changed = reselect_words(*account, bond.link.bond->primary_reselect);
  if (changed.empty()) return "";
  return fmt::format(" {} By hand: ip link set {} type bond primary_reselect {}",
                     sentence(changed + ", and nothing puts it back"), bond.link.name,
                     base::name_of(*account->saved_reselect));
}

std::string outlook_without_watchdog(OffReason reason, const BondReport& bond,
                                     const BondStatus* account) {
  const bool waits_for_link = reason == OffReason::link_down || reason == OffReason::admin;
  const std::string changed = left_behind(bond, account);
  if (!changed.empty()) return "No watchdog is running." + changed;
  if (waits_for_link && kernel_goes_back(bond)) {
    return "The kernel goes back by itself when the link returns.";
  }
  if (waits_for_link) {
    return "No watchdog is running: the traffic stays where it is, also when the link returns." +
           by_hand(bond);
  }
  if (reason == OffReason::unknown) return "";
  return "No watchdog is running, so nothing brings the traffic back." + by_hand(bond);
}

std::string in_time(const BondStatus& account, base::BootTime now) {
  if (!account.waits_until || *account.waits_until <= now) return "";
  return " in " + format_duration(*account.waits_until - now);
}

// " Now: hcncfgdrc (pid 4711) is running."
std::string held_back(const WatchdogView& watchdog, base::BootTime now) {
  if (watchdog.activity == nullptr) return "";
  const std::string words = pause_words(*watchdog.account, *watchdog.activity, now);
  return words.empty() ? "" : " Now: " + words + ".";
}

// Anything else that holds the traffic off comes first.
bool is_about_damping(OffReason reason, const BondStatus& account) {
  return is_damped(account) && (reason == OffReason::suppressed || reason == OffReason::link_down ||
                                reason == OffReason::admin);
}

std::string damping_outlook(const BondReport& bond, const BondStatus& account, base::BootTime now) {
  const std::string words = release_words(account, left_until(damping_ends_at(account), now));
  const SlaveReport* sriov = bond.sriov();
  const bool waits_for_link = sriov != nullptr && !is_healthy(sriov->link);
  return words + (waits_for_link ? " when the link returns" : "");
}

// What the watchdog adds to the reason.
std::string reason_of_restraint(OffReason reason, const BondReport& bond, const BondStatus& account,
                                base::BootTime now) {
  if (reason == OffReason::observe && account.budget_spent) {
    return "The SR-IOV device is healthy, yet something takes the traffic away from it again and "
           "again.";
  }
  std::string words = reason_words(reason, bond);
  if (!is_about_damping(reason, account)) return words;
  if (reason != OffReason::suppressed) words += " " + reason_words(OffReason::suppressed, bond);
  words += " " + sentence(penalty_words(account, now));
  const std::string changed = reselect_words(account, bond.link.bond->primary_reselect);
  return changed.empty() ? words : words + " " + sentence(changed);
}

std::string outlook_with_watchdog(OffReason reason, const BondReport& bond,
                                  const WatchdogView& watchdog, base::BootTime now) {
  const BondStatus& account = *watchdog.account;
  if (is_about_damping(reason, account)) return sentence(damping_outlook(bond, account, now));
  switch (reason) {
    case OffReason::link_down:
    case OffReason::admin:
      if (kernel_goes_back(bond)) {
        return "The kernel goes back by itself when the link returns.";
      }
      return "The watchdog sees to it that the kernel goes back when the link returns.";
    case OffReason::absent:
      return "The watchdog brings the traffic back once the device is back.";
    case OffReason::primary_unset:
    case OffReason::hold_down:
    case OffReason::settling:
      return "The watchdog brings the traffic back" + in_time(account, now) + ".";
    case OffReason::restore_failed:
      return "The watchdog tries again" + in_time(account, now) + ".";
    case OffReason::external:
      return "The watchdog respects that in its present mode." + by_hand(bond);
    case OffReason::lpm:
      return "The watchdog writes nothing until the migration is over.";
    case OffReason::paused:
      return "The watchdog goes on by itself afterwards." + held_back(watchdog, now);
    case OffReason::observe:
      if (account.budget_spent) {
        return sentence(budget_words(left_until(account.waits_until, now))) + by_hand(bond);
      }
      return "Nothing brings the traffic back in this mode." + by_hand(bond);
    default:
      return "";
  }
}

// The SR-IOV slave carries the traffic, and the kernel would not go back to it.
std::string weakness_by_damping(const BondReport& bond, const WatchdogView& watchdog) {
  if (watchdog.account == nullptr) return "";
  const std::string changed = reselect_words(*watchdog.account, bond.link.bond->primary_reselect);
  if (changed.empty()) return "";
  if (!watchdog.up) return "No watchdog is running." + left_behind(bond, watchdog.account);
  return "Its link has failed too often lately: after the next failure the traffic stays on the "
         "other device for a while. " +
         sentence(changed);
}

// What would go wrong at the next failure although all is well now.
std::string weakness_of(const BondReport& bond, const WatchdogView& watchdog) {
  const auto usable =
      std::count_if(bond.slaves.begin(), bond.slaves.end(),
                    [](const SlaveReport& slave) { return is_healthy(slave.link); });
  if (usable < 2) return "There is no fallback: no second device of the bond is usable.";
  const SlaveReport* sriov = bond.sriov();
  if (sriov != nullptr && !sriov->primary) {
    return "The kernel would not go back to it after a failure: it is not the bond's primary.";
  }
  return weakness_by_damping(bond, watchdog);
}

Explanation explain_managed(const BondReport& bond, const SlaveReport& active,
                            const WatchdogView& watchdog, base::BootTime now) {
  Explanation words;
  const std::string carrier = active.link.name + role_words(active.role);
  const auto reason = off_reason_of(bond, watchdog);
  if (!reason) {
    words.verdict = carrier + " carries the traffic, as it should.";
    words.outlook = weakness_of(bond, watchdog);
    words.level = words.outlook.empty() ? Level::good : Level::attention;
    return words;
  }
  const SlaveReport* sriov = bond.sriov();
  words.level = Level::attention;
  words.verdict = carrier + " carries the traffic.";
  if (sriov != nullptr) words.verdict += " " + sriov->link.name + ", the SR-IOV device, should.";
  if (watchdog.up && watchdog.account != nullptr) {
    words.reason = reason_of_restraint(*reason, bond, *watchdog.account, now);
    words.outlook = outlook_with_watchdog(*reason, bond, watchdog, now);
  } else {
    words.reason = reason_words(*reason, bond);
    words.outlook = outlook_without_watchdog(*reason, bond, watchdog.account);
  }
  return words;
}

}  // namespace

std::optional<OffReason> off_reason_of(const BondReport& bond, const WatchdogView& watchdog) {
  const SlaveReport* sriov = bond.sriov();
  if (!bond.managed || (sriov != nullptr && sriov->active)) return std::nullopt;
  // A status file may be a moment behind the kernel.
  if (watchdog.up && watchdog.account != nullptr && watchdog.account->off_reason) {
    return watchdog.account->off_reason;
  }
  return reason_from_kernel(bond);
}

Explanation explain(const BondReport& bond, const WatchdogView& watchdog, base::BootTime now) {
  const SlaveReport* active = bond.active();
  Explanation words;
  if (active == nullptr) {
    words.level = Level::failing;
    words.verdict = "Nothing carries the traffic of this bond.";
    words.reason = bond.slaves.empty() ? "There is no device in it."
                                       : "None of its devices is the active one.";
    return words;
  }
  if (bond.managed) return explain_managed(bond, *active, watchdog, now);
  words.verdict = active->link.name + role_words(active->role) + " carries the traffic.";
  words.reason = "Which device should is not known: " + bond.finding + ".";
  return words;
}

std::string describe(WatchState state) {
  switch (state) {
    case WatchState::steady:
      return "all is well";
    case WatchState::on_virtual:
      return "the SR-IOV device cannot carry traffic; the kernel goes back by itself";
    case WatchState::settling:
      return "waiting until changes of the bond are over";
    case WatchState::hold_down:
      return "waiting until the SR-IOV device has been healthy for a while";
    case WatchState::restoring:
      return "bringing the traffic back right now";
    case WatchState::backing_off:
      return "an attempt failed; waiting before the next one";
    case WatchState::suppressed:
      return "the SR-IOV device fails too often; waiting until it calms down";
    case WatchState::paused:
      return "paused";
    case WatchState::lpm:
      return "a migration is going on; hands off";
    case WatchState::path_dead:
      return "nothing answers behind the SR-IOV device";
    case WatchState::observing:
      return "would act, but may only observe";
    case WatchState::unmanaged:
      return "leaves this bond alone";
  }
  return "";
}

std::string format_duration(base::BootClock::duration duration) {
  const auto seconds =
      std::max<std::int64_t>(std::chrono::ceil<std::chrono::seconds>(duration).count(), 0);
  constexpr std::int64_t kMinute = 60;
  constexpr std::int64_t kHour = 60 * kMinute;
  constexpr std::int64_t kDay = 24 * kHour;
  if (seconds < kMinute) return fmt::format("{} s", seconds);
  if (seconds < kHour) return fmt::format("{} min {} s", seconds / kMinute, seconds % kMinute);
  if (seconds < kDay) return fmt::format("{} h {} min", seconds / kHour, seconds % kHour / kMinute);
  return fmt::format("{} d {} h", seconds / kDay, seconds % kDay / kHour);
}

}  // namespace hnv::exporter
