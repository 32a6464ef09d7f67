// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstddef>

#include "exporter/metric_rows.hpp"

namespace hnv::exporter {

namespace {

// One sample for each enumerator.
template <class E, double (*kValue)(const BondStatus&, E)>
AccountTable for_each() {
  AccountTable table;
  for (const E key : base::all_values<E>()) table.keys.push_back({base::name_of(key)});
  table.value = [](const BondStatus& bond, std::size_t key) {
    return kValue(bond, static_cast<E>(key));
  };
  return table;
}

// ... and for each direction and cause.
AccountTable failovers() {
  AccountTable table;
  for (const auto direction : base::all_values<FailoverDirection>()) {
    for (const auto cause : base::all_values<FailoverCause>()) {
      table.keys.push_back({base::name_of(direction), base::name_of(cause)});
    }
  }
  table.value = [](const BondStatus& bond, std::size_t key) {
    constexpr std::size_t kCauses = base::kEnumCount<FailoverCause>;
    return number(bond.failovers[static_cast<FailoverDirection>(key / kCauses)]
                                [static_cast<FailoverCause>(key % kCauses)]);
  };
  return table;
}

double unseen_failures(const BondStatus& bond, UnseenFailure source) {
  return number(bond.unseen_failures[source]);
}

double off_sriov_seconds(const BondStatus& bond, OffReason reason) {
  return base::to_seconds(bond.off_sriov[reason]);
}

double restore_failures(const BondStatus& bond, RestoreFailure why) {
  return number(bond.restore_failures[why]);
}

double is_state(const BondStatus& bond, WatchState state) {
  return flag(bond.state == state);
}

double is_paused(const BondStatus& bond, PauseReason reason) {
  return flag(bond.paused[reason]);
}

double fast_skips(const BondStatus& bond, FastSkip reason) {
  return number(bond.fast_failovers_skipped[reason]);
}

void project_restore_duration(const Snapshot& snapshot, Samples& samples) {
  if (!snapshot.watchdog.status) return;
  for (const BondStatus& bond : snapshot.watchdog.status->bonds) {
    samples.add({bond.name}, bond.restore_duration);
  }
}

void project_penalty(const Snapshot& snapshot, Samples& samples) {
  if (!snapshot.watchdog.status) return;
  for (const BondStatus& bond : snapshot.watchdog.status->bonds) {
    samples.add({bond.name}, bond.penalty.at(snapshot.taken));
  }
}

template <bool BondStatus::*kField>
std::optional<double> account_flag(const BondStatus& bond) {
  return flag(bond.*kField);
}

template <std::uint64_t BondStatus::*kField>
std::optional<double> account_count(const BondStatus& bond) {
  return number(bond.*kField);
}

void project_up(const Snapshot& snapshot, Samples& samples) {
  samples.add({}, flag(snapshot.watchdog.alive));
}

void project_watchdog_info(const Snapshot& snapshot, Samples& samples) {
  if (!snapshot.watchdog.status) return;
  const WatchdogStatus& status = *snapshot.watchdog.status;
  samples.add({status.version, base::name_of(status.mode)}, 1);
}

void project_status_time(const Snapshot& snapshot, Samples& samples) {
  if (!snapshot.watchdog.status) return;
  samples.add({}, snapshot.watchdog.status->written_unix_seconds);
}

void project_write_failures(const Snapshot& snapshot, Samples& samples) {
  if (!snapshot.watchdog.status) return;
  samples.add({}, number(snapshot.watchdog.status->status_write_failures));
}

template <std::uint64_t bond::LinkCounters::*kField>
void project_links(const Snapshot& snapshot, Samples& samples) {
  if (!snapshot.watchdog.status) return;
  samples.add({}, number(snapshot.watchdog.status->links.*kField));
}

void project_resyncs(const Snapshot& snapshot, Samples& samples) {
  if (!snapshot.watchdog.status) return;
  const auto& resyncs = snapshot.watchdog.status->links.resyncs;
  for (const auto reason : base::all_values<bond::ResyncReason>()) {
    samples.add({base::name_of(reason)}, number(resyncs[reason]));
  }
}

}  // namespace

std::span<const MetricRow> watchdog_rows() {
  using Links = bond::LinkCounters;
  static const std::array rows = {
      MetricRow{"hnv_bond_failovers_total",
                kCounter,
                "Changes of the active slave. direction is where the traffic went, cause why; one "
                "whose cause is resync was found by reading everything again after lost messages.",
                {"bond", "direction", "cause"},
                failovers()},
      MetricRow{"hnv_bond_off_sriov_seconds_total",
                kCounter,
                "Time in which the SR-IOV slave did not carry the traffic, and why. While the "
                "watchdog lives the present interval grows up to a second before the scrape; "
                "after its death it stands still where the exporter last saw it alive or, not "
                "having seen that, where it last wrote its status.",
                {"bond", "reason"},
                for_each<OffReason, off_sriov_seconds>()},
      MetricRow{
          "hnv_bond_last_failover_timestamp_seconds", kGauge,
          "When the active slave changed last. Absent when it has not since boot.", bond_labels,
          AccountValue([](const BondStatus& bond) { return bond.last_failover_unix_seconds; })},
      MetricRow{"hnv_watchdog_restore_attempts_total", kCounter,
                "How often the watchdog made the SR-IOV slave the kernel's primary again.",
                bond_labels, AccountValue(account_count<&BondStatus::restore_attempts>)},
      MetricRow{"hnv_watchdog_restore_failures_total",
                kCounter,
                "Attempts that did not do what they should: the CAP_NET_ADMIN capability is "
                "missing (permission), the bond's mode has no primary (mode), the bond has gone "
                "(no_bond), the kernel has no primary afterwards (cleared), another slave is "
                "primary or active (overridden), no answer (timeout).",
                {"bond", "reason"},
                for_each<RestoreFailure, restore_failures>()},
      MetricRow{"hnv_watchdog_restore_duration_seconds", kHistogram,
                "From the watchdog's decision to the kernel's message that confirms it.",
                bond_labels, Projection(project_restore_duration)},
      MetricRow{"hnv_watchdog_state",
                kGauge,
                "1 for what the watchdog is doing about the bond, 0 for every other state.",
                {"bond", "state"},
                for_each<WatchState, is_state>()},
      MetricRow{"hnv_watchdog_paused",
                kGauge,
                "1 for each reason for which the watchdog writes nothing to the bond at the "
                "moment: an operator said so (operator), hcnmgr or drmgr is at work (hcnmgr, "
                "hcn_init, dlpar), a migration was announced (hook), the machine has just changed "
                "(identity), messages were lost (resync), processes cannot be seen (blind).",
                {"bond", "reason"},
                for_each<PauseReason, is_paused>()},
      MetricRow{"hnv_watchdog_penalty", kGauge,
                "How much the link of the SR-IOV slave has flapped lately: 1000 for each loss that "
                "nobody planned, halved every 5 minutes, at the moment of the scrape. Counted also "
                "where damping is off.",
                bond_labels, Projection(project_penalty)},
      MetricRow{"hnv_watchdog_suppressed", kGauge,
                "1 from a penalty above 2000 until it is below 750, 20 minutes at most. The "
                "traffic is kept off the SR-IOV slave then only where damping is on.",
                bond_labels, AccountValue(account_flag<&BondStatus::suppressed>)},
      MetricRow{"hnv_watchdog_budget_spent", kGauge,
                "1 while the watchdog has brought the traffic back as often as it may in an hour "
                "(moves_per_hour) and would have to again: something takes it away each time.",
                bond_labels, AccountValue(account_flag<&BondStatus::budget_spent>)},
      MetricRow{"hnv_fast_failovers_total", kCounter,
                "How often the watchdog moved the traffic off an SR-IOV slave without carrier "
                "before the kernel's next look at the links, where fast failover is on. Attempts, "
                "with those that the kernel rejected.",
                bond_labels, AccountValue(account_count<&BondStatus::fast_failovers>)},
      MetricRow{"hnv_fast_failovers_skipped_total",
                kCounter,
                "Lost carriers that were left to the kernel although fast failover is on: no other "
                "slave is healthy (no_backup), more than one is (several_backups), too many in a "
                "short time (rate_limited), a pause, a migration, settle or damping (held_back), "
                "the last look showed another picture (outdated), the kernel said no (rejected).",
                {"bond", "reason"},
                for_each<FastSkip, fast_skips>()},
      MetricRow{"hnv_link_glitches_total", kCounter,
                "Lost carriers of slaves that were back before the kernel's next look at the "
                "links, so that bonding saw nothing.",
                bond_labels, AccountValue(account_count<&BondStatus::glitches>)},
      MetricRow{"hnv_watchdog_up",
                kGauge,
                "1 if a watchdog is running: it holds its lock at the moment of the scrape.",
                {},
                Projection(project_up)},
      MetricRow{"hnv_watchdog_info",
                kGauge,
                "Always 1; version of the watchdog and what it may write (observe, repair, "
                "enforce).",
                {"version", "mode"},
                Projection(project_watchdog_info)},
      MetricRow{"hnv_watchdog_status_timestamp_seconds",
                kGauge,
                "When the watchdog last wrote its status file. It writes when something changes; "
                "an old file is no fault.",
                {},
                Projection(project_status_time)},
      MetricRow{"hnv_watchdog_status_write_failures_total",
                kCounter,
                "How often the watchdog could not write its status file. It keeps working; what it "
                "counted is published as soon as the file can be written again.",
                {},
                Projection(project_write_failures)},
      MetricRow{"hnv_link_messages_total",
                kCounter,
                "Link messages of the kernel that reached the watchdog.",
                {},
                Projection(project_links<&Links::messages>)},
      MetricRow{"hnv_link_messages_lost_total",
                kCounter,
                "Link messages that the kernel dropped because the watchdog's socket was full; at "
                "least 1 for each overrun on a kernel that does not tell how many.",
                {},
                Projection(project_links<&Links::messages_lost>)},
      MetricRow{"hnv_link_overruns_total",
                kCounter,
                "How often the watchdog's socket was full.",
                {},
                Projection(project_links<&Links::overruns>)},
      MetricRow{"hnv_link_resyncs_total",
                kCounter,
                "How often the watchdog read all links again, and why.",
                {"reason"},
                Projection(project_resyncs)},
      MetricRow{"hnv_link_audit_mismatches_total",
                kCounter,
                "Links that a comparison with the kernel, once a minute, found otherwise than its "
                "messages had told. Each is repaired at once; more than 0 is worth a report.",
                {},
                Projection(project_links<&Links::audit_mismatches>)},
      MetricRow{"hnv_link_unseen_failures_total",
                kCounter,
                "Lost links that no message told, found in the kernel's own counts after messages "
                "were lost: of the slaves (link_failure_count) and of the bond as a whole "
                "(carrier_losses). There were at least so many; they are no failovers.",
                {"bond", "source"},
                for_each<UnseenFailure, unseen_failures>()},
  };
  return rows;
}

}  // namespace hnv::exporter
