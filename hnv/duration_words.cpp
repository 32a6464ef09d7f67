// SPDX-License-Identifier: Apache-2.0
#include "hnv/duration_words.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace hnv {

namespace {

std::string seconds_text(std::int64_t seconds) {
  constexpr std::int64_t kMinute = 60;
  constexpr std::int64_t kHour = 60 * kMinute;
  constexpr std::int64_t kDay = 24 * kHour;
  const auto two = [seconds](std::int64_t large, const char* large_unit, std::int64_t small,
                             const char* small_unit) {
    std::string text = std::to_string(seconds / large) + large_unit;
    if (const std::int64_t rest = seconds % large / small; rest != 0) {
      text += " " + std::to_string(rest) + small_unit;
    }
    return text;
  };
  if (seconds >= kDay) return two(kDay, " d", kHour, " h");
  if (seconds >= kHour) return two(kHour, " h", kMinute, " min");
  if (seconds >= kMinute) return two(kMinute, " min", 1, " s");
  return std::to_string(seconds) + " s";
}

}  // namespace

std::string age_text(base::BootClock::duration age) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(age).count();
  return seconds_text(std::max<std::int64_t>(seconds, 0));
}

std::string countdown_text(base::BootClock::duration left) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(left).count();
  return seconds > 0 ? seconds_text(seconds) : std::string();
}

}  // namespace hnv
