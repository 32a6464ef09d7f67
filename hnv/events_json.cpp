// SPDX-License-Identifier: Apache-2.0
// The codec of the journal.
#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "hnv/events.hpp"

namespace hnv {

namespace {

using Json = nlohmann::ordered_json;

// Thrown and caught in this file only, beside the library's own exceptions.
class BadEvent : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

std::string line_of(const Json& json) {
  // Interface names are bytes; one that is not UTF-8 must not keep an event from being written.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

JournalEvent::Value value_from(const Json& json) {
  switch (json.type()) {
    case Json::value_t::string:
      return json.get<std::string>();
    case Json::value_t::boolean:
      return json.get<bool>();
    case Json::value_t::number_float:
      return json.get<double>();
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
      return json.get<std::int64_t>();
    default:
      throw BadEvent(json.dump() + " is no text, number or bool");
  }
}

JournalEvent event_from(const Json& json) {
  JournalEvent event;
  json.at("sequence").get_to(event.sequence);
  json.at("unix_seconds").get_to(event.unix_seconds);
  event.at = base::BootTime(base::BootClock::duration(json.at("boot_ns").get<std::int64_t>()));
  const auto level = json.at("level").get<std::string>();
  const auto known = base::value_of<base::LogLevel>(level);
  if (!known) throw BadEvent("no level is called '" + level + "'");
  event.level = *known;
  json.at("event").get_to(event.name);
  for (const auto& [key, value] : json.at("fields").items()) {
    event.fields.emplace_back(key, value_from(value));
  }
  return event;
}

base::Expected<Journal> decode(std::string_view text, const std::string& file, bool with_header) {
  Journal journal;
  std::size_t line = 0;
  const auto bad = [&file](base::ErrorCode code, const std::string& reason) {
    return base::failure(base::Error{code, "read events", file, reason});
  };
  const auto bad_line = [&bad, &line](const char* reason) {
    return bad(base::ErrorCode::invalid, "line " + std::to_string(line) + ": " + reason);
  };
  try {
    for (auto end = text.find('\n'); end != std::string_view::npos;
         end = text.find('\n', journal.size)) {
      ++line;
      const Json json = Json::parse(text.substr(journal.size, end - journal.size));
      if (with_header && line == 1) {
        const int schema = json.at("schema").get<int>();
        if (schema != kEventsSchema) {
          return bad(base::ErrorCode::unsupported, "schema " + std::to_string(schema) +
                                                       "; this program reads schema " +
                                                       std::to_string(kEventsSchema));
        }
        json.at("boot_id").get_to(journal.boot_id);
      } else {
        journal.events.push_back(event_from(json));
      }
      journal.size = end + 1;
    }
  } catch (const Json::exception& problem) {
    return bad_line(problem.what());
  } catch (const BadEvent& problem) {
    return bad_line(problem.what());
  }
  if (with_header && line == 0) return bad(base::ErrorCode::invalid, "no header");
  return journal;
}

}  // namespace

const std::string* JournalEvent::text(std::string_view key) const {
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [key](const auto& field) { return field.first == key; });
  return found != fields.end() ? std::get_if<std::string>(&found->second) : nullptr;
}

std::string encode_events_header(const std::string& boot_id) {
  return line_of(Json{{"schema", kEventsSchema}, {"boot_id", boot_id}});
}

std::string encode_event(const JournalEvent& event) {
  Json fields = Json::object();
  for (const auto& [key, value] : event.fields) {
    fields[key] = std::visit([](const auto& any) { return Json(any); }, value);
  }
  return line_of(Json{{"sequence", event.sequence},
                      {"unix_seconds", event.unix_seconds},
                      {"boot_ns", event.at.time_since_epoch().count()},
                      {"level", base::name_of(event.level)},
                      {"event", event.name},
                      {"fields", std::move(fields)}});
}

base::Expected<Journal> decode_journal(std::string_view text, const std::string& file) {
  return decode(text, file, true);
}

base::Expected<Journal> decode_journal_end(std::string_view text, const std::string& file) {
  return decode(text, file, false);
}

std::string watchdog_events_file(const std::string& status_file) {
  return (std::filesystem::path(status_file).parent_path() / "events.jsonl").native();
}

}  // namespace hnv
