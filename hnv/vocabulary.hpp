// SPDX-License-Identifier: Apache-2.0
// The words that the watchdog, the status file, the metrics and hnvctl share; docs/glossary.md
// explains them. Each spelling is a label value of the metrics: add freely, rename never.
#pragma once

#include <cstdint>

#include "base/enum_names.hpp"

namespace hnv {

// Which device of the pair a slave is. Not the same as which slave is active.
enum class Role : std::uint8_t { sriov, virtual_device, unknown };

// What told a slave's role: the first of these that does.
enum class RoleSource : std::uint8_t {
  configuration,  // the bond's selector in hnv.yaml
  hcn_mode,       // ibm,hcn-mode of the device's node
  node_type,      // where that node is: below a PCI host bridge, or a virtual device
  driver,
  bus,         // as sysfs tells it
  parent_bus,  // as the link message tells it, where sysfs does not
  none,
};

// What the watchdog may write.
enum class Mode : std::uint8_t {
  observe,  // nothing
  repair,   // a missing or stale primary
  enforce,  // also over a primary or an active slave that someone else chose
};

// What the watchdog is doing about one bond.
enum class WatchState : std::uint8_t {
  steady,       // the SR-IOV slave is active and primary
  on_virtual,   // the SR-IOV slave cannot carry traffic; the kernel goes back by itself
  settling,     // membership or names changed a moment ago
  hold_down,    // the SR-IOV slave must stay healthy for a while first
  restoring,    // primary has been written, its effect is awaited
  backing_off,  // a write failed; the next one waits
  suppressed,   // damping holds
  paused,       // something is going on, or an operator said so
  lpm,          // a migration window is open
  path_dead,    // the path behind the SR-IOV slave does not answer
  observing,    // would write now, but must not
  unmanaged,    // not a bond that the watchdog acts on
};

// Why the SR-IOV slave does not carry the traffic.
enum class OffReason : std::uint8_t {
  link_down,
  admin,   // an operator took the link down
  absent,  // not enslaved
  lpm,
  primary_unset,
  hold_down,
  settling,
  suppressed,
  paused,
  path_dead,
  external,  // someone else chose another slave, and the mode respects that
  restore_failed,
  observe,
  unknown,  // which slave is the SR-IOV one is not known
};

enum class PauseReason : std::uint8_t {
  operator_request,
  hcnmgr,
  dlpar,
  hcn_init,
  hook,
  identity,
  resync,
  blind,
};

// Where the traffic of a bond went.
enum class FailoverDirection : std::uint8_t { to_virtual, to_sriov, to_none, other };

// Why it went there; the first that fits, in this order.
enum class FailoverCause : std::uint8_t {
  watchdog,
  fast_failover,
  path,
  lpm,
  admin,
  removed,
  enslaved,
  link_down,
  link_up,
  external,
  resync,
};

// What hnv-prober concludes from who answers through which slave of a bond; docs/prober.md has the
// table.
enum class PathVerdict : std::uint8_t {
  healthy,
  virtual_dead,     // carrier, and no answer: the redundancy is lost and nothing else shows it
  sriov_dead,       // carrier, and no answer
  target_dead,      // no answer through either slave, and they hear each other
  target_filtered,  // no answer through one slave, and yet they hear each other
  both_dead,        // no answer at all
  isolated,         // both get answers and do not hear each other: the network keeps ports apart
  not_judged,       // too early, too old, or nothing to ask
};

// Losses that no message told and a count of the kernel's own shows afterwards: lower bounds, and
// no failovers.
enum class UnseenFailure : std::uint8_t {
  link_failure_count,  // of the slaves, as miimon saw them
  carrier_losses,      // of the bond itself: no slave was left
};

// Why a write of primary did not do what it should.
enum class RestoreFailure : std::uint8_t {
  permission,  // CAP_NET_ADMIN is missing
  mode,        // the bond's mode has no primary
  no_bond,     // the bond has gone
  cleared,     // accepted, and there is no primary now
  overridden,  // accepted, and another slave is primary or active
  timeout,     // no answer
};

// Why something is written: the row of the tables in docs/policy.md. Most write primary.
enum class WriteRule : std::uint8_t {
  keep,        // the SR-IOV slave is active and not primary: moves nothing
  latch,       // its link is down: moves nothing, the kernel returns with the link
  bring_back,  // it is healthy, not primary and not active: moves the traffic
  reassert,    // it is healthy and primary, and not active: moves the traffic
  // active_slave is written:
  fast_failover,  // the active SR-IOV slave has lost its carrier, and no tick has seen it yet
  path_failover,  // the path behind the active SR-IOV slave is dead, and the other one is not
  // primary_reselect is written:
  suppress,            // the link flaps: once lost, the traffic stays on the virtual slave
  release,             // it flaps no longer: as it was before; moves nothing
  release_and_return,  // ... while the SR-IOV slave is healthy and not active: moves the traffic
};

// Why a lost carrier was left to the kernel's next tick although fast failover is on.
enum class FastSkip : std::uint8_t {
  no_backup,        // no other slave is healthy
  several_backups,  // the kernel knows which one it prefers
  rate_limited,
  held_back,  // a pause, a migration, settle, or damping
  path_dead,  // that of the other slave
  outdated,   // the last look showed another picture
  rejected,   // by the kernel
};

// What hcnmgr of powerpc-utils is run as: the name of the command tells what is being done.
enum class HcnCommand : std::uint8_t {
  hcnmgr,     // the scan at boot, and by hand
  hcncfgdrc,  // puts a device into its bond
  hcnqrydev,  // asks before a migration whether the SR-IOV port may go
  hcnrmdev,   // takes the SR-IOV port out of its bond
  hcnrmhcn,   // removes a bond
};

// What drmgr tells its hooks about a migration (drmgr-hooks(8)).
enum class HookPhase : std::uint8_t { check, undocheck, pre, post };

// How an LPM window ended.
enum class LpmOutcome : std::uint8_t {
  migrated,      // on another machine, and every SR-IOV slave is back
  returned,      // on the same machine, and every SR-IOV slave is there
  not_restored,  // on another machine, and an SR-IOV slave did not come
  timed_out,     // on the same machine, and an SR-IOV slave did not come back
};

enum class LpmKind : std::uint8_t {
  live,                 // the same boot on another machine
  inactive_or_restart,  // another boot on another machine
};

enum class LpmResult : std::uint8_t {
  restored,  // every SR-IOV slave carries its bond's traffic again
  not_restored,
};

}  // namespace hnv

