// SPDX-License-Identifier: Apache-2.0
#include "base/log.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <spdlog/sinks/ansicolor_sink.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>

namespace hnv::base {

namespace {

struct LogSetup {
  std::shared_ptr<spdlog::logger> logger;
  LogFormat format = LogFormat::logfmt;
  bool journal = false;
};

LogSetup& setup() {
  static LogSetup instance;
  return instance;
}

spdlog::level::level_enum spdlog_level(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warn:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

// <N> as in sd-daemon(3).
std::string_view journal_priority(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "<7>";
    case LogLevel::info:
      return "<6>";
    case LogLevel::warn:
      return "<4>";
    case LogLevel::error:
      return "<3>";
  }
  return "<3>";
}

nlohmann::ordered_json json_value(const LogField& field) {
  return std::visit([](const auto& value) { return nlohmann::ordered_json(value); }, field.value);
}

std::string json_text(const nlohmann::ordered_json& value) {
  // A device name or file is bytes, not always UTF-8: a log line must never fail on one.
  return value.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

// logfmt: bare words as they are, everything else quoted and escaped as JSON strings are.
std::string logfmt_value(const LogField& field) {
  const auto* text = std::get_if<std::string>(&field.value);
  if (text == nullptr) return json_text(json_value(field));
  const auto is_bare = [](char c) {
    return c > ' ' && c < '\x7f' && c != '"' && c != '=' && c != '\\';
  };
  const bool bare = !text->empty() && std::all_of(text->begin(), text->end(), is_bare);
  return bare ? *text : json_text(json_value(field));
}

std::string time_stamp() {
  const auto now =
      std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const auto millis = now.time_since_epoch().count() % 1000;
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(now)), millis);
}

std::string line_of(const LogSetup& log, LogLevel level, std::string_view event,
                    const std::vector<LogField>& fields) {
  if (log.format == LogFormat::json) {
    nlohmann::ordered_json object;
    if (!log.journal) object["time"] = time_stamp();
    object["level"] = name_of(level);
    object["event"] = event;
    for (const LogField& field : fields) object[std::string(field.key)] = json_value(field);
    return json_text(object);
  }
  std::string line;
  if (!log.journal) line.append("time=").append(time_stamp()).append(" ");
  line.append("level=").append(name_of(level)).append(" event=").append(event);
  for (const LogField& field : fields) {
    line.append(" ").append(field.key).append("=").append(logfmt_value(field));
  }
  return line;
}

}  // namespace

void set_up_log(LogLevel level, LogFormat format) {
  LogSetup& log = setup();
  auto sink = std::make_shared<spdlog::sinks::ansicolor_stderr_sink_mt>();
  log.logger = std::make_shared<spdlog::logger>("hnv", std::move(sink));
  log.logger->set_level(spdlog_level(level));
  log.format = format;
  // The daemons set up their log before they start any thread.
  log.journal = std::getenv("JOURNAL_STREAM") != nullptr;  // NOLINT(concurrency-mt-unsafe)
  log.logger->set_pattern("%v");
}

void log_event(LogLevel level, std::string_view event, const std::vector<LogField>& fields) {
  const LogSetup& log = setup();
  if (log.logger == nullptr || !log.logger->should_log(spdlog_level(level))) return;
  std::string line;
  if (log.journal) line.append(journal_priority(level));
  line.append(line_of(log, level, event, fields));
  log.logger->log(spdlog_level(level), spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace hnv::base
