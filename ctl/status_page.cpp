// SPDX-License-Identifier: Apache-2.0
#include "ctl/status_page.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <utility>

#include "ctl/bond_details.hpp"
#include "ctl/headline.hpp"
#include "hnv/pause_words.hpp"

namespace hnv::ctl {

namespace {

constexpr std::size_t kTopIndent = 15;
constexpr std::size_t kBondIndent = 13;

std::string link_text(const bond::Link& link) {
  if (!link.admin_up) return "admin down";
  return link.lower_up ? "up" : "no carrier";
}

constexpr std::size_t kCells = 6;
using Row = std::array<std::string, kCells>;

Row row_of(const SlaveReport& slave) {
  const auto& mii = slave.link.slave->mii_status;
  std::string marks = slave.active ? "active" : "";
  if (slave.primary) marks += marks.empty() ? "primary" : " primary";
  return {slave.link.name,
          std::string(base::name_of(slave.role)),
          slave.facts.driver.empty() ? "-" : slave.facts.driver,
          link_text(slave.link),
          mii ? std::string(base::name_of(*mii)) : "-",
          marks};
}

std::vector<Row> slave_rows(const Verdict& verdict) {
  std::vector<const SlaveReport*> slaves;
  for (const SlaveReport& slave : verdict.report->slaves) slaves.push_back(&slave);
  std::stable_partition(slaves.begin(), slaves.end(),
                        [](const SlaveReport* slave) { return slave->role == Role::sriov; });
  std::vector<Row> rows;
  const bool is_away = verdict.report->managed && verdict.report->finding.empty() &&
                       verdict.report->sriov() == nullptr;
  if (is_away) rows.push_back({"(away)", "sriov", "-", "-", "-", ""});
  for (const SlaveReport* slave : slaves) rows.push_back(row_of(*slave));
  return rows;
}

Style row_style(const Row& row) {
  const bool active = row.back().starts_with("active");
  return active ? Style::strong : Style::plain;
}

void add_slaves(Page& page, const Verdict& verdict) {
  std::vector<Row> rows = slave_rows(verdict);
  if (rows.empty()) {
    page.push_back({Span{"  no slaves", Style::plain}});
    return;
  }
  rows.insert(rows.begin(), Row{"SLAVE", "ROLE", "DRIVER", "LINK", "MII", "MARKS"});
  // Only a driver's name can be so long that a row does not fit.
  constexpr std::size_t kDriverCell = 2;
  constexpr std::size_t kDriverWidth = 11;
  std::array<std::size_t, kCells> widths{};
  for (Row& row : rows) {
    std::string& driver = row[kDriverCell];
    if (driver.size() > kDriverWidth) driver = driver.substr(0, kDriverWidth - 1) + "~";
    for (std::size_t cell = 0; cell < kCells; ++cell) {
      widths[cell] = std::max(widths[cell], row[cell].size());
    }
  }
  for (const Row& row : rows) {
    std::string text = "  ";
    for (std::size_t cell = 0; cell < kCells; ++cell) {
      text += row[cell];
      if (cell + 1 < kCells) text.append(widths[cell] - row[cell].size() + 2, ' ');
    }
    page.push_back({Span{text, &row == &rows.front() ? Style::faint : row_style(row)}});
  }
}

void add_field(Page& page, const std::string& name, const std::string& text,
               Style style = Style::plain) {
  if (!text.empty()) add_wrapped(page, {Span{"  " + name, Style::faint}}, kBondIndent, text, style);
}

// What is dead stands among the warnings.
void add_path_lines(Page& page, const Verdict& verdict) {
  if (!verdict.path) return;
  const PathHealth& health = verdict.path->health;
  if (!tells_of_dead_path(health.verdict)) {
    add_field(page, "path", path_words(health, *verdict.report));
  }
  std::string slaves;
  for (const SlaveReport& slave : verdict.report->slaves) {
    const std::string words = path_words(*verdict.path, slave);
    if (words.empty()) continue;
    slaves += (slaves.empty() ? "" : ", ") + slave.link.name + " " + words;
  }
  add_field(page, "behind", slaves);
}

void add_bond(Page& page, const Picture& picture, const Verdict& verdict, bool verbose) {
  const Label label = label_of(verdict);
  Line head{Span{verdict.bond, Style::strong}, Span{"  ", Style::plain},
            Span{label.text, label.style}, Span{"  ", Style::plain}};
  const std::size_t indent = width_of(head);
  add_wrapped(page, std::move(head), indent, headline(verdict));
  if (verdict.report == nullptr) return;
  add_field(page, "why", verdict.why);
  add_field(page, "next", verdict.next);
  add_field(page, "by hand", verdict.by_hand);
  for (const Finding& finding : verdict.findings) {
    if (finding.text != verdict.why) add_field(page, "warning", finding.text, Style::warn);
  }
  add_path_lines(page, verdict);
  add_slaves(page, verdict);
  if (!verbose) return;
  for (const Detail& detail : bond_details(picture, verdict)) {
    add_field(page, detail.name, detail.text);
  }
}

base::BootClock::duration seconds_since(const Picture& picture, double unix_seconds) {
  return std::chrono::duration_cast<base::BootClock::duration>(
      std::chrono::duration<double>(picture.unix_now - unix_seconds));
}

bool is_managed(const Verdict& verdict) {
  return verdict.standing != Standing::unmanaged;
}

Span watchdog_text(const Picture& picture, bool is_needed) {
  const PublishedStatus& published = picture.published;
  const auto& status = published.status;
  if (!published.alive) {
    if (published.error) return Span{"not known: " + published.error->to_string(), Style::warn};
    std::string text = "not running";
    if (is_needed) text += "; nobody brings the traffic back: systemctl start hnv-watchdog";
    if (status) {
      text +=
          " (last news " + age_text(seconds_since(picture, status->written_unix_seconds)) + " ago)";
    }
    return Span{text, is_needed ? Style::bad : Style::plain};
  }
  if (published.error) {
    return Span{"running, and what it says is lost: " + published.error->to_string(), Style::warn};
  }
  if (!status) return Span{"running; it has not published anything yet", Style::warn};
  std::string text =
      "running for " + age_text(seconds_since(picture, status->started_unix_seconds)) + ", mode " +
      std::string(base::name_of(status->mode)) + ", pid " + std::to_string(status->pid);
  // It writes at least twice a minute.
  constexpr std::chrono::seconds kLongestSilence{90};
  const auto silence = seconds_since(picture, status->written_unix_seconds);
  if (silence <= kLongestSilence) return Span{text, Style::plain};
  return Span{text + "; SILENT for " + age_text(silence) + ": what follows may be out of date",
              Style::bad};
}

Span summary_text(const std::vector<Verdict>& verdicts) {
  const auto managed = std::count_if(verdicts.begin(), verdicts.end(), is_managed);
  const auto bad = std::count_if(verdicts.begin(), verdicts.end(),
                                 [](const Verdict& verdict) { return !verdict.is_good(); });
  if (verdicts.empty()) return Span{"none", Style::plain};
  if (managed == 0) return Span{"none is managed", Style::plain};
  const std::string all = std::to_string(managed);
  if (bad == 0) return Span{all + " of " + all + " managed on the SR-IOV slave", Style::good};
  return Span{std::to_string(bad) + " of " + all + " managed NOT on the SR-IOV slave", Style::bad};
}

void add_top(Page& page, const std::string& name, const Span& text) {
  add_wrapped(page, {Span{name, Style::plain}}, kTopIndent, text.text, text.style);
}

void add_migration(Page& page, const Picture& picture) {
  if (!picture.published.alive || !picture.published.status) return;
  const LpmStatus& lpm = picture.published.status->lpm;
  if (!lpm.window_since) return;
  add_top(page, "migration",
          Span{lpm_words(lpm, age_text(picture.now - *lpm.window_since)), Style::warn});
}

void add_pauses(Page& page, const Picture& picture) {
  if (!picture.published.alive || !picture.published.status) return;
  for (const OperatorPause& pause : picture.published.status->activity.pauses) {
    const std::string where =
        pause.bond == OperatorPause::kAllBonds ? std::string() : pause.bond + ": ";
    add_top(page, "paused", Span{where + pause_words(pause, picture.now), Style::warn});
  }
}

}  // namespace

Page status_page(const Picture& picture, const std::vector<Verdict>& verdicts, bool verbose) {
  Page page;
  const bool is_needed = std::any_of(verdicts.begin(), verdicts.end(), is_managed);
  add_top(page, "hnv-watchdog", watchdog_text(picture, is_needed));
  if (!is_needed && picture.config.bonds.empty()) {
    const std::string what = picture.config_found ? " names none" : " does not exist";
    add_top(page, "configuration",
            Span{"no bond is managed: none is an HNV bond, and " + picture.config_file + what +
                     ". Other bonds of an SR-IOV and a virtual device are named there, as "
                     "hnv.yaml(5) shows",
                 Style::warn});
  }
  if (picture.paths_error) {
    add_top(page, "hnv-prober",
            Span{"not known: " + picture.paths_error->to_string(), Style::warn});
  }
  add_migration(page, picture);
  add_pauses(page, picture);
  add_top(page, "bonds", summary_text(verdicts));
  for (const Verdict& verdict : verdicts) {
    page.emplace_back();
    add_bond(page, picture, verdict, verbose);
  }
  return page;
}

}  // namespace hnv::ctl
