// SPDX-License-Identifier: Apache-2.0
// A bond's situation in plain English: which device carries the traffic, whether it should, and why
// not. From the kernel alone when no watchdog runs. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/enum_names.hpp"
#include "hnv/partition.hpp"
#include "hnv/status.hpp"

namespace hnv::exporter {

struct Explanation {
  // The words are values of the JSON API.
  enum class Level : std::uint8_t {
    good,       // the SR-IOV device carries the traffic
    attention,  // another does, or something would go wrong at the next failure
    failing,    // nothing carries the traffic
    neutral,    // there is no "should" for this bond
  };
  Level level = Level::neutral;
  std::string verdict;  // one sentence: who carries the traffic, and whether it should
  std::string reason;   // why not; "" when it should
  std::string outlook;  // what happens next, or what can be done; may be ""
};

}  // namespace hnv::exporter

template <>
struct hnv::base::EnumNames<hnv::exporter::Explanation::Level> {
  static constexpr auto names =
      std::to_array<std::string_view>({"good", "attention", "failing", "neutral"});
};

namespace hnv::exporter {

// What the watchdog says of the bond; `account` is nullptr when it says nothing, `up` is false when
// nobody is there to act.
struct WatchdogView {
  const BondStatus* account = nullptr;
  bool up = false;
  const ActivityStatus* activity = nullptr;  // what it says of hcnmgr and drmgr
};

Explanation explain(const BondReport& bond, const WatchdogView& watchdog, base::BootTime now);

// Why the SR-IOV slave does not carry the traffic: the living watchdog's word, else what the kernel
// shows. Empty when it does, or when the bond has none.
std::optional<OffReason> off_reason_of(const BondReport& bond, const WatchdogView& watchdog);

// "the watchdog waits until ...": what it is doing, for a person.
std::string describe(WatchState state);

// "45 s", "3 min 12 s", "2 h 5 min", "3 d 4 h".
std::string format_duration(base::BootClock::duration duration);

}  // namespace hnv::exporter
