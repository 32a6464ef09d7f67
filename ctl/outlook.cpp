// SPDX-License-Identifier: Apache-2.0
#include "ctl/outlook.hpp"

#include <algorithm>
#include <string_view>

#include "ctl/finding.hpp"
#include "ctl/text.hpp"
#include "hnv/restraint_words.hpp"

namespace hnv::ctl {

namespace {

// Why the kernel does not use the SR-IOV slave, from what the kernel shows alone.
std::string kernel_reason(const BondReport& bond, const BondConfig* config) {
  const SlaveReport* sriov = bond.sriov();
  if (sriov == nullptr) {
    const std::string which = config != nullptr && config->sriov
                                  ? to_string(*config->sriov)
                                  : "hcn-id " + to_string(*bond.hcn_id);
    return "the SR-IOV slave (" + which +
           ") is not in the bond: unplugged, or taken out for a migration";
  }
  const bond::Link& link = sriov->link;
  if (!link.admin_up) return link.name + " has been set down by an operator";
  if (!link.lower_up) return "the link of " + link.name + " is down: no carrier";
  if (!bond::is_healthy(link)) {
    const auto mii = link.slave->mii_status.value_or(bond::MiiStatus::down);
    return "bonding does not use " + link.name + " now: its MII status is '" +
           std::string(base::name_of(mii)) + "'";
  }
  if (const auto finding = primary_finding(bond)) return finding->text;
  return link.name + " is primary and healthy; someone made another slave active";
}

std::string name_of_sriov(const BondReport& bond) {
  const SlaveReport* sriov = bond.sriov();
  return sriov != nullptr ? sriov->link.name : "the SR-IOV slave";
}

bool sriov_is_primary(const BondReport& bond) {
  const SlaveReport* sriov = bond.sriov();
  return sriov != nullptr && sriov->primary;
}

// What the mode lets the watchdog write about this bond, as far as the kernel's picture tells.
bool may_write(const Outlook& outlook) {
  switch (outlook.mode) {
    case Mode::observe:
      return false;
    case Mode::repair:
      return outlook.bond.primary() == nullptr;
    case Mode::enforce:
      return true;
  }
  return false;
}

std::string in_time(const Outlook& outlook) {
  if (!outlook.watched->waits_until) return " soon";
  const std::string text = countdown_text(*outlook.watched->waits_until - outlook.now);
  return text.empty() ? " now" : " in " + text;
}

// Settling or hold-down is over in a moment.
std::string when_wait_ends(const Outlook& outlook, const std::string& action) {
  if (may_write(outlook)) return "the watchdog " + action + in_time(outlook);
  return "the watchdog decides" + in_time(outlook) + ", and mode " +
         std::string(base::name_of(outlook.mode)) + " lets it write nothing";
}

std::string while_on_virtual(const Outlook& outlook) {
  const std::string name = name_of_sriov(outlook.bond);
  const OffReason reason = outlook.reason.value_or(OffReason::link_down);
  if (reason == OffReason::absent || reason == OffReason::lpm) {
    return may_write(outlook) ? "the watchdog makes it primary when it is back"
                              : "when it is back, mode observe lets the watchdog write nothing";
  }
  if (reason == OffReason::external) {
    return "the watchdog has brought it back once, it was moved again, and is left there";
  }
  const std::string until =
      reason == OffReason::admin ? name + " is set up again" : "its link is back";
  if (sriov_is_primary(outlook.bond)) return "the kernel goes back to it when " + until;
  return "the watchdog makes " + name + " primary when " + until;
}

std::string failures_text(const BondStatus& bond) {
  std::string text;
  for (const auto failure : base::all_values<RestoreFailure>()) {
    if (bond.restore_failures[failure] == 0) continue;
    text.append(text.empty() ? "" : ", ").append(base::name_of(failure));
  }
  return text;
}

std::string while_backing_off(const Outlook& outlook) {
  const BondStatus& bond = *outlook.watched;
  if (outlook.reason == OffReason::primary_unset) {
    return "the primary that the watchdog set was lost " + std::to_string(bond.primary_losses) +
           " times: a stored profile overwrites it, correct that; the next try is" +
           in_time(outlook);
  }
  const std::string failures = failures_text(bond);
  std::string text = "the watchdog's last write failed";
  if (!failures.empty()) text += " (so far: " + failures + ")";
  text += "; the next try is" + in_time(outlook);
  if (bond.restore_failures[RestoreFailure::permission] != 0) {
    text += "; without CAP_NET_ADMIN none succeeds";
  }
  return text;
}

std::string while_paused(const Outlook& outlook) {
  std::string text = "the watchdog writes nothing: ";
  text += outlook.held_back.empty() ? "it is paused" : outlook.held_back;
  return text + "; it goes on by itself afterwards";
}

std::string while_suppressed(const Outlook& outlook) {
  const SlaveReport* sriov = outlook.bond.sriov();
  std::string words = release_words(
      *outlook.watched, countdown_text(damping_ends_at(*outlook.watched) - outlook.now));
  if (sriov == nullptr) return words;
  if (sriov->active) {
    return "when " + sriov->link.name + " loses its link again, the traffic stays off it; " + words;
  }
  return words + (bond::is_healthy(sriov->link) ? "" : " when its link is back");
}

std::string while_observing(const Outlook& outlook) {
  if (outlook.watched->budget_spent) {
    return budget_words(outlook.watched->waits_until
                            ? countdown_text(*outlook.watched->waits_until - outlook.now)
                            : std::string());
  }
  if (outlook.mode == Mode::observe) {
    return "the watchdog would make " + name_of_sriov(outlook.bond) +
           " primary, and mode observe forbids it";
  }
  return "the watchdog leaves what someone else chose: mode " +
         std::string(base::name_of(outlook.mode)) + "; mode enforce would not";
}

std::string watchdog_step(const Outlook& outlook) {
  const std::string name = name_of_sriov(outlook.bond);
  switch (outlook.watched->state) {
    case WatchState::steady:
      return {};
    case WatchState::on_virtual:
      return while_on_virtual(outlook);
    case WatchState::settling:
      return "slaves came, left or changed names a moment ago; " +
             when_wait_ends(outlook, "makes " + name + " primary");
    case WatchState::hold_down:
      return when_wait_ends(outlook, "moves the traffic to " + name) +
             (may_write(outlook) ? ", if its link holds" : "");
    case WatchState::restoring:
      return "the watchdog has just made " + name + " primary and waits to see the effect";
    case WatchState::backing_off:
      return while_backing_off(outlook);
    case WatchState::suppressed:
      return while_suppressed(outlook);
    case WatchState::paused:
      return while_paused(outlook);
    case WatchState::lpm:
      return "the watchdog writes nothing until the migration is over";
    case WatchState::path_dead:
      return "the watchdog waits until the path behind " + name + " answers";
    case WatchState::observing:
      return while_observing(outlook);
    case WatchState::unmanaged:
      return "the watchdog leaves this bond alone";
  }
  return {};
}

// Nobody but the kernel acts.
std::string kernel_step(const Outlook& outlook) {
  const SlaveReport* sriov = outlook.bond.sriov();
  const std::string nobody = outlook.life == WatchdogLife::gone
                                 ? "hnv-watchdog is not running"
                                 : "it is not known whether hnv-watchdog runs";
  if (sriov == nullptr) return "it may come back and not get the traffic: " + nobody;
  if (bond::is_healthy(sriov->link)) return "the traffic stays where it is: " + nobody;
  if (!primary_finding(outlook.bond)) return "the kernel goes back to it when its link is back";
  return "the traffic stays where it is also when the link is back: " + nobody;
}

bool is_on_sriov(const BondReport& bond) {
  return bond.sriov() != nullptr && bond.sriov()->active;
}

// The watchdog brings the traffic back by itself, now or in a while.
bool is_acting(const Outlook& outlook) {
  const BondStatus* watched = outlook.watched;
  if (watched != nullptr && watched->budget_spent) return false;
  return may_write(outlook) || (watched != nullptr && is_damped(*watched));
}

// A watchdog that ended by force has left behind what damping changed.
bool has_left_reselect(const Outlook& outlook) {
  return outlook.counts != nullptr &&
         !reselect_words(*outlook.counts, outlook.bond.link.bond->primary_reselect).empty();
}

// A name that a shell takes as it is.
bool is_plain(std::string_view name) {
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  });
}

}  // namespace

