// SPDX-License-Identifier: Apache-2.0
// Whether a migration (LPM) is under way, as one pure function: it decides when writes to HNV bonds
// are held back, and counts migrations. No clock, no I/O, no log. docs/policy.md has the rules as
// numbered requirements.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "bond/types.hpp"
#include "hnv/vocabulary.hpp"
#include "watchdog/situation.hpp"
#include "watchdog/surroundings.hpp"

namespace hnv::watchdog {

struct MigrationConfig {
  Duration settle = std::chrono::seconds(30);           // after hcnmgr, drmgr or a new machine
  Duration query_quiet = std::chrono::seconds(120);     // a window in which no slave left closes
  Duration hook_timeout = std::chrono::minutes(30);     // ... with a hook that never said "post"
  Duration absent_timeout = std::chrono::minutes(30);   // a slave that left does not come back
  Duration restore_timeout = std::chrono::minutes(15);  // ... on the new machine
  Duration stuck_after = std::chrono::minutes(15);      // a run of hcnmgr that does not end
};

struct HnvBond {
  bond::IfIndex index;
  bool sriov_enslaved = false;
  bool sriov_active = false;
  bool operator==(const HnvBond&) const = default;
};

struct MigrationView {
  Surroundings surroundings;
  bool fresh = true;  // false: `bonds` may be out of date
  std::vector<HnvBond> bonds;
};

// What is remembered of the partition. Starts empty, or with what start_on() makes of an identity
// that was kept.
struct MigrationState {
  std::optional<TimePoint> disturbed;    // hcnmgr, drmgr, a hook or a new machine was last seen
  std::optional<TimePoint> hcnmgr_seen;  // any command of hcnmgr
  std::optional<TimePoint> configuring;  // one that puts slaves into bonds
  std::optional<TimePoint> dlpar_seen;   // drmgr had its lock
  std::optional<TimePoint> dlpar_since;  // drmgr has it without a break
  std::optional<FrameKey> frame;
  std::optional<TimePoint> identity_changed;
  std::optional<HookNote> hook;  // the last one that was taken notice of
  bool hook_is_done = false;     // its window has closed

  struct KnownBond {
    bool sriov_enslaved = false;
    std::optional<TimePoint> departed;  // of the SR-IOV slave, while it is away
    bool operator==(const KnownBond&) const = default;
  };
  std::map<bond::IfIndex, KnownBond> bonds;

  struct Window {
    TimePoint since;
    TimePoint last_sign;              // of anything that belongs to a migration
    std::set<bond::IfIndex> awaited;  // bonds whose SR-IOV slave left for it
    bool awaits_all = false;          // the machine changed unseen: nobody knows who left for it
    std::optional<TimePoint> identity_changed;
    LpmKind kind = LpmKind::live;
    bool hooked = false;   // drmgr's hook spoke in it
    bool overdue = false;  // has been said
    bool operator==(const Window&) const = default;
  };
  std::optional<Window> window;

  // Every slave is back in its bond; whether the traffic follows is still open.
  struct Arrival {
    LpmKind kind = LpmKind::live;
    TimePoint deadline;
    bool operator==(const Arrival&) const = default;
  };
  std::optional<Arrival> arrival;

  bool stuck = false;  // has been said
  bool operator==(const MigrationState&) const = default;
};

// The partition runs on another machine than when its identity was last kept.
struct Moved {
  FrameKey from;
  LpmKind kind = LpmKind::live;
};
MigrationState start_on(const std::optional<FrameKey>& present, const std::optional<Moved>& moved,
                        TimePoint now);

struct ClosedWindow {
  LpmOutcome outcome = LpmOutcome::returned;
  Duration lasted{};
};
struct CountedMigration {
  LpmKind kind = LpmKind::live;
  LpmResult result = LpmResult::restored;
};

struct MigrationDecision {
  MigrationState state;
  Situation situation;  // of every HNV bond
  bool opened = false;  // a window, by this step
  std::optional<ClosedWindow> closed;
  std::optional<CountedMigration> counted;
  std::optional<FrameKey> moved_to;  // the identity changed
  // Once a window: an SR-IOV slave is away for too long, and this is what the window will end as.
  std::optional<LpmOutcome> overdue;
  bool stuck = false;                // once a run: hcnmgr or drmgr does not end
  std::optional<TimePoint> wake_at;  // when to decide again without news; always after `now`
};

MigrationDecision step(const MigrationConfig& config, const MigrationState& state,
                       const MigrationView& view, TimePoint now);

}  // namespace hnv::watchdog
