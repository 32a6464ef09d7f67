// SPDX-License-Identifier: Apache-2.0
// The codec of the status file.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "hnv/status.hpp"

namespace hnv {

namespace {

using Json = nlohmann::ordered_json;

// Where the bonds begin. In a string the quotes would be escaped.
constexpr std::string_view kBonds = R"("bonds":)";
// What a status without any has there.
constexpr std::string_view kNoBonds = R"("bonds":[],"gone_bonds":[]})";

// Thrown and caught in this file only, beside the library's own exceptions.
class BadStatus : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

template <class E>
Json counts_to_json(const base::EnumArray<E, std::uint64_t>& counts) {
  Json object = Json::object();
  for (const E key : base::all_values<E>()) {
    if (counts[key] != 0) object[std::string(base::name_of(key))] = counts[key];
  }
  return object;
}

template <class E>
E enum_from(const std::string& name) {
  const auto value = base::value_of<E>(name);
  if (!value) throw BadStatus("'" + name + "' is not one of " + base::list_of_names<E>());
  return *value;
}

// The library would cut a number to fit, which is undefined for one with a fraction.
template <class Integer>
Integer integer_from(const Json& value) {
  const bool fits =
      value.is_number_unsigned()
          ? std::in_range<Integer>(value.get<std::uint64_t>())
          : value.is_number_integer() && std::in_range<Integer>(value.get<std::int64_t>());
  if (!fits) throw BadStatus(value.dump() + " is no number that fits");
  return value.get<Integer>();
}

template <class Integer>
void read_integer(const Json& value, Integer& into) {
  into = integer_from<Integer>(value);
}

template <class E>
void counts_from_json(const Json& object, base::EnumArray<E, std::uint64_t>& counts) {
  for (const auto& [key, value] : object.items()) {
    counts[enum_from<E>(key)] = integer_from<std::uint64_t>(value);
  }
}

Json time_to_json(base::BootTime time) {
  return time.time_since_epoch().count();
}

base::BootTime time_from_json(const Json& value) {
  return base::BootTime(base::BootClock::duration(integer_from<std::int64_t>(value)));
}

Json links_to_json(const bond::LinkCounters& links) {
  return Json{{"messages", links.messages},
              {"messages_lost", links.messages_lost},
              {"overruns", links.overruns},
              {"resyncs", counts_to_json(links.resyncs)},
              {"audit_mismatches", links.audit_mismatches}};
}

bond::LinkCounters links_from_json(const Json& json) {
  bond::LinkCounters links;
  read_integer(json.at("messages"), links.messages);
  read_integer(json.at("messages_lost"), links.messages_lost);
  read_integer(json.at("overruns"), links.overruns);
  counts_from_json(json.at("resyncs"), links.resyncs);
  read_integer(json.at("audit_mismatches"), links.audit_mismatches);
  return links;
}

Json failovers_to_json(const FailoverCounts& failovers) {
  Json object = Json::object();
  for (const auto direction : base::all_values<FailoverDirection>()) {
    Json causes = counts_to_json(failovers[direction]);
    if (!causes.empty()) object[std::string(base::name_of(direction))] = std::move(causes);
  }
  return object;
}

Json off_sriov_to_json(const base::EnumArray<OffReason, base::BootClock::duration>& off) {
  Json object = Json::object();
  for (const auto reason : base::all_values<OffReason>()) {
    if (off[reason].count() != 0) object[std::string(base::name_of(reason))] = off[reason].count();
  }
  return object;
}

Json paused_to_json(const base::EnumArray<PauseReason, bool>& paused) {
  Json names = Json::array();
  for (const auto reason : base::all_values<PauseReason>()) {
    if (paused[reason]) names.push_back(base::name_of(reason));
  }
  return names;
}

Json lpm_to_json(const LpmStatus& lpm) {
  Json json = Json::object();
  if (lpm.window_since) json["window_since_ns"] = time_to_json(*lpm.window_since);
  json["overdue"] = lpm.overdue;
  if (lpm.last_start_unix_seconds) json["last_start_unix_seconds"] = *lpm.last_start_unix_seconds;
  if (lpm.last_window_seconds) json["last_window_seconds"] = *lpm.last_window_seconds;
  json["windows"] = counts_to_json(lpm.windows);
  Json migrations = Json::object();
  for (const auto kind : base::all_values<LpmKind>()) {
    migrations[std::string(base::name_of(kind))] = counts_to_json(lpm.migrations[kind]);
  }
  json["migrations"] = std::move(migrations);
  return json;
}

LpmStatus lpm_from_json(const Json& json) {
  LpmStatus lpm;
  if (json.contains("window_since_ns")) lpm.window_since = time_from_json(json["window_since_ns"]);
  json.at("overdue").get_to(lpm.overdue);
  if (json.contains("last_start_unix_seconds")) {
    lpm.last_start_unix_seconds = json["last_start_unix_seconds"].get<double>();
  }
  if (json.contains("last_window_seconds")) {
    lpm.last_window_seconds = json["last_window_seconds"].get<double>();
  }
  counts_from_json(json.at("windows"), lpm.windows);
  for (const auto& [key, results] : json.at("migrations").items()) {
    counts_from_json(results, lpm.migrations[enum_from<LpmKind>(key)]);
  }
  return lpm;
}

Json pauses_to_json(const std::vector<OperatorPause>& pauses) {
  Json array = Json::array();
  for (const OperatorPause& pause : pauses) {
    Json entry{{"bond", pause.bond},
               {"by", pause.by},
               {"reason", pause.reason},
               {"problem", pause.problem}};
    if (pause.since) entry["since_ns"] = time_to_json(*pause.since);
    if (pause.until) entry["until_ns"] = time_to_json(*pause.until);
    array.push_back(std::move(entry));
  }
  return array;
}

OperatorPause pause_from_json(const Json& json) {
  OperatorPause pause;
  json.at("bond").get_to(pause.bond);
  json.at("by").get_to(pause.by);
  json.at("reason").get_to(pause.reason);
  json.at("problem").get_to(pause.problem);
  if (json.contains("since_ns")) pause.since = time_from_json(json["since_ns"]);
  if (json.contains("until_ns")) pause.until = time_from_json(json["until_ns"]);
  return pause;
}

Json activity_to_json(const ActivityStatus& activity) {
  Json processes = Json::array();
  for (const HcnProcess& process : activity.processes) {
    processes.push_back(Json{{"command", base::name_of(process.command)},
                             {"pid", process.pid},
                             {"started_ns", time_to_json(process.started)},
                             {"at_boot", process.at_boot}});
  }
  return Json{{"processes", std::move(processes)},
              {"dlpar", activity.dlpar},
              {"stuck", activity.stuck},
              {"pauses", pauses_to_json(activity.pauses)}};
}

ActivityStatus activity_from_json(const Json& json) {
  ActivityStatus activity;
  for (const Json& entry : json.at("processes")) {
    HcnProcess process;
    process.command = enum_from<HcnCommand>(entry.at("command").get<std::string>());
    read_integer(entry.at("pid"), process.pid);
    process.started = time_from_json(entry.at("started_ns"));
    entry.at("at_boot").get_to(process.at_boot);
    activity.processes.push_back(process);
  }
  json.at("dlpar").get_to(activity.dlpar);
  json.at("stuck").get_to(activity.stuck);
  // A watchdog from before there were any in the file goes on counting after its upgrade.
  if (json.contains("pauses")) {
    for (const Json& pause : json["pauses"]) activity.pauses.push_back(pause_from_json(pause));
  }
  return activity;
}

Json bond_to_json(const BondStatus& bond) {
  Json json{{"name", bond.name},
            {"ifindex", bond.index.value},
            {"sriov_device", bond.sriov_device},
            {"active_device", bond.active_device},
            {"finding", bond.finding},
            {"mac_conflict", bond.mac_conflict},
            {"state", base::name_of(bond.state)},
            {"state_since_ns", time_to_json(bond.state_since)}};
  if (bond.waits_until) json["waits_until_ns"] = time_to_json(*bond.waits_until);
  if (bond.off_reason) {
    json["off_reason"] = base::name_of(*bond.off_reason);
    json["off_since_ns"] = time_to_json(bond.off_since);
  }
  json["paused"] = paused_to_json(bond.paused);
  json["failovers"] = failovers_to_json(bond.failovers);
  json["unseen_failures"] = counts_to_json(bond.unseen_failures);
  json["off_sriov_ns"] = off_sriov_to_json(bond.off_sriov);
  if (bond.last_failover_unix_seconds) {
    json["last_failover_unix_seconds"] = *bond.last_failover_unix_seconds;
  }
  json["restore_attempts"] = bond.restore_attempts;
  json["restore_failures"] = counts_to_json(bond.restore_failures);
  json["restore_duration"] = Json{{"counts", bond.restore_duration.counts},
                                  {"sum_seconds", bond.restore_duration.sum_seconds}};
  json["primary_losses"] = bond.primary_losses;
  json["budget_spent"] = bond.budget_spent;
  json["penalty"] =
      Json{{"value", bond.penalty.value}, {"since_ns", time_to_json(bond.penalty.since)}};
  json["suppressed"] = bond.suppressed;
  if (bond.saved_reselect) json["saved_reselect"] = base::name_of(*bond.saved_reselect);
  json["fast_failovers"] = bond.fast_failovers;
  json["fast_failovers_skipped"] = counts_to_json(bond.fast_failovers_skipped);
  json["glitches"] = bond.glitches;
  return json;
}

void failovers_from_json(const Json& json, FailoverCounts& failovers) {
  for (const auto& [key, causes] : json.items()) {
    counts_from_json(causes, failovers[enum_from<FailoverDirection>(key)]);
  }
}

BondStatus bond_from_json(const Json& json) {
  BondStatus bond;
  json.at("name").get_to(bond.name);
  read_integer(json.at("ifindex"), bond.index.value);
  json.at("sriov_device").get_to(bond.sriov_device);
  json.at("active_device").get_to(bond.active_device);
  json.at("finding").get_to(bond.finding);
  json.at("mac_conflict").get_to(bond.mac_conflict);
  bond.state = enum_from<WatchState>(json.at("state").get<std::string>());
  bond.state_since = time_from_json(json.at("state_since_ns"));
  if (json.contains("waits_until_ns")) bond.waits_until = time_from_json(json["waits_until_ns"]);
  if (json.contains("off_reason")) {
    bond.off_reason = enum_from<OffReason>(json["off_reason"].get<std::string>());
    bond.off_since = time_from_json(json.at("off_since_ns"));
  }
  for (const Json& reason : json.at("paused")) {
    bond.paused[enum_from<PauseReason>(reason.get<std::string>())] = true;
  }
  failovers_from_json(json.at("failovers"), bond.failovers);
  counts_from_json(json.at("unseen_failures"), bond.unseen_failures);
  for (const auto& [key, value] : json.at("off_sriov_ns").items()) {
    bond.off_sriov[enum_from<OffReason>(key)] =
        base::BootClock::duration(integer_from<std::int64_t>(value));
  }
  if (json.contains("last_failover_unix_seconds")) {
    bond.last_failover_unix_seconds = json["last_failover_unix_seconds"].get<double>();
  }
  read_integer(json.at("restore_attempts"), bond.restore_attempts);
  counts_from_json(json.at("restore_failures"), bond.restore_failures);
  const Json& duration = json.at("restore_duration");
  if (duration.at("counts").size() != bond.restore_duration.counts.size()) {
    throw BadStatus("restore_duration has another number of buckets");
  }
  std::transform(duration.at("counts").begin(), duration.at("counts").end(),
                 bond.restore_duration.counts.begin(), integer_from<std::uint64_t>);
  duration.at("sum_seconds").get_to(bond.restore_duration.sum_seconds);
  read_integer(json.at("primary_losses"), bond.primary_losses);
  json.at("budget_spent").get_to(bond.budget_spent);
  json.at("penalty").at("value").get_to(bond.penalty.value);
  bond.penalty.since = time_from_json(json.at("penalty").at("since_ns"));
  json.at("suppressed").get_to(bond.suppressed);
  if (json.contains("saved_reselect")) {
    bond.saved_reselect =
        enum_from<bond::PrimaryReselect>(json["saved_reselect"].get<std::string>());
  }
  read_integer(json.at("fast_failovers"), bond.fast_failovers);
  counts_from_json(json.at("fast_failovers_skipped"), bond.fast_failovers_skipped);
  read_integer(json.at("glitches"), bond.glitches);
  return bond;
}

Json bonds_to_json(const std::vector<BondStatus>& bonds) {
  Json array = Json::array();
  for (const BondStatus& bond : bonds) array.push_back(bond_to_json(bond));
  return array;
}

WatchdogStatus status_from_json(const Json& json) {
  WatchdogStatus status;
  json.at("boot_id").get_to(status.boot_id);
  json.at("version").get_to(status.version);
  read_integer(json.at("pid"), status.pid);
  status.mode = enum_from<Mode>(json.at("mode").get<std::string>());
  json.at("started_unix_seconds").get_to(status.started_unix_seconds);
  json.at("written_unix_seconds").get_to(status.written_unix_seconds);
  read_integer(json.at("receive_buffer_bytes"), status.receive_buffer_bytes);
  read_integer(json.at("last_event"), status.last_event);
  read_integer(json.at("events_unwritten"), status.events_unwritten);
  status.links = links_from_json(json.at("links"));
  status.lpm = lpm_from_json(json.at("lpm"));
  status.activity = activity_from_json(json.at("activity"));
  read_integer(json.at("status_write_failures"), status.status_write_failures);
  for (const Json& bond : json.at("bonds")) status.bonds.push_back(bond_from_json(bond));
  for (const Json& bond : json.at("gone_bonds")) status.gone_bonds.push_back(bond_from_json(bond));
  return status;
}

}  // namespace

std::string encode_status(const WatchdogStatus& status, std::string_view memory) {
  const Json json{{"schema", WatchdogStatus::kSchema},
                  {"boot_id", status.boot_id},
                  {"version", status.version},
                  {"pid", status.pid},
                  {"mode", base::name_of(status.mode)},
                  {"started_unix_seconds", status.started_unix_seconds},
                  {"written_unix_seconds", status.written_unix_seconds},
                  {"receive_buffer_bytes", status.receive_buffer_bytes},
                  {"last_event", status.last_event},
                  {"events_unwritten", status.events_unwritten},
                  {"links", links_to_json(status.links)},
                  {"lpm", lpm_to_json(status.lpm)},
                  {"activity", activity_to_json(status.activity)},
                  {"status_write_failures", status.status_write_failures},
                  {"bonds", bonds_to_json(status.bonds)},
                  {"gone_bonds", bonds_to_json(status.gone_bonds)}};
  // Interface names are bytes; one that is not UTF-8 must not keep the status from being written.
  std::string text = json.dump(1, ' ', false, Json::error_handler_t::replace);
  if (!memory.empty()) {
    text.pop_back();
    text.append(",\"memory\": ").append(memory).append("}");
  }
  return text + "\n";
}

base::Expected<WatchdogStatus> decode_status(std::string_view text, const std::string& file) {
  const auto bad = [&file](base::ErrorCode code, std::string reason) {
    return base::failure(base::Error{code, "read status", file, std::move(reason)});
  };
  try {
    const Json json = Json::parse(text);
    const Json& schema = json.at("schema");
    if (schema != WatchdogStatus::kSchema) {
      return bad(base::ErrorCode::unsupported, "schema " + schema.dump() +
                                                   "; this program reads schema " +
                                                   std::to_string(WatchdogStatus::kSchema));
    }
    return status_from_json(json);
  } catch (const Json::exception& problem) {
    return bad(base::ErrorCode::invalid, problem.what());
  } catch (const BadStatus& problem) {
    return bad(base::ErrorCode::invalid, problem.what());
  }
}

const base::Expected<WatchdogStatus>& StatusDecoder::decode(std::string text) {
  if (decoded_ && text == text_) return *decoded_;
  if (auto status = with_known_bonds(text)) {
    decoded_ = std::move(*status);
  } else {
    decoded_ = decode_status(text, file_);
  }
  text_ = std::move(text);
  return *decoded_;
}

// Empty when they are not known, and when anything about the text is wrong.
std::optional<WatchdogStatus> StatusDecoder::with_known_bonds(std::string_view text) {
  if (!decoded_ || !*decoded_) return std::nullopt;
  const std::string_view known = text_;
  const auto begin = text.find(kBonds);
  const auto known_begin = known.find(kBonds);
  if (begin == std::string_view::npos || known_begin == std::string_view::npos ||
      text.substr(begin) != known.substr(known_begin)) {
    return std::nullopt;
  }
  auto status = decode_status(std::string(text.substr(0, begin)).append(kNoBonds), file_);
  if (!status) return std::nullopt;
  status->bonds = std::move((*decoded_)->bonds);
  status->gone_bonds = std::move((*decoded_)->gone_bonds);
  return std::move(*status);
}

}  // namespace hnv
