// SPDX-License-Identifier: Apache-2.0
#include "exporter/bonds_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/version.hpp"
#include "exporter/outline.hpp"
#include "exporter/page_words.hpp"
#include "hnv/event_words.hpp"
#include "hnv/pause_words.hpp"

namespace hnv::exporter {

namespace {

using Json = nlohmann::ordered_json;

// Names of interfaces are bytes; one that is not UTF-8 must not keep the rest from being shown.
std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

double rounded(double seconds) {
  constexpr double kMilli = 1000;
  return std::round(seconds * kMilli) / kMilli;
}

template <class Value>
Json or_null(const std::optional<Value>& value) {
  return value ? Json(*value) : Json();
}

Json name_or_null(const SlaveReport* slave) {
  return slave != nullptr ? Json(slave->link.name) : Json();
}

Json slave_json(const Snapshot& snapshot, const ThroughputHistory& history,
                const SlaveReport& slave) {
  const auto speed = snapshot.speeds.find(slave.link.index);
  const auto carried = history.latest(slave.link.index);
  return Json{
      {"name", slave.link.name},
      {"ifindex", slave.link.index.value},
      {"role", base::name_of(slave.role)},
      {"link", link_text(slave.link)},
      {"healthy", bond::is_healthy(slave.link)},
      {"active", slave.active},
      {"primary", slave.primary},
      {"speed_bytes_per_second", speed != snapshot.speeds.end() ? Json(speed->second) : Json()},
      {"receive_bytes_per_second", carried ? Json(std::round(carried->receive)) : Json()},
      {"transmit_bytes_per_second", carried ? Json(std::round(carried->transmit)) : Json()}};
}

// Of several the one that lasts longest; null without any.
Json pause_json(const Snapshot& snapshot, const BondStatus& account) {
  const auto& pauses = snapshot.watchdog.status->activity.pauses;
  const OperatorPause* last = longest_pause(pauses, account.name);
  if (last == nullptr) return {};
  const auto moment = [&snapshot](const std::optional<base::BootTime>& time) {
    return time ? Json(rounded(unix_seconds_of(snapshot, *time))) : Json();
  };
  return Json{{"by", last->by},
              {"reason", last->reason},
              {"since_unix_seconds", moment(last->since)},
              {"until_unix_seconds", moment(last->until)}};
}

Json account_json(const Snapshot& snapshot, const BondStatus& account) {
  const auto moment = [&snapshot](base::BootTime time) {
    return Json(rounded(unix_seconds_of(snapshot, time)));
  };
  const auto& activity = snapshot.watchdog.status->activity;
  return Json{
      {"state", base::name_of(account.state)},
      {"state_since_unix_seconds", moment(account.state_since)},
      {"waits_until_unix_seconds", account.waits_until ? moment(*account.waits_until) : Json()},
      {"off_since_unix_seconds", account.off_reason ? moment(account.off_since) : Json()},
      {"held_back_by", pause_words(account, activity, std::nullopt)},
      {"pause", pause_json(snapshot, account)},
      {"finding", account.finding},
      {"failovers", failovers_of(account)},
      {"last_failover_unix_seconds", or_null(account.last_failover_unix_seconds)}};
}

Json path_json(const BondOutline& outline) {
  if (!outline.path) return {};
  const PathHealth& health = outline.path->health;
  return Json{{"verdict", base::name_of(health.verdict)},
              {"text", path_words(health, *outline.bond)}};
}

Json bond_json(const Snapshot& snapshot, const ThroughputHistory& history,
               const BondOutline& outline) {
  const BondReport& bond = *outline.bond;
  const auto reason = off_reason_of(bond, outline.watchdog);
  Json slaves = Json::array();
  for (const SlaveReport& slave : bond.slaves) {
    slaves.push_back(slave_json(snapshot, history, slave));
    const std::string path = outline.path ? path_words(*outline.path, slave) : std::string();
    slaves.back()["path"] = path.empty() ? Json() : Json(path);
  }
  const BondStatus* account = outline.watchdog.account;
  return Json{{"name", bond.link.name},
              {"ifindex", bond.link.index.value},
              {"managed", bond.managed},
              {"level", base::name_of(outline.words.level)},
              {"verdict", outline.words.verdict},
              {"reason", outline.words.reason},
              {"outlook", outline.words.outlook},
              {"off_sriov_reason", reason ? Json(base::name_of(*reason)) : Json()},
              {"active_slave", name_or_null(bond.active())},
              {"primary", name_or_null(bond.primary())},
              {"sriov_slave", name_or_null(bond.sriov())},
              {"slaves", std::move(slaves)},
              {"path", path_json(outline)},
              {"watchdog", account != nullptr ? account_json(snapshot, *account) : Json()}};
}

Json watchdog_json(const PublishedStatus& published) {
  const auto& status = published.status;
  return Json{
      {"alive", published.alive},
      {"version", status ? Json(status->version) : Json()},
      {"mode", status ? Json(base::name_of(status->mode)) : Json()},
      {"written_unix_seconds", status ? Json(rounded(status->written_unix_seconds)) : Json()}};
}

Json migration_json(const Snapshot& snapshot) {
  const auto& status = snapshot.watchdog.status;
  if (!snapshot.watchdog.alive || !status || !status->lpm.window_since) return {};
  return Json{{"since_unix_seconds", rounded(unix_seconds_of(snapshot, *status->lpm.window_since))},
              {"overdue", status->lpm.overdue}};
}

// Without what is right; null without a report.
Json doctor_json(const Snapshot& snapshot) {
  if (!snapshot.doctor) return {};
  Json findings = Json::array();
  for (const checks::ReportedFinding& finding : snapshot.doctor->findings) {
    if (finding.severity == checks::Severity::ok) continue;
    findings.push_back(Json{{"id", finding.id},
                            {"title", finding.title},
                            {"subject", finding.subject},
                            {"severity", base::name_of(finding.severity)},
                            {"seen", finding.seen},
                            {"fix", finding.fix}});
  }
  return Json{{"unix_seconds", rounded(snapshot.doctor->unix_seconds)},
              {"findings", std::move(findings)}};
}

Json problems_json(const Snapshot& snapshot) {
  Json problems = Json::array();
  for (const Source source : base::all_values<Source>()) {
    const auto& error = snapshot.sources[source].error;
    if (!error) continue;
    problems.push_back({{"source", base::name_of(source)}, {"message", error->to_string()}});
  }
  if (snapshot.events_error) {
    problems.push_back({{"source", "events"}, {"message", snapshot.events_error->to_string()}});
  }
  return problems;
}

bool changes_by_itself(const std::string& key) {
  const auto ends_with = [&key](std::string_view end) {
    return key.size() >= end.size() && key.compare(key.size() - end.size(), end.size(), end) == 0;
  };
  // The last two are sentences about what other members tell as well, and say how long it takes.
  return ends_with("unix_seconds") || key == "receive_bytes_per_second" ||
         key == "transmit_bytes_per_second" || key == "reason" || key == "outlook";
}

// Without what changes by itself.
Json lasting(const Json& json) {
  if (!json.is_structured()) return json;
  Json result = json.is_array() ? Json::array() : Json::object();
  for (const auto& [key, value] : json.items()) {
    if (json.is_array()) {
      result.push_back(lasting(value));
    } else if (!changes_by_itself(key)) {
      result[key] = lasting(value);
    }
  }
  return result;
}

// FNV-1a: the same on every machine.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3U;
  }
  return hash;
}

