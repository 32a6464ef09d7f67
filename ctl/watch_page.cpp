// SPDX-License-Identifier: Apache-2.0
#include "ctl/watch_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "ctl/event_line.hpp"
#include "ctl/headline.hpp"
#include "hnv/pause_words.hpp"

namespace hnv::ctl {

namespace {

constexpr std::size_t kFewestEvents = 4;  // that bonds leave room for

Span watchdog_span(const Picture& picture) {
  const PublishedStatus& published = picture.published;
  if (published.error) return {"watchdog: not known", Style::warn};
  if (!published.alive) return {"watchdog NOT RUNNING", Style::bad};
  if (!published.status) return {"watchdog running", Style::plain};
  return {"watchdog: " + std::string(base::name_of(published.status->mode)), Style::plain};
}

// Ends on the right, where there is room for it.
void add_right(Line& line, const std::string& text, std::size_t columns) {
  const std::size_t width = width_of(line);
  if (width + text.size() + 2 > columns) return;
  line.push_back(Span{std::string(columns - width - text.size(), ' ') + text, Style::faint});
}

void add_head(Page& page, const Picture& picture, const std::vector<Verdict>& verdicts,
              const std::string& host, std::size_t columns) {
  Line top{Span{"HNV " + host, Style::strong},
           Span{"  " + local_time_text(picture.unix_now) + "  "}, watchdog_span(picture)};
  add_right(top, "q quits", columns);
  page.push_back(std::move(top));
  if (const auto& status = picture.published.status; picture.published.alive && status) {
    if (status->lpm.window_since) {
      const std::string elapsed = age_text(picture.now - *status->lpm.window_since);
      page.push_back({Span{"migration: " + lpm_words(status->lpm, elapsed), Style::warn}});
    }
    if (const auto& pauses = status->activity.pauses; !pauses.empty()) {
      const OperatorPause& pause = pauses.front();
      const bool all = pause.bond == OperatorPause::kAllBonds;
      std::string text =
          "paused: " + (all ? std::string() : pause.bond + ": ") + pause_words(pause, picture.now);
      if (pauses.size() > 1) text += fmt::format(" (and {} more)", pauses.size() - 1);
      page.push_back({Span{std::move(text), Style::warn}});
    }
  }
  const auto managed = [](const Verdict& verdict) {
    return verdict.standing != Standing::unmanaged;
  };
  const auto all = std::count_if(verdicts.begin(), verdicts.end(), managed);
  const auto bad = std::count_if(verdicts.begin(), verdicts.end(),
                                 [](const Verdict& verdict) { return !verdict.is_good(); });
  page.emplace_back();
  page.push_back({Span{fmt::format("{} {}, {} managed, {} not on the SR-IOV slave", verdicts.size(),
                                   verdicts.size() == 1 ? "bond" : "bonds", all, bad),
                       bad != 0 ? Style::bad : Style::plain}});
}

// "hold_down, 7 s": what the watchdog does, and until when.
std::string state_text(const Picture& picture, const Verdict& verdict) {
  if (verdict.watched == nullptr) return "-";
  std::string text(base::name_of(verdict.watched->state));
  if (!verdict.watched->waits_until) return text;
  const std::string left = countdown_text(*verdict.watched->waits_until - picture.now);
  return left.empty() ? text : text + ", " + left;
}

std::string active_text(const Verdict& verdict) {
  const SlaveReport* active = verdict.report != nullptr ? verdict.report->active() : nullptr;
  return active != nullptr ? active->link.name : "none";
}

Line bond_line(const Picture& picture, const Verdict& verdict) {
  const Label label = label_of(verdict);
  return {Span{fmt::format("{:<15} ", verdict.bond), Style::strong},
          Span{fmt::format("{:<11} ", label.text), label.style},
          Span{fmt::format("{:<15} {}", active_text(verdict), state_text(picture, verdict))}};
}

// What is worth more than a line.
Page bond_block(const Picture& picture, const Verdict& verdict) {
  Page block{bond_line(picture, verdict)};
  if (!verdict.has_problem()) return block;
  const std::string why = !verdict.why.empty() || verdict.findings.empty()
                              ? verdict.why
                              : verdict.findings.front().text;
  if (!why.empty()) block.push_back({Span{"    " + why}});
  if (!verdict.next.empty()) block.push_back({Span{"    next: " + verdict.next}});
  return block;
}

// As many bonds as there are rows for, in full or in a line each.
std::size_t add_bonds(Page& page, const Picture& picture, const std::vector<Verdict>& verdicts,
                      std::size_t first, std::size_t rows) {
  const std::size_t wanted = verdicts.size() - first;
  const bool all_fit = wanted <= rows && first == 0;
  const std::size_t room = all_fit ? rows : rows - 1;  // one says how many more there are
  std::size_t used = 0;
  std::size_t shown = 0;
  for (std::size_t at = first; at < verdicts.size() && used < room; ++at) {
    Page block = bond_block(picture, verdicts[at]);
    // The others still need a line each.
    const std::size_t others = std::min(wanted - shown - 1, room - used - 1);
    if (used + block.size() + others > room) block.resize(1);
    used += block.size();
    ++shown;
    std::move(block.begin(), block.end(), std::back_inserter(page));
  }
  if (all_fit) return shown;
  const std::size_t rest = verdicts.size() - first - shown;
  page.push_back({Span{rest != 0 ? fmt::format("{} more: space shows them", rest)
                                 : "space shows the first ones again",
                       Style::faint}});
  return shown;
}

void add_events(Page& page, const std::vector<JournalEvent>& events, std::size_t rows) {
  if (rows < 2) return;
  page.emplace_back();
  page.push_back({Span{events.empty() ? "no events" : "last events", Style::faint}});
  const std::size_t count = std::min(events.size(), rows - 2);
  for (auto event = events.end() - static_cast<std::ptrdiff_t>(count); event != events.end();
       ++event) {
    page.push_back(event_line(*event));
  }
}

}  // namespace

WatchPage watch_page(const Picture& picture, const std::vector<Verdict>& verdicts,
                     const std::vector<JournalEvent>& events, const std::string& host,
                     std::size_t first, const Window& window) {
  WatchPage result;
  Page& page = result.page;
  const std::size_t columns = window.columns > 1 ? window.columns - 1 : 1;
  add_head(page, picture, verdicts, host, columns);
  page.push_back({Span{fmt::format("{:<15} {:<11} {:<15} {}", "BOND", "", "ACTIVE", "WATCHDOG"),
                       Style::faint}});
  // The rest is shared: a bond is worth more than an event.
  const std::size_t left = window.rows > page.size() ? window.rows - page.size() : 0;
  const std::size_t for_events = std::min(kFewestEvents + 2, left / 2);
  const std::size_t for_bonds = left - for_events;
  if (first >= verdicts.size()) first = 0;
  if (for_bonds > 1) result.shown = add_bonds(page, picture, verdicts, first, for_bonds);
  if (page.size() < window.rows) {
    add_events(page, events, std::min(window.rows - page.size(), kWatchedEvents + 2));
  }
  if (page.size() > window.rows) page.resize(window.rows);
  return result;
}

}  // namespace hnv::ctl
