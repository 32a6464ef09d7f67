// SPDX-License-Identifier: Apache-2.0
#include "exporter/failover_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "exporter/html.hpp"
#include "exporter/page_words.hpp"
#include "hnv/duration_words.hpp"

namespace hnv::exporter {

namespace {

constexpr std::size_t kShown = 8;

std::string cause_words(std::string_view name) {
  const auto cause = base::value_of<FailoverCause>(name);
  if (!cause) return std::string(name);  // of a newer watchdog
  switch (*cause) {
    case FailoverCause::watchdog:
      return "the watchdog brought it back";
    case FailoverCause::fast_failover:
      return "the watchdog left a lost link at once";
    case FailoverCause::path:
      return "nothing answered behind the link";
    case FailoverCause::lpm:
      return "migration of the partition";
    case FailoverCause::admin:
      return "someone took the device down";
    case FailoverCause::removed:
      return "the device left the bond";
    case FailoverCause::enslaved:
      return "a device joined the bond";
    case FailoverCause::link_down:
      return "its link went down";
    case FailoverCause::link_up:
      return "the link came back, the kernel returned";
    case FailoverCause::external:
      return "someone else chose another device";
    case FailoverCause::resync:
      return "cause lost with the kernel's messages";
  }
  return std::string(name);
}

std::string_view text_or(const JournalEvent& event, std::string_view key,
                         std::string_view otherwise) {
  const std::string* text = event.text(key);
  return text != nullptr && !text->empty() ? std::string_view(*text) : otherwise;
}

std::string after_words(const JournalEvent& event) {
  for (const auto& [key, value] : event.fields) {
    const double* seconds = std::get_if<double>(&value);
    if (key != "after_s" || seconds == nullptr) continue;
    return ", after " + age_text(std::chrono::duration_cast<base::BootClock::duration>(
                            std::chrono::duration<double>(*seconds)));
  }
  return "";
}

std::string_view css_class(std::string_view direction) {
  if (direction == base::name_of(FailoverDirection::to_sriov)) return "good";
  if (direction == base::name_of(FailoverDirection::to_none)) return "failing";
  return "attention";
}

std::string item(const JournalEvent& event) {
  return fmt::format(
      "<li class=\"{}\">{} <span class=\"move\">{} → {}</span> <span "
      "class=\"cause\">{}{}</span></li>\n",
      css_class(text_or(event, "direction", "")), time_element(event.unix_seconds),
      escape_html(text_or(event, "from", "nothing")), escape_html(text_or(event, "to", "nothing")),
      escape_html(cause_words(text_or(event, "cause", "cause unknown"))), after_words(event));
}

}  // namespace

std::string failover_list(const Snapshot& snapshot, const BondReport& bond) {
  std::string items;
  std::size_t shown = 0;
  for (auto event = snapshot.events->rbegin(); event != snapshot.events->rend(); ++event) {
    if (event->name != "failover" || text_or(*event, "bond", "") != bond.link.name) continue;
    items += item(*event);
    if (++shown == kShown) break;
  }
  if (items.empty()) return "";
  return "<h3>Last failovers</h3>\n<ol class=\"failovers\">\n" + items + "</ol>\n";
}

}  // namespace hnv::exporter