std::string why_off_sriov(const Outlook& outlook) {
  if (!outlook.bond.link.admin_up) return "the bond itself has been set down by an operator";
  std::string kernel = kernel_reason(outlook.bond, outlook.config);
  const std::string name = name_of_sriov(outlook.bond);
  if (outlook.reason == OffReason::lpm) return "a migration (LPM) is under way; " + kernel;
  if (outlook.reason == OffReason::suppressed) {
    return name + " has lost its link too often lately, and damping keeps the traffic off it" +
           (outlook.watched != nullptr ? "; " + penalty_words(*outlook.watched, outlook.now) : "");
  }
  if (outlook.reason == OffReason::path_dead) return "the path behind " + name + " does not answer";
  return kernel;
}

std::string next_step(const Outlook& outlook) {
  if (!outlook.bond.link.admin_up) return {};
  if (outlook.life == WatchdogLife::alive) {
    if (outlook.watched == nullptr) return "what the watchdog does about it is not known yet";
    const std::string step = watchdog_step(outlook);
    return step.empty() ? step : std::string(base::name_of(outlook.watched->state)) + ": " + step;
  }
  return is_on_sriov(outlook.bond) ? std::string() : kernel_step(outlook);
}

std::string by_hand(const Outlook& outlook) {
  const std::string& bond = outlook.bond.link.name;
  if (!is_plain(bond)) return {};
  if (!outlook.bond.link.admin_up) return "ip link set dev " + bond + " up";
  const SlaveReport* sriov = outlook.bond.sriov();
  if (sriov == nullptr || !is_plain(sriov->link.name)) return {};
  if (!sriov->link.admin_up) return "ip link set dev " + sriov->link.name + " up";
  const bool watchdog_acts = outlook.life == WatchdogLife::alive && is_acting(outlook);
  const bool is_right = sriov->primary && (sriov->active || !bond::is_healthy(sriov->link));
  // Without carrier and with MII status still up a write would select a dead port.
  const bool is_safe =
      bond::is_healthy(sriov->link) || sriov->link.slave->mii_status == bond::MiiStatus::down;
  if (outlook.life == WatchdogLife::gone && is_safe && has_left_reselect(outlook)) {
    return "ip link set dev " + bond + " type bond primary_reselect " +
           std::string(base::name_of(*outlook.counts->saved_reselect));
  }
  if (watchdog_acts || is_right || !is_safe) return {};
  return "ip link set dev " + bond + " type bond primary " + sriov->link.name;
}

}  // namespace hnv::ctl
