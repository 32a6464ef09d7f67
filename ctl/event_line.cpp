// SPDX-License-Identifier: Apache-2.0
#include "ctl/event_line.hpp"

#include <fmt/format.h>

#include "hnv/event_words.hpp"

namespace hnv::ctl {

namespace {

Style style_of(base::LogLevel level) {
  switch (level) {
    case base::LogLevel::error:
      return Style::bad;
    case base::LogLevel::warn:
      return Style::warn;
    default:
      return Style::plain;
  }
}

}  // namespace

Line event_line(const JournalEvent& event) {
  Line line{Span{local_time_text(event.unix_seconds) + "  ", Style::faint}};
  if (const std::string* bond = event.text("bond")) {
    line.push_back(Span{*bond + "  ", Style::strong});
  }
  line.push_back(Span{event_words(event), style_of(event.level)});
  return line;
}

Line missing_line(std::uint64_t events) {
  const std::string text =
      events == 1 ? "1 event is missing" : fmt::format("{} events are missing", events);
  return {Span{"--- " + text + " ---", Style::warn}};
}

}  // namespace hnv::ctl
