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
#include "hnv/vocabulary.hpp"
#include "watchdog/situation.hpp"

namespace hnv::watchdog {

struct PolicyConfig {
  Mode mode = Mode::enforce;
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
  bond::MiiStatus mii = bond::MiiStatus::down;
  std::uint64_t losses =
      0;  // SlaveRecord::losses: rises with a loss that the present view no longer shows
  bool operator==(const SlaveView&) const = default;

  [[nodiscard]] bool healthy() const { return admin_up && lower_up && mii == bond::MiiStatus::up; }
};

// The kernel's answer to the write of the last decision.
struct WriteAccepted {
  bool operator==(const WriteAccepted&) const = default;
};
struct WriteRefused {
  RestoreFailure failure = RestoreFailure::timeout;
  bool operator==(const WriteRefused&) const = default;
};
struct WriteOutdated {  // a last look before the write showed another picture: nothing was written
  bool operator==(const WriteOutdated&) const = default;
};
using WriteAnswer = std::variant<WriteAccepted, WriteRefused, WriteOutdated>;

// Everything about one bond at one moment. Level-triggered: it does not say what happened, but how
// things stand.
struct BondView {
  bond::IfIndex bond;
  bool fresh = false;          // false: messages were lost or are awaited; nothing is decided
  bool active_backup = false;  // the mode has a primary
  bool monitored = false;      // miimon or arp_interval is set
  bool sriov_absent = false;   // the SR-IOV slave is known by its configuration and not enslaved
  std::optional<bond::IfIndex> active;
  std::optional<bond::IfIndex> primary;
  std::vector<SlaveView> slaves;
  std::uint64_t membership_generation = 0;  // rises when a slave joins, leaves or is renamed
  std::uint64_t refreshes = 0;              // rises when a read-back is complete
  std::optional<WriteAnswer> answer;        // once, in the step after a write
  Situation situation;                      // pauses, and the migration window
  // Here join: damping, and the verdict on the path.
  bool operator==(const BondView&) const = default;
};

// Makes `slave` the primary of `bond`.
struct SetPrimary {
  bond::IfIndex bond;
  bond::IfIndex slave;
  WriteRule rule = WriteRule::keep;
  bool operator==(const SetPrimary&) const = default;
};

constexpr bool moves_traffic(WriteRule rule) {
  return rule == WriteRule::bring_back || rule == WriteRule::reassert;
}

// What the policy remembers of one bond. Starts empty; a copy goes in, a new one comes out.
struct PolicyState {
  std::optional<std::uint64_t> membership_generation;
  TimePoint membership_since;

  std::optional<bond::IfIndex> sriov;
  std::uint64_t losses = 0;
  std::optional<TimePoint> healthy_since;   // of the SR-IOV slave, uninterrupted
  std::optional<TimePoint> inactive_since;  // of the SR-IOV slave; empty while it is active

  struct PendingWrite {
    SetPrimary write;
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
  std::optional<TimePoint> last_move;
  bool reasserted = false;  // since the SR-IOV slave was last seen active or unhealthy

  std::optional<bond::IfIndex> confirmed;  // the primary that we set and saw in force
  std::uint64_t primary_losses = 0;        // how often it was lost with its slave still there
  bool operator==(const PolicyState&) const = default;
};

struct WriteConfirmed {
  SetPrimary write;
  Duration took{};  // from the decision to the message that shows it
};
struct WriteFailed {
  SetPrimary write;
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
      assessment;                   // empty when the view was not fresh: what was said before stays
  std::optional<SetPrimary> write;  // at most one; its answer goes into the next view
  std::optional<SetPrimary> withheld;   // what would be written if the mode allowed it
  bool read_back = false;               // read the bond again (LinkMonitor::refresh)
  std::optional<TimePoint> wake_at;     // when to decide again without news; always after `now`
  std::optional<WriteOutcome> outcome;  // of an earlier write, once
};

Decision step(const PolicyConfig& config, const PolicyState& state, const BondView& view,
              TimePoint now);

}  // namespace hnv::watchdog
