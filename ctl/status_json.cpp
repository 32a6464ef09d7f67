// SPDX-License-Identifier: Apache-2.0
#include "ctl/status_json.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/version.hpp"

namespace hnv::ctl {

namespace {

using Json = nlohmann::ordered_json;

template <class T>
Json value_or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

template <class E>
Json name_or_null(const std::optional<E>& value) {
  return value ? Json(base::name_of(*value)) : Json(nullptr);
}

Json device_or_null(const SlaveReport* slave) {
  return slave != nullptr ? Json(slave->link.name) : Json(nullptr);
}

Json address_or_null(const std::optional<bond::MacAddress>& address) {
  return address ? Json(address->to_string()) : Json(nullptr);
}

Json hcn_id_or_null(const std::optional<HcnId>& id) {
  return id ? Json(id->value) : Json(nullptr);
}

Json seconds_or_null(const std::optional<std::chrono::milliseconds>& time) {
  return time ? Json(std::chrono::duration<double>(*time).count()) : Json(nullptr);
}

// Every name, also with 0: readers need not know which ones there are.
template <class E>
Json counts_json(const base::EnumArray<E, std::uint64_t>& counts) {
  Json object = Json::object();
  for (const E key : base::all_values<E>()) object[std::string(base::name_of(key))] = counts[key];
  return object;
}

Json slave_json(const SlaveReport& slave) {
  const bond::Link& link = slave.link;
  return Json{{"device", link.name},
              {"ifindex", link.index.value},
              {"role", base::name_of(slave.role)},
              {"role_source", base::name_of(slave.role_source)},
              {"driver", slave.facts.driver},
              {"bus", slave.facts.bus},
              {"node", slave.facts.node},
              {"node_source", base::name_of(slave.facts.node_source)},
              {"node_type", name_or_null(slave.facts.node_type)},
              {"hcn_id", hcn_id_or_null(slave.facts.hcn_id)},
              {"hcn_mode", name_or_null(slave.facts.hcn_mode)},
              {"drc_index", value_or_null(slave.facts.drc_index)},
              {"location", slave.facts.location},
              {"admin_up", link.admin_up},
              {"carrier", link.lower_up},
              {"mii_status", name_or_null(link.slave->mii_status)},
              {"healthy", bond::is_healthy(link)},
              {"active", slave.active},
              {"primary", slave.primary},
              {"address", address_or_null(link.address)},
              {"permanent_address", address_or_null(bond::permanent_address_of(link))},
              {"link_failures", value_or_null(link.slave->link_failure_count)},
              {"carrier_changes", value_or_null(link.carrier_changes)}};
}

Json settings_json(const BondReport& report) {
  const bond::BondInfo& info = *report.link.bond;
  return Json{{"mode", name_or_null(info.mode)},
              {"miimon_seconds", seconds_or_null(info.miimon)},
              {"arp_interval_seconds", seconds_or_null(info.arp_interval)},
              {"updelay_seconds", seconds_or_null(info.updelay)},
              {"downdelay_seconds", seconds_or_null(info.downdelay)},
              {"primary_reselect", name_or_null(info.primary_reselect)},
              {"fail_over_mac", name_or_null(info.fail_over_mac)}};
}

Json paused_json(const base::EnumArray<PauseReason, bool>& paused) {
  Json reasons = Json::array();
  for (const auto reason : base::all_values<PauseReason>()) {
    if (paused[reason]) reasons.push_back(base::name_of(reason));
  }
  return reasons;
}

Json lpm_json(const Picture& picture, const LpmStatus& lpm) {
  Json migrations = Json::object();
  for (const auto kind : base::all_values<LpmKind>()) {
    migrations[std::string(base::name_of(kind))] = counts_json(lpm.migrations[kind]);
  }
  Json json{{"in_progress", lpm.window_since.has_value()},
            {"for_seconds", nullptr},
            {"overdue", lpm.overdue},
            {"windows", counts_json(lpm.windows)},
            {"migrations", std::move(migrations)},
            {"last_window_seconds", value_or_null(lpm.last_window_seconds)},
            {"last_start_unix_seconds", value_or_null(lpm.last_start_unix_seconds)}};
  if (lpm.window_since) json["for_seconds"] = base::to_seconds(picture.now - *lpm.window_since);
  return json;
}

// Of several the one that lasts longest; null without any.
Json pause_json(const Picture& picture, const BondStatus& bond) {
  const OperatorPause* pause = longest_pause(picture.published.status->activity.pauses, bond.name);
  if (pause == nullptr) return {};
  Json json{{"by", pause->by},
            {"reason", pause->reason},
            {"problem", pause->problem},
            {"for_seconds", nullptr},
            {"left_seconds", nullptr}};
  if (pause->since) json["for_seconds"] = base::to_seconds(picture.now - *pause->since);
  if (pause->until) json["left_seconds"] = base::to_seconds(*pause->until - picture.now);
  return json;
}

Json watched_json(const Picture& picture, const BondStatus& bond) {
  Json json{{"state", base::name_of(bond.state)},
            {"state_for_seconds", base::to_seconds(picture.now - bond.state_since)},
            {"waits_seconds", nullptr},
            {"off_reason", name_or_null(bond.off_reason)},
            {"off_reason_for_seconds", nullptr},
            {"paused", paused_json(bond.paused)},
            {"operator_pause", pause_json(picture, bond)},
            {"mac_conflict", bond.mac_conflict.empty() ? Json() : Json(bond.mac_conflict)},
            {"penalty", bond.penalty.at(picture.now)},
            {"suppressed", bond.suppressed},
            {"suppressed_at_most_seconds", nullptr},
            {"saved_primary_reselect", name_or_null(bond.saved_reselect)},
            {"budget_spent", bond.budget_spent}};
  if (bond.suppressed) {
    const base::BootTime end = std::max(bond.penalty.decayed_at(), picture.now);
    json["suppressed_at_most_seconds"] = base::to_seconds(end - picture.now);
  }
  if (bond.waits_until) json["waits_seconds"] = base::to_seconds(*bond.waits_until - picture.now);
  if (bond.off_reason) {
    json["off_reason_for_seconds"] = base::to_seconds(picture.now - bond.off_since);
  }
  return json;
}

Json counted_json(const BondStatus& bond) {
  Json failovers = Json::object();
  for (const auto direction : base::all_values<FailoverDirection>()) {
    failovers[std::string(base::name_of(direction))] = counts_json(bond.failovers[direction]);
  }
  return Json{{"failovers", std::move(failovers)},
              {"last_failover_unix_seconds", value_or_null(bond.last_failover_unix_seconds)},
              {"restore_attempts", bond.restore_attempts},
              {"restore_failures", counts_json(bond.restore_failures)},
              {"primary_losses", bond.primary_losses},
              {"fast_failovers", bond.fast_failovers},
              {"fast_failovers_skipped", counts_json(bond.fast_failovers_skipped)},
              {"glitches", bond.glitches}};
}

Json findings_json(const Verdict& verdict) {
  Json findings = Json::array();
  for (const Finding& finding : verdict.findings) {
    findings.push_back(Json{{"kind", base::name_of(finding.kind)}, {"text", finding.text}});
  }
  return findings;
}

// Since then; null for what lies in the future: the prober's file is not trusted.
Json seconds_since(const Picture& picture, base::BootTime then) {
  return then <= picture.now ? Json(base::to_seconds(picture.now - then)) : Json();
}

Json target_json(const Picture& picture, const PathView& view, const SlaveReport& slave,
                 const TargetPath& target) {
  return Json{{"device", slave.link.name},
              {"role", base::name_of(slave.role)},
              {"target", target.target.to_string()},
              {"up", view.fresh ? value_or_null(target.up) : Json()},
              {"lost_in_row", target.lost_in_row},
              {"answered_in_row", target.answered_in_row},
              {"probes", target.probes},
              {"answers", target.answers},
              {"late_answers", target.late_answers},
              {"last_answer_age_seconds",
               target.last_answer ? seconds_since(picture, *target.last_answer) : Json()}};
}

Json crosses_json(const PathView& view) {
  Json crosses = Json::array();
  for (const CrossPath& cross : view.path->crosses) {
    crosses.push_back(Json{{"from_role", base::name_of(cross.from)},
                           {"to_role", base::name_of(cross.to)},
                           {"up", view.fresh ? value_or_null(cross.up) : Json()}});
  }
  return crosses;
}

// Of slaves that the kernel has, whatever the file lists.
Json path_json(const Picture& picture, const PathView& view, const BondReport& report) {
  const BondPath& path = *view.path;
  Json targets = Json::array();
  for (const SlaveReport& slave : report.slaves) {
    const SlavePath* probed = path.slave(slave.link.index);
    if (probed == nullptr) continue;
    for (const TargetPath& target : probed->targets) {
      targets.push_back(target_json(picture, view, slave, target));
    }
  }
  // A verdict that is not believed has lasted for no time.
  const bool is_believed = view.health.verdict == path.verdict;
  return Json{{"verdict", base::name_of(view.health.verdict)},
              {"text", path_words(view.health, report)},
              {"for_seconds", is_believed ? seconds_since(picture, path.since) : Json()},
              {"age_seconds", seconds_since(picture, path.judged_at)},
              {"interval_seconds", base::to_seconds(path.interval)},
              {"targets", std::move(targets)},
              {"crosses", crosses_json(view)}};
}

Json bond_json(const Picture& picture, const Verdict& verdict) {
  Json json{{"name", verdict.bond},           {"standing", base::name_of(verdict.standing)},
            {"good", verdict.is_good()},      {"why", verdict.why},
            {"next", verdict.next},           {"by_hand", verdict.by_hand},
            {"unmoved_for_seconds", nullptr}, {"findings", findings_json(verdict)}};
  if (verdict.unmoved_for) json["unmoved_for_seconds"] = base::to_seconds(*verdict.unmoved_for);
  if (verdict.report == nullptr) return json;
  const BondReport& report = *verdict.report;
  json["ifindex"] = report.link.index.value;
  json["hcn_id"] = hcn_id_or_null(report.hcn_id);
  json["note"] = report.note;
  json["admin_up"] = report.link.admin_up;
  json["active_device"] = device_or_null(report.active());
  json["primary_device"] = device_or_null(report.primary());
  json["sriov_device"] = device_or_null(report.sriov());
  json["expected_slaves"] = value_or_null(report.expected_slaves);
  json["settings"] = settings_json(report);
  json["slaves"] = Json::array();
  for (const SlaveReport& slave : report.slaves) {
    json["slaves"].push_back(slave_json(slave));
    const std::string path = verdict.path ? path_words(*verdict.path, slave) : std::string();
    json["slaves"].back()["path"] = path.empty() ? Json() : Json(path);
  }
  json["path"] = verdict.path ? path_json(picture, *verdict.path, report) : Json();
  json["watched"] = verdict.watched != nullptr ? watched_json(picture, *verdict.watched) : Json();
  json["counts"] = verdict.counts != nullptr ? counted_json(*verdict.counts) : Json();
  return json;
}

Json watchdog_json(const PublishedStatus& published) {
  Json json{{"alive", published.alive}, {"error", nullptr}};
  if (published.error) {
    json["error"] = published.error->to_string();
    // The lock could not be asked, or the file could not be read while the lock could.
    if (!published.alive) json["alive"] = nullptr;
  }
  const auto& status = published.status;
  json["pid"] = status ? Json(status->pid) : Json(nullptr);
  json["version"] = status ? Json(status->version) : Json(nullptr);
  json["mode"] = status ? Json(base::name_of(status->mode)) : Json(nullptr);
  json["started_unix_seconds"] = status ? Json(status->started_unix_seconds) : Json(nullptr);
  json["written_unix_seconds"] = status ? Json(status->written_unix_seconds) : Json(nullptr);
  return json;
}

}  // namespace

std::string status_json(const Picture& picture, const std::vector<Verdict>& verdicts,
                        bool one_line) {
  Json bonds = Json::array();
  for (const Verdict& verdict : verdicts) bonds.push_back(bond_json(picture, verdict));
  const auto& status = picture.published.status;
  const Json json{{"schema", kJsonSchema},
                  {"version", base::version()},
                  {"unix_seconds", picture.unix_now},
                  {"exit_code", exit_code(verdicts)},
                  {"watchdog", watchdog_json(picture.published)},
                  {"config", Json{{"file", picture.config_file}, {"found", picture.config_found}}},
                  {"lpm", status ? lpm_json(picture, status->lpm) : Json()},
                  {"bonds", std::move(bonds)}};
  // Interface names are bytes; one that is not UTF-8 must not keep the rest from being shown.
  const int indent = one_line ? -1 : 1;
  return json.dump(indent, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace hnv::ctl
