// SPDX-License-Identifier: Apache-2.0
// The decision: what the watchdog does about one bond, as one pure function. No clock, no I/O, no
// log. docs/policy.md has the rules as numbered requirements, each with its test.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "bond/types.hpp"
#include "hnv/path_health.hpp"
#include "hnv/vocabulary.hpp"
#include "watchdog/damping.hpp"
#include "watchdog/fast_failover.hpp"
#include "watchdog/path_failover.hpp"
#include "watchdog/situation.hpp"
#include "watchdog/write.hpp"

namespace hnv::watchdog {

inline constexpr std::chrono::hours kBudgetPeriod{1};

// Of one bond.
struct PolicyConfig {
  Mode mode = Mode::enforce;
  bool damping = false;  // act on it: without, penalties are counted only
  bool fast_failover = false;
  bool act_on_path = false;        // move the traffic away from a dead path
  Duration path_silence{};         // silence_after_failover() of a bond that is probed
  Duration fast_failover_delay{};  // a carrier that is back by then was never lost
  Duration fast_failover_hold = std::chrono::seconds(5);  // health before a fast move is undone
  std::size_t moves_per_hour = 12;                        // of ours, back to the SR-IOV slave
  Duration hold_down = std::chrono::seconds(10);     // uninterrupted health before we move traffic
  Duration settle = std::chrono::seconds(15);        // quiet after a change of membership or names
  Duration move_spacing = std::chrono::seconds(60);  // between two of our own moves
  Duration verify_after = std::chrono::seconds(1);   // without a confirming message: read back
  Duration first_backoff = std::chrono::seconds(10);
  Duration longest_backoff = std::chrono::seconds(300);
  std::uint64_t losses_before_slow_rate = 3;  // of a primary that we had set
  std::uint32_t jitter_seed =
      0;  // differs between partitions, so that a frame of them does not write in step
};

// One slave, as the kernel shows it now.
struct SlaveView {
  bond::IfIndex index;
  Role role = Role::unknown;
  bool admin_up = false;
  bool lower_up = false;
  bool is_active = false;  // by its own state; the bond says so too, in another message
  bond::MiiStatus mii = bond::MiiStatus::down;
  std::uint64_t losses =
      0;  // SlaveRecord::losses: rises with a loss that the present view no longer shows
  bool operator==(const SlaveView&) const = default;

  [[nodiscard]] bool healthy() const { return admin_up && lower_up && mii == bond::MiiStatus::up; }
};

// Everything about one bond at one moment. Level-triggered: it does not say what happened, but how
// things stand.
struct BondView {
  bond::IfIndex bond;
  bool fresh = false;          // false: messages were lost or are awaited; nothing is decided
  bool active_backup = false;  // the mode has a primary
  bool monitored = false;      // miimon or arp_interval is set
  bool plain_miimon = false;   // ... miimon alone, without downdelay
  bool sriov_absent = false;   // the SR-IOV slave is known by its configuration and not enslaved
  std::optional<bond::IfIndex> active;
  std::optional<bond::IfIndex> primary;
  std::optional<bond::PrimaryReselect> primary_reselect;
  std::vector<SlaveView> slaves;
  std::uint64_t membership_generation = 0;  // rises when a slave joins, leaves or is renamed
  std::uint64_t refreshes = 0;              // rises when a read-back is complete
  std::optional<WriteAnswer> answer;        // once, in the step after a write
  Situation situation;                      // pauses, and the migration window
  bool saved_is_kept = false;  // DampingState::saved, as it is, is where a restart finds it
  PathHealth path;             // what the prober says, as far as it is to be believed
  bool operator==(const BondView&) const = default;
};

// What the policy remembers of one bond. Starts empty; a copy goes in, a new one comes out.
struct PolicyState {
  std::optional<std::uint64_t> membership_generation;
  TimePoint membership_since;

  std::optional<bond::IfIndex> sriov;
  std::uint64_t losses = 0;
  std::optional<TimePoint> healthy_since;   // of the SR-IOV slave, uninterrupted
  std::optional<TimePoint> inactive_since;  // of the SR-IOV slave; empty while it is active

  struct PendingWrite {
    Write write;
    TimePoint decided;
    std::optional<TimePoint> accepted;
    std::optional<TimePoint> read_back;  // when it was asked for
    std::uint64_t refreshes_before = 0;  // BondView::refreshes at that moment
    bool operator==(const PendingWrite&) const = default;
  };
  std::optional<PendingWrite> pending;  // at most one

  unsigned failures = 0;              // in a row
  std::optional<TimePoint> retry_at;  // no write before
  std::optional<TimePoint> last_write;
  std::optional<TimePoint> last_move;  // back to the SR-IOV slave
  std::vector<TimePoint> moves;        // of the last hour, of that kind
  bool reasserted = false;             // since the SR-IOV slave was last seen active or unhealthy

  std::optional<bond::IfIndex> confirmed;  // the primary that we set and saw in force
  std::uint64_t primary_losses = 0;        // how often it was lost with its slave still there

  DampingState damping;
  FastFailoverState fast;
  PathFailoverState path;
  bool operator==(const PolicyState&) const = default;
};

struct WriteConfirmed {
  Write write;
  Duration took{};  // from the decision to the message that shows it
};
struct WriteFailed {
  Write write;
  RestoreFailure failure = RestoreFailure::timeout;
};
using WriteOutcome = std::variant<WriteConfirmed, WriteFailed>;

struct Assessment {
  WatchState state = WatchState::unmanaged;
  std::optional<OffReason>
      off_reason;  // empty while the SR-IOV slave is active, and for unmanaged bonds
  bool operator==(const Assessment&) const = default;
};

struct Decision {
  PolicyState state;
  std::optional<Assessment>
      assessment;                 // empty when the view was not fresh: what was said before stays
  std::optional<Write> write;     // at most one; its answer goes into the next view
  std::optional<Write> withheld;  // what would be written if the mode allowed it
  // Keep DampingState::saved where a restart finds it, and decide again: only then it is acted on.
  bool keep_saved = false;
  std::vector<FastSkip> fast_skipped;  // losses that were left to the kernel, each once
  bool budget_spent = false;  // PolicyConfig::moves_per_hour: would move the traffic, and must not
  bool read_back = false;     // read the bond again (LinkMonitor::refresh)
  std::optional<TimePoint> wake_at;     // when to decide again without news; always after `now`
  std::optional<WriteOutcome> outcome;  // of an earlier write, once
};

Decision step(const PolicyConfig& config, const PolicyState& state, const BondView& view,
              TimePoint now);

}  // namespace hnv::watchdog
