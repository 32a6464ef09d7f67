// SPDX-License-Identifier: Apache-2.0
// Fast failover: moving the traffic at the message that tells of the lost carrier, before the next
// tick of miimon sees it. Opt-in, one request a loss, no retry: whatever is in the way, the tick
// does the same a moment later. Pure.
#pragma once

#include <optional>
#include <vector>

#include "watchdog/situation.hpp"
#include "watchdog/write.hpp"

namespace hnv::watchdog {

struct BondView;
struct PolicyConfig;
struct SlaveView;

struct FastFailoverState {
  std::optional<TimePoint> carrier_lost;  // the active SR-IOV slave's; MII status is still up
  bool decided = false;                   // about this loss
  std::optional<TimePoint> last_loss;
  std::vector<TimePoint> moves;  // of the last minute
  bool exhausted = false;        // too many: none until a minute without a loss
  bool owed = false;             // the traffic was seen to be moved away, and not seen back
  bool operator==(const FastFailoverState&) const = default;
};

inline constexpr std::chrono::seconds kFastMovesApart{1};
inline constexpr std::size_t kFastMovesAMinute = 5;

// What the present view makes of it; `lost` is a loss since the last one.
void follow(FastFailoverState& state, const BondView& view, const SlaveView& sriov, bool lost,
            TimePoint now);
void note_moved(FastFailoverState& state, TimePoint now);

// What is to be done about this loss, once.
struct FastFailover {
  std::optional<Write> write;
  std::optional<FastSkip> skipped;  // why not
  std::optional<TimePoint> wait;    // too early to say
};
FastFailover consider(const PolicyConfig& config, const FastFailoverState& state,
                      const BondView& view, const SlaveView& sriov, TimePoint now);

}  // namespace hnv::watchdog
