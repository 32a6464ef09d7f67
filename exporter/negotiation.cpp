// SPDX-License-Identifier: Apache-2.0
#include "exporter/negotiation.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <system_error>

#include "exporter/http_text.hpp"

namespace hnv::exporter {

namespace {

// Takes what stands before the next `separator` out of `text`. Separators in quoted strings are
// none.
std::string_view take_until(std::string_view& text, char separator) {
  bool quoted = false;
  std::size_t end = 0;
  for (; end < text.size(); ++end) {
    const char c = text[end];
    if (quoted && c == '\\') {
      ++end;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == separator && !quoted) {
      break;
    }
  }
  end = std::min(end, text.size());
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return trimmed(taken);
}

std::string_view unquoted(std::string_view value) {
  const bool quoted = value.size() >= 2 && value.front() == '"' && value.back() == '"';
  return quoted ? value.substr(1, value.size() - 2) : value;
}

// All of `text`, without sign, exponent or the words that strtod() knows.
std::optional<double> decimal(std::string_view text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.empty() || !is_digit(text.front())) return std::nullopt;
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value, std::chars_format::fixed);
  if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
  return value;
}

// One element of such a list: "text/plain; version=0.0.4; q=0.5".
struct Choice {
  std::string_view name;
  std::string_view version;  // empty: none is named
  double quality = 1;
};

// Empty: not to be understood.
std::optional<Choice> parse_choice(std::string_view element) {
  Choice choice;
  choice.name = take_until(element, ';');
  if (choice.name.empty()) return std::nullopt;
  while (!element.empty()) {
    std::string_view value = take_until(element, ';');
    const std::string_view name = take_until(value, '=');
    value = unquoted(trimmed(value));
    if (same_word(name, "version")) {
      choice.version = value;
    } else if (same_word(name, "q")) {
      const auto quality = decimal(value);
      if (!quality || *quality > 1) return std::nullopt;
      choice.quality = *quality;
    }
  }
  return choice;
}

std::optional<ExpositionFormat> format_of(const Choice& choice) {
  for (const auto format : {ExpositionFormat::openmetrics, ExpositionFormat::text}) {
    const ExpositionName name = name_of(format);
    const bool version = choice.version.empty() || choice.version == name.version;
    if (version && same_word(choice.name, name.media_type)) return format;
  }
  const bool wildcard = choice.name == "*/*" || same_word(choice.name, "text/*");
  return wildcard ? std::optional(ExpositionFormat::text) : std::nullopt;
}

}  // namespace

ExpositionFormat format_for(std::string_view accept) {
  ExpositionFormat best = ExpositionFormat::text;
  double best_quality = 0;
  while (!accept.empty()) {
    const auto choice = parse_choice(take_until(accept, ','));
    if (!choice || choice->quality <= best_quality) continue;
    if (const auto format = format_of(*choice)) {
      best = *format;
      best_quality = choice->quality;
    }
  }
  return best;
}

bool accepts_gzip(std::string_view accept_encoding) {
  std::optional<double> gzip;
  std::optional<double> any;
  double identity = 0;  // not named: acceptable, but everything that is named is preferred
  while (!accept_encoding.empty()) {
    const auto choice = parse_choice(take_until(accept_encoding, ','));
    if (!choice) continue;
    if (same_word(choice->name, "gzip") || same_word(choice->name, "x-gzip")) {
      gzip = choice->quality;
    } else if (choice->name == "*") {
      any = choice->quality;
    } else if (same_word(choice->name, "identity")) {
      identity = choice->quality;
    }
  }
  const double quality = gzip ? *gzip : any.value_or(0);
  return quality > 0 && quality >= identity;
}

std::optional<std::chrono::milliseconds> patience_of(std::string_view timeout_seconds) {
  using std::chrono::milliseconds;
  constexpr double kLongest = 3600;
  const auto seconds = decimal(trimmed(timeout_seconds));
  if (!seconds || *seconds <= 0 || *seconds > kLongest) return std::nullopt;
  const milliseconds timeout(static_cast<std::int64_t>(*seconds * 1000));
  // The way back and the scraper's own work take their time, more where more was expected.
  constexpr milliseconds kMostAhead(500);
  return timeout - std::min(kMostAhead, timeout / 4);
}

}  // namespace hnv::exporter
