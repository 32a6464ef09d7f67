// SPDX-License-Identifier: Apache-2.0
// Logs: one line is one event with key=value fields, to stderr, as logfmt or JSON. Only daemons
// log; rooms return errors.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/enum_names.hpp"

namespace hnv::base {

enum class LogLevel { debug, info, warn, error };
enum class LogFormat { logfmt, json };

struct LogField {
  std::string_view key;
  std::variant<std::string, std::int64_t, double, bool> value;
};

// Once, before the first line. With JOURNAL_STREAM set (started by systemd) each line carries its
// priority as sd-daemon(3) has it and no time stamp, since the journal adds one.
void set_up_log(LogLevel level, LogFormat format);

// `event` is a name from the program's own enum of events.
void log_event(LogLevel level, std::string_view event, const std::vector<LogField>& fields = {});

}  // namespace hnv::base

template <>
struct hnv::base::EnumNames<hnv::base::LogLevel> {
  static constexpr auto names = std::to_array<std::string_view>({"debug", "info", "warn", "error"});
};
template <>
struct hnv::base::EnumNames<hnv::base::LogFormat> {
  static constexpr auto names = std::to_array<std::string_view>({"logfmt", "json"});
};
