// SPDX-License-Identifier: Apache-2.0
// Sentences about one managed bond: why its SR-IOV slave does not carry the traffic, what happens
// next, and what to do by hand. Pure.
#pragma once

#include <optional>
#include <string>

#include "hnv/partition.hpp"
#include "hnv/status.hpp"

namespace hnv::ctl {

// Whether someone looks after the bonds.
enum class WatchdogLife {
  alive,
  gone,
  not_known,  // its lock cannot be asked about
};

struct Outlook {
  const BondReport& bond;
  const BondConfig* config = nullptr;  // of this bond; nullptr when the platform alone names it
  WatchdogLife life = WatchdogLife::gone;
  const BondStatus* watched = nullptr;  // what a living watchdog says, as far as it has said it
  const BondStatus* counts = nullptr;   // what any watchdog of this boot has left
  Mode mode = Mode::enforce;            // of that watchdog
  std::optional<OffReason> reason;      // as Verdict::reason
  std::string held_back;                // pause_words() of it
  base::BootTime now;
};

// The bond's traffic is not on the SR-IOV slave.
std::string why_off_sriov(const Outlook& outlook);

// Empty when nothing is about to happen and nothing needs to.
std::string next_step(const Outlook& outlook);

// A command that makes the SR-IOV slave carry the traffic, or lets it; empty when there is none, or
// the watchdog does it.
std::string by_hand(const Outlook& outlook);

}  // namespace hnv::ctl