constexpr std::string_view kRevisionBegin = "{\"revision\":\"";

}  // namespace

std::string bonds_json(const Snapshot& snapshot, const ThroughputHistory& history,
                       const std::string& host, const std::string& run) {
  const std::vector<BondOutline> bonds = outline(snapshot);
  const Headline line = headline(snapshot, bonds);
  Json all = Json::array();
  for (const BondOutline& bond : bonds) all.push_back(bond_json(snapshot, history, bond));
  Json body{{"schema", kApiSchema},
            {"version", base::version()},
            {"host", host},
            {"unix_seconds", rounded(snapshot.taken_unix_seconds)},
            {"level", base::name_of(line.level)},
            {"headline", line.text},
            {"watchdog", watchdog_json(snapshot.watchdog)},
            {"migration", migration_json(snapshot)},
            {"doctor", doctor_json(snapshot)},
            {"problems", problems_json(snapshot)},
            {"missing_bonds", snapshot.missing_bonds},
            {"last_event", snapshot.events->empty() ? 0 : snapshot.events->back().sequence},
            {"bonds", std::move(all)}};
  Json result{{"revision", fmt::format("{}-{:016x}", run, hash_of(text_of(lasting(body))))}};
  result.update(body);
  return text_of(result);
}

std::string_view revision_of(std::string_view bonds_json) {
  const auto rest = bonds_json.substr(std::min(kRevisionBegin.size(), bonds_json.size()));
  return rest.substr(0, rest.find('"'));
}

std::string events_json(const Events& events, std::uint64_t since) {
  const auto first = std::find_if(events.begin(), events.end(), [since](const JournalEvent& event) {
    return event.sequence > since;
  });
  Json list = Json::array();
  for (auto event = first; event != events.end(); ++event) {
    Json fields = Json::object();
    for (const auto& [key, value] : event->fields) {
      fields[key] = std::visit([](const auto& any) { return Json(any); }, value);
    }
    const std::string* bond = event->text("bond");
    list.push_back({{"sequence", event->sequence},
                    {"unix_seconds", event->unix_seconds},
                    {"level", base::name_of(event->level)},
                    {"event", event->name},
                    {"bond", bond != nullptr ? Json(*bond) : Json()},
                    {"text", event_words(*event)},
                    {"fields", std::move(fields)}});
  }
  return text_of(Json{{"schema", kApiSchema},
                      {"since", since},
                      {"last", events.empty() ? 0 : events.back().sequence},
                      {"missing", first != events.end() ? first->sequence - since - 1 : 0},
                      {"events", std::move(list)}});
}

}  // namespace hnv::exporter
