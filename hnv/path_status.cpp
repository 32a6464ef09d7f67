// SPDX-License-Identifier: Apache-2.0
// The codec of the prober's file. Its writer has fewer rights than its readers, so nothing is
// taken that encode would not write.
#include "hnv/path_status.hpp"

#include <net/if.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "hnv/config.hpp"

namespace hnv {

namespace {

using PathJson = nlohmann::ordered_json;

constexpr std::size_t kMostSlaves = 32;
constexpr std::size_t kMostTargets = 8;
constexpr std::size_t kMostCrosses = 64;
constexpr std::size_t kLongestWords = 300;
// A century: sums of such times and of an interval cannot overflow.
constexpr base::BootClock::duration kLongestUptime = std::chrono::hours(24 * 365 * 100);

// Thrown and caught in this file only, beside the library's own exceptions.
class BadPathStatus : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

void expect_members(const PathJson& json, const std::string& what,
                    std::initializer_list<std::string_view> allowed) {
  if (!json.is_object()) throw BadPathStatus(what + " is no object");
  for (const auto& [key, value] : json.items()) {
    if (std::find(allowed.begin(), allowed.end(), key) == allowed.end()) {
      std::string problem = what;
      throw BadPathStatus(problem.append(" has an unknown member '").append(key).append("'"));
    }
  }
}

const PathJson& list_of(const PathJson& json, const char* key, std::size_t most) {
  const PathJson& list = json.at(key);
  if (!list.is_array()) throw BadPathStatus(std::string(key) + " is no list");
  if (list.size() > most) {
    throw BadPathStatus(std::to_string(list.size()) + " " + key + "; at most " +
                        std::to_string(most));
  }
  return list;
}

template <class E>
E named(const PathJson& json, const char* key) {
  const auto name = json.at(key).get<std::string>();
  const auto value = base::value_of<E>(name);
  if (!value) throw BadPathStatus("'" + name + "' is not one of " + base::list_of_names<E>());
  return *value;
}

// The library would cut a number to fit, which is undefined for one with a fraction.
template <class Integer>
Integer whole_number(const PathJson& value) {
  const bool fits =
      value.is_number_unsigned()
          ? std::in_range<Integer>(value.get<std::uint64_t>())
          : value.is_number_integer() && std::in_range<Integer>(value.get<std::int64_t>());
  if (!fits) throw BadPathStatus(value.dump() + " is no number that fits");
  return value.get<Integer>();
}

double finite_number(const PathJson& value) {
  if (!value.is_number() || !std::isfinite(value.get<double>())) {
    throw BadPathStatus("what should be a number is none");
  }
  return value.get<double>();
}

base::BootClock::duration duration_within(const PathJson& value,
                                          base::BootClock::duration longest) {
  const base::BootClock::duration duration(whole_number<std::int64_t>(value));
  if (duration < base::BootClock::duration::zero() || duration > longest) {
    throw BadPathStatus(value.dump() + " ns is out of range");
  }
  return duration;
}

base::BootTime uptime_of(const PathJson& value) {
  return base::BootTime(duration_within(value, kLongestUptime));
}

// Words end up in logs, on pages and in terminals.
std::string plain_words(const PathJson& json, const char* key) {
  auto words = json.at(key).get<std::string>();
  const auto is_control = [](char letter) {
    return static_cast<unsigned char>(letter) < ' ' || letter == '\x7f';
  };
  if (words.size() > kLongestWords || std::any_of(words.begin(), words.end(), is_control)) {
    throw BadPathStatus(std::string(key) + " is too long or has control characters");
  }
  return words;
}

std::string interface_name(const PathJson& json, const char* key) {
  std::string name = plain_words(json, key);
  if (name.empty() || name.size() >= IFNAMSIZ || name == "." || name == ".." ||
      name.find_first_of("/: ") != std::string::npos) {
    throw BadPathStatus("'" + name + "' is no interface's name");
  }
  return name;
}

void write_known(PathJson& json, std::optional<bool> up) {
  if (up) json["up"] = *up;
}

std::optional<bool> read_known(const PathJson& json) {
  if (!json.contains("up")) return std::nullopt;
  return json["up"].get<bool>();
}

PathJson target_to_json(const TargetPath& target) {
  PathJson json{{"target", target.target.to_string()}, {"probes", target.probes},
                {"answers", target.answers},           {"late_answers", target.late_answers},
                {"lost_in_row", target.lost_in_row},   {"answered_in_row", target.answered_in_row}};
  write_known(json, target.up);
  if (target.last_answer) json["last_answer_ns"] = target.last_answer->time_since_epoch().count();
  return json;
}

TargetPath target_from_json(const PathJson& json) {
  expect_members(json, "a target",
                 {"target", "up", "probes", "answers", "late_answers", "lost_in_row",
                  "answered_in_row", "last_answer_ns"});
  TargetPath target;
  const std::string address = plain_words(json, "target");
  const auto parsed = IpAddress::parse(address);
  if (!parsed) throw BadPathStatus("'" + address + "' is no IP address");
  target.target = *parsed;
  target.up = read_known(json);
  target.probes = whole_number<std::uint64_t>(json.at("probes"));
  target.answers = whole_number<std::uint64_t>(json.at("answers"));
  target.late_answers = whole_number<std::uint64_t>(json.at("late_answers"));
  target.lost_in_row = whole_number<std::uint32_t>(json.at("lost_in_row"));
  target.answered_in_row = whole_number<std::uint32_t>(json.at("answered_in_row"));
  if (json.contains("last_answer_ns")) target.last_answer = uptime_of(json["last_answer_ns"]);
  return target;
}

PathJson slave_to_json(const SlavePath& slave) {
  PathJson targets = PathJson::array();
  for (const TargetPath& target : slave.targets) targets.push_back(target_to_json(target));
  return PathJson{
      {"device", slave.device},
      {"ifindex", slave.index.value},
      {"address", slave.address.to_string()},
      {"role", base::name_of(slave.role)},
      {"not_probed", slave.not_probed},
      {"errors", slave.errors},
      {"targets", std::move(targets)},
      {"rtt", PathJson{{"counts", slave.rtt.counts}, {"sum_seconds", slave.rtt.sum_seconds}}}};
}

SlavePath slave_from_json(const PathJson& json) {
  expect_members(
      json, "a slave",
      {"device", "ifindex", "address", "role", "not_probed", "errors", "targets", "rtt"});
  SlavePath slave;
  slave.device = interface_name(json, "device");
  slave.index.value = whole_number<std::uint32_t>(json.at("ifindex"));
  const std::string address = plain_words(json, "address");
  const auto parsed = bond::MacAddress::parse(address);
  if (!parsed) throw BadPathStatus("'" + address + "' is no Ethernet address");
  slave.address = *parsed;
  slave.role = named<Role>(json, "role");
  slave.not_probed = plain_words(json, "not_probed");
  slave.errors = whole_number<std::uint64_t>(json.at("errors"));
  for (const PathJson& target : list_of(json, "targets", kMostTargets)) {
    slave.targets.push_back(target_from_json(target));
  }
  expect_members(json.at("rtt"), "rtt", {"counts", "sum_seconds"});
  const PathJson& counts = list_of(json.at("rtt"), "counts", slave.rtt.counts.size());
  if (counts.size() != slave.rtt.counts.size()) {
    throw BadPathStatus("rtt has another number of buckets");
  }
  std::transform(counts.begin(), counts.end(), slave.rtt.counts.begin(),
                 whole_number<std::uint64_t>);
  slave.rtt.sum_seconds = finite_number(json.at("rtt").at("sum_seconds"));
  return slave;
}

PathJson cross_to_json(const CrossPath& cross) {
  PathJson json{{"from", base::name_of(cross.from)}, {"to", base::name_of(cross.to)}};
  write_known(json, cross.up);
  return json;
}

CrossPath cross_from_json(const PathJson& json) {
  expect_members(json, "a cross path", {"from", "to", "up"});
  return {named<Role>(json, "from"), named<Role>(json, "to"), read_known(json)};
}

PathJson bond_path_to_json(const BondPath& bond) {
  PathJson slaves = PathJson::array();
  for (const SlavePath& slave : bond.slaves) slaves.push_back(slave_to_json(slave));
  PathJson crosses = PathJson::array();
  for (const CrossPath& cross : bond.crosses) crosses.push_back(cross_to_json(cross));
  return PathJson{{"name", bond.name},
                  {"ifindex", bond.index.value},
                  {"verdict", base::name_of(bond.verdict)},
                  {"doubt", bond.doubt},
                  {"since_ns", bond.since.time_since_epoch().count()},
                  {"judged_at_ns", bond.judged_at.time_since_epoch().count()},
                  {"interval_ns", bond.interval.count()},
                  {"sriov_answers_in_row", bond.sriov_answers_in_row},
                  {"slaves", std::move(slaves)},
                  {"crosses", std::move(crosses)}};
}

BondPath bond_path_from_json(const PathJson& json) {
  expect_members(json, "a bond",
                 {"name", "ifindex", "verdict", "doubt", "since_ns", "judged_at_ns", "interval_ns",
                  "sriov_answers_in_row", "slaves", "crosses"});
  BondPath bond;
  bond.name = interface_name(json, "name");
  bond.index.value = whole_number<std::uint32_t>(json.at("ifindex"));
  bond.verdict = named<PathVerdict>(json, "verdict");
  bond.doubt = plain_words(json, "doubt");
  bond.since = uptime_of(json.at("since_ns"));
  bond.judged_at = uptime_of(json.at("judged_at_ns"));
  bond.interval = duration_within(json.at("interval_ns"), kLongestPathInterval);
  bond.sriov_answers_in_row = whole_number<std::uint32_t>(json.at("sriov_answers_in_row"));
  for (const PathJson& slave : list_of(json, "slaves", kMostSlaves)) {
    bond.slaves.push_back(slave_from_json(slave));
  }
  for (const PathJson& cross : list_of(json, "crosses", kMostCrosses)) {
    bond.crosses.push_back(cross_from_json(cross));
  }
  return bond;
}

PathStatus path_status_from_json(const PathJson& json) {
  expect_members(json, "the file",
                 {"schema", "boot_id", "version", "pid", "started_unix_seconds",
                  "written_unix_seconds", "overslept", "bonds"});
  PathStatus status;
  status.boot_id = plain_words(json, "boot_id");
  status.version = plain_words(json, "version");
  status.pid = whole_number<std::int64_t>(json.at("pid"));
  status.started_unix_seconds = finite_number(json.at("started_unix_seconds"));
  status.written_unix_seconds = finite_number(json.at("written_unix_seconds"));
  status.overslept = whole_number<std::uint64_t>(json.at("overslept"));
  for (const PathJson& bond : list_of(json, "bonds", kMostPathBonds)) {
    status.bonds.push_back(bond_path_from_json(bond));
  }
  return status;
}

}  // namespace

const SlavePath* BondPath::slave(bond::IfIndex wanted) const {
  const auto found = std::find_if(slaves.begin(), slaves.end(), [wanted](const SlavePath& slave) {
    return slave.index == wanted;
  });
  return found != slaves.end() ? &*found : nullptr;
}

const BondPath* PathStatus::bond(std::string_view name) const {
  const auto found = std::find_if(bonds.begin(), bonds.end(),
                                  [name](const BondPath& bond) { return bond.name == name; });
  return found != bonds.end() ? &*found : nullptr;
}

std::string encode_path_status(const PathStatus& status) {
  PathJson bonds = PathJson::array();
  for (const BondPath& bond : status.bonds) bonds.push_back(bond_path_to_json(bond));
  const PathJson json{{"schema", PathStatus::kSchema},
                      {"boot_id", status.boot_id},
                      {"version", status.version},
                      {"pid", status.pid},
                      {"started_unix_seconds", status.started_unix_seconds},
                      {"written_unix_seconds", status.written_unix_seconds},
                      {"overslept", status.overslept},
                      {"bonds", std::move(bonds)}};
  // Interface names are bytes; one that is not UTF-8 must not keep the status from being written.
  return json.dump(1, ' ', false, PathJson::error_handler_t::replace) + "\n";
}

base::Expected<PathStatus> decode_path_status(std::string_view text, const std::string& file) {
  const auto bad = [&file](base::ErrorCode code, std::string reason) {
    return base::failure(base::Error{code, "read path status", file, std::move(reason)});
  };
  if (text.size() > kLargestPathStatusFile) {
    return bad(base::ErrorCode::invalid, "is larger than 4 MiB");
  }
  try {
    const PathJson json = PathJson::parse(text);
    const PathJson& schema = json.at("schema");
    if (schema != PathStatus::kSchema) {
      return bad(base::ErrorCode::unsupported, "schema " + schema.dump().substr(0, 20) +
                                                   "; this program reads schema " +
                                                   std::to_string(PathStatus::kSchema));
    }
    return path_status_from_json(json);
  } catch (const PathJson::exception& problem) {
    return bad(base::ErrorCode::invalid, problem.what());
  } catch (const BadPathStatus& problem) {
    return bad(base::ErrorCode::invalid, problem.what());
  }
}

}  // namespace hnv
