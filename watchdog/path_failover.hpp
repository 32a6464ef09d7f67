// SPDX-License-Identifier: Apache-2.0
// What the verdict on a path changes: a veto for moves onto a dead path, and, opt-in, a move away
// from one. Bonding sees carriers only, so the kernel itself does neither. Pure.
#pragma once

#include <optional>

#include "hnv/path_health.hpp"
#include "watchdog/situation.hpp"
#include "watchdog/write.hpp"

namespace hnv::watchdog {

struct BondView;
struct PolicyConfig;
struct SlaveView;

struct PathFailoverState {
  std::optional<TimePoint> moved;  // the last time, also in vain
  bool owed = false;               // the traffic was seen to be moved away, and not seen back
  bool operator==(const PathFailoverState&) const = default;
};

inline constexpr std::chrono::minutes kPathMovesApart{5};
// After such a move nothing goes back before, and with a verdict only after so many answers in a
// row: a path that comes and goes must not take the traffic with it.
inline constexpr std::chrono::seconds kPathStay{60};
inline constexpr std::uint32_t kAnswersBeforeReturn = 10;

// After a failover the prober says nothing for its pause (kPause in prober/bond_prober.hpp) and the
// round that follows, and what it said before may be too old by then. A return that waits so long
// meets a verdict that is about the present.
Duration silence_after_failover(Duration interval);

// The verdict as long as it holds; afterwards nothing is judged.
PathVerdict verdict_at(const BondView& view, TimePoint now);

// What the present view makes of it.
void follow(PathFailoverState& state, const BondView& view, const SlaveView& sriov);

// Whether the path keeps the traffic from being brought to the SR-IOV slave.
bool holds_return(const PathFailoverState& state, const BondView& view, TimePoint now);

// What is to be done about a dead path behind the active SR-IOV slave, where that is asked for. The
// gates of every write are the caller's.
struct PathFailover {
  std::optional<Write> write;
  std::optional<TimePoint> wait;  // too soon after the last one
};
PathFailover consider(const PolicyConfig& config, const PathFailoverState& state,
                      const BondView& view, const SlaveView& sriov, TimePoint now);

}  // namespace hnv::watchdog