template <>
struct hnv::base::EnumNames<hnv::HcnCommand> {
  static constexpr auto names =
      std::to_array<std::string_view>({"hcnmgr", "hcncfgdrc", "hcnqrydev", "hcnrmdev", "hcnrmhcn"});
};
template <>
struct hnv::base::EnumNames<hnv::HookPhase> {
  static constexpr auto names =
      std::to_array<std::string_view>({"check", "undocheck", "pre", "post"});
};
template <>
struct hnv::base::EnumNames<hnv::LpmOutcome> {
  static constexpr auto names =
      std::to_array<std::string_view>({"migrated", "returned", "not_restored", "timed_out"});
};
template <>
struct hnv::base::EnumNames<hnv::LpmKind> {
  static constexpr auto names = std::to_array<std::string_view>({"live", "inactive_or_restart"});
};
template <>
struct hnv::base::EnumNames<hnv::LpmResult> {
  static constexpr auto names = std::to_array<std::string_view>({"restored", "not_restored"});
};
template <>
struct hnv::base::EnumNames<hnv::Role> {
  static constexpr auto names = std::to_array<std::string_view>({"sriov", "virtual", "unknown"});
};
template <>
struct hnv::base::EnumNames<hnv::RoleSource> {
  static constexpr auto names = std::to_array<std::string_view>(
      {"configuration", "hcn_mode", "node_type", "driver", "bus", "parent_bus", "none"});
};
template <>
struct hnv::base::EnumNames<hnv::Mode> {
  static constexpr auto names = std::to_array<std::string_view>({"observe", "repair", "enforce"});
};
template <>
struct hnv::base::EnumNames<hnv::WatchState> {
  static constexpr auto names = std::to_array<std::string_view>(
      {"steady", "on_virtual", "settling", "hold_down", "restoring", "backing_off", "suppressed",
       "paused", "lpm", "path_dead", "observing", "unmanaged"});
};
template <>
struct hnv::base::EnumNames<hnv::OffReason> {
  static constexpr auto names = std::to_array<std::string_view>(
      {"link_down", "admin", "absent", "lpm", "primary_unset", "hold_down", "settling",
       "suppressed", "paused", "path_dead", "external", "restore_failed", "observe", "unknown"});
};
template <>
struct hnv::base::EnumNames<hnv::PauseReason> {
  static constexpr auto names = std::to_array<std::string_view>(
      {"operator", "hcnmgr", "dlpar", "hcn_init", "hook", "identity", "resync", "blind"});
};
template <>
struct hnv::base::EnumNames<hnv::FailoverDirection> {
  static constexpr auto names =
      std::to_array<std::string_view>({"to_virtual", "to_sriov", "to_none", "other"});
};
template <>
struct hnv::base::EnumNames<hnv::FailoverCause> {
  static constexpr auto names = std::to_array<std::string_view>(
      {"watchdog", "fast_failover", "path", "lpm", "admin", "removed", "enslaved", "link_down",
       "link_up", "external", "resync"});
};
template <>
struct hnv::base::EnumNames<hnv::PathVerdict> {
  static constexpr auto names =
      std::to_array<std::string_view>({"healthy", "virtual_dead", "sriov_dead", "target_dead",
                                       "target_filtered", "both_dead", "isolated", "not_judged"});
};
template <>
struct hnv::base::EnumNames<hnv::UnseenFailure> {
  static constexpr auto names =
      std::to_array<std::string_view>({"link_failure_count", "carrier_losses"});
};
template <>
struct hnv::base::EnumNames<hnv::RestoreFailure> {
  static constexpr auto names = std::to_array<std::string_view>(
      {"permission", "mode", "no_bond", "cleared", "overridden", "timeout"});
};
template <>
struct hnv::base::EnumNames<hnv::WriteRule> {
  static constexpr auto names = std::to_array<std::string_view>(
      {"keep", "latch", "bring_back", "reassert", "fast_failover", "path_failover", "suppress",
       "release", "release_and_return"});
};
template <>
struct hnv::base::EnumNames<hnv::FastSkip> {
  static constexpr auto names =
      std::to_array<std::string_view>({"no_backup", "several_backups", "rate_limited", "held_back",
                                       "path_dead", "outdated", "rejected"});
};
