// SPDX-License-Identifier: Apache-2.0
#include "hnv/operator_pause.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

#include "base/atomic_file.hpp"

namespace hnv {

namespace {

namespace fs = std::filesystem;
using base::BootTime;

constexpr std::size_t kLargestPauseFile = 4096;

std::string one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r' || c == '\0'; }, ' ');
  return text;
}

std::optional<BootTime> time_of(std::string_view text) {
  std::int64_t nanoseconds = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, nanoseconds);
  if (error != std::errc() || rest != end || nanoseconds < 0) return std::nullopt;
  return BootTime(std::chrono::nanoseconds(nanoseconds));
}

// One file's lines, as they are read.
struct Reading {
  OperatorPause pause;
  std::string boot;

  void complain(std::string problem) {
    if (pause.problem.empty()) pause.problem = std::move(problem);
  }

  void read_time(std::string_view key, std::string_view value, std::optional<BootTime>& into) {
    into = time_of(value);
    if (!into) complain(std::string(key) + " is no number of nanoseconds");
  }

  // What a later version may write besides is not in the way of what is known.
  void read_line(std::string_view line) {
    if (line.empty()) return;
    const auto end = line.find('=');
    if (end == std::string_view::npos) return complain("a line is not KEY=VALUE");
    const std::string_view key = line.substr(0, end);
    const std::string_view value = line.substr(end + 1);
    if (key == "by") pause.by = value;
    if (key == "reason") pause.reason = value;
    if (key == "boot") boot = value;
    if (key == "since") read_time(key, value, pause.since);
    if (key == "until") read_time(key, value, pause.until);
  }

  void finish(std::string_view boot_id) {
    if ((pause.since || pause.until) && (boot.empty() || boot != boot_id)) {
      complain("its times are not of this boot");
      pause.since.reset();
    }
    // An end is believed only where all is understood.
    if (!pause.problem.empty()) pause.until.reset();
  }
};

OperatorPause read_pause(const fs::path& file, std::string_view boot_id) {
  const auto text = base::read_file(file, kLargestPauseFile);
  if (text) return decode_pause(file.filename().native(), *text, boot_id);
  OperatorPause pause;
  pause.bond = file.filename().native();
  pause.problem = text.error().reason;
  return pause;
}

}  // namespace

std::string encode_pause(const OperatorPause& pause, std::string_view boot_id) {
  std::string text;
  const auto add = [&text](std::string_view key, std::string_view value) {
    if (!value.empty()) text.append(key).append("=").append(value).append("\n");
  };
  const auto number = [](const std::optional<BootTime>& time) {
    return time ? std::to_string(time->time_since_epoch().count()) : std::string();
  };
  add("by", one_line(pause.by));
  add("reason", one_line(pause.reason));
  add("since", number(pause.since));
  add("until", number(pause.until));
  if (pause.since || pause.until) add("boot", boot_id);
  return text;
}

OperatorPause decode_pause(std::string name, std::string_view text, std::string_view boot_id) {
  Reading reading;
  reading.pause.bond = std::move(name);
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    reading.read_line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  reading.finish(boot_id);
  return std::move(reading.pause);
}

std::vector<OperatorPause> read_pauses(const fs::path& folder, std::string_view boot_id,
                                       BootTime now) {
  std::vector<OperatorPause> pauses;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().filename().native().front() == '.') continue;
    OperatorPause pause = read_pause(entry->path(), boot_id);
    if (!pause.has_ended(now)) pauses.push_back(std::move(pause));
  }
  std::sort(
      pauses.begin(), pauses.end(),
      [](const OperatorPause& left, const OperatorPause& right) { return left.bond < right.bond; });
  return pauses;
}

const OperatorPause* longest_pause(const std::vector<OperatorPause>& pauses,
                                   std::string_view bond) {
  const OperatorPause* longest = nullptr;
  for (const OperatorPause& pause : pauses) {
    if (!pause.holds(bond)) continue;
    const bool lasts_longer =
        longest == nullptr || (longest->until && (!pause.until || *pause.until > *longest->until));
    if (lasts_longer) longest = &pause;
  }
  return longest;
}

}  // namespace hnv
