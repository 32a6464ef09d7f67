// SPDX-License-Identifier: Apache-2.0
#include "exporter/status_page.hpp"

#include <fmt/format.h>

#include <iterator>

#include "base/version.hpp"
#include "exporter/bond_card.hpp"
#include "exporter/html.hpp"
#include "exporter/outline.hpp"
#include "exporter/page_words.hpp"
#include "hnv/pause_words.hpp"

namespace hnv::exporter {

namespace {

using Level = Explanation::Level;

// Up to so many bonds are shown unfolded; of more, only so many that are not as they should be.
constexpr std::size_t kUnfolded = 3;

class Page {
 public:
  Page(const Snapshot& snapshot, const ThroughputHistory& history, const PageContext& context,
       bool live)
      : snapshot_(snapshot), history_(history), context_(context), live_(live) {}

  std::string render();

 private:
  template <class... Values>
  void add(fmt::format_string<Values...> format, Values&&... values) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Values>(values)...);
  }
  void add_notice(Level level, std::string_view strong, std::string_view html) {
    add("<p class=\"notice {}\"><strong>{} {}</strong> {}</p>\n", base::name_of(level), mark(level),
        strong, html);
  }

  void add_head();
  void add_header();
  void add_headline();
  void add_problems();
  void add_watchdog();
  void add_migration();
  void add_doctor();
  void add_bonds();
  void add_foot();

  const Snapshot& snapshot_;
  const ThroughputHistory& history_;
  const PageContext& context_;
  bool live_;
  std::vector<BondOutline> bonds_ = outline(snapshot_);
  std::string out_;
};

std::string Page::render() {
  add_head();
  add_header();
  add("<main>\n");
  add_headline();
  add("<div id=\"notices\">\n");
  add_problems();
  add_watchdog();
  add_migration();
  add_doctor();
  add("</div>\n");
  add_bonds();
  add("</main>\n");
  add_foot();
  return std::move(out_);
}

void Page::add_head() {
  const Headline line = headline(snapshot_, bonds_);
  add("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<title>{} HNV bonds of {}</title>\n<link rel=\"icon\" href=\"{}\" type=\"image/svg+xml\">\n"
      "<link rel=\"stylesheet\" href=\"{}\">\n",
      mark(line.level), escape_html(context_.host), kIconPath, kStylePath);
  if (live_) {
    add("<script src=\"{}\" defer></script>\n<noscript><meta http-equiv=\"refresh\" "
        "content=\"{}\"></noscript>\n",
        kScriptPath, kPageRefreshSeconds);
  }
  add("</head>\n<body>\n");
}

void Page::add_header() {
  add("<a class=\"skip\" href=\"#bonds\">Skip to the bonds</a>\n<header>\n<h1>HNV bonds of "
      "{}</h1>\n"
      "<nav aria-label=\"Pages\"><a href=\"{}\">Metrics</a> <a href=\"{}\">JSON</a> <a "
      "href=\"{}\">Events</a> ",
      escape_html(context_.host), escape_html(context_.telemetry_path), kBondsPath, kEventsPath);
  if (live_) {
    add("<a href=\"/?{}\">Stand still</a></nav>\n", kStillQuery);
  } else {
    add("<a href=\"/\">Go live</a></nav>\n");
  }
  add("</header>\n");
}

void Page::add_headline() {
  const Headline line = headline(snapshot_, bonds_);
  // The script repeats the headline below when it changes: only there it is read out.
  add("<p id=\"headline\" class=\"{}\"><span aria-hidden=\"true\">{}</span> {}</p>\n"
      "<p id=\"announcement\" class=\"unseen\" role=\"status\" aria-live=\"polite\"></p>\n"
      "<p id=\"connection\" hidden></p>\n",
      base::name_of(line.level), mark(line.level), escape_html(line.text));
}

void Page::add_problems() {
  for (const Source source : base::all_values<Source>()) {
    const auto& error = snapshot_.sources[source].error;
    if (!error) continue;
    add_notice(Level::failing, fmt::format("{} could not be read.", base::name_of(source)),
               escape_html(error->to_string()));
  }
  if (const auto& error = snapshot_.events_error) {
    add_notice(Level::attention, "The watchdog's events could not be read.",
               escape_html(error->to_string()));
  }
  for (const std::string& name : snapshot_.missing_bonds) {
    add_notice(Level::failing, escape_html(name) + " is missing.",
               "The configuration names it, and there is no such bond.");
  }
}

void Page::add_watchdog() {
  const auto& status = snapshot_.watchdog.status;
  if (snapshot_.watchdog.alive && status) {
    add_notice(Level::good, "The watchdog is running",
               fmt::format("(mode {}, version {}).", base::name_of(status->mode),
                           escape_html(status->version)));
  } else if (snapshot_.watchdog.alive) {
    add_notice(Level::attention, "The watchdog is running,",
               "but there is no usable status of it.");
  } else if (status) {
    add_notice(
        Level::failing, "The watchdog is not running.",
        fmt::format("Nobody repairs the bonds or counts failovers. Counts below are its last "
                    "ones, of {}.",
                    since_html(snapshot_, status->written_unix_seconds)));
  } else {
    add_notice(Level::attention, "The watchdog is not running",
               "and has left no status since the partition was started. What the kernel says is "
               "below.");
  }
}

void Page::add_migration() {
  if (!snapshot_.watchdog.alive || !snapshot_.watchdog.status) return;
  const LpmStatus& lpm = snapshot_.watchdog.status->lpm;
  if (!lpm.window_since) return;
  const std::string elapsed = format_duration(snapshot_.taken - *lpm.window_since);
  add_notice(Level::attention, "Migration:", escape_html(lpm_words(lpm, elapsed)) + ".");
}

// What is wrong, and no more: hnvctl has the rest.
void Page::add_doctor() {
  if (!snapshot_.doctor) return;
  const checks::DoctorReport& report = *snapshot_.doctor;
  if (is_old(report, snapshot_.taken_unix_seconds)) {
    add_notice(Level::attention, "The doctor's last report is old,",
               fmt::format("of {}: systemctl status hnv-doctor.timer hnv-doctor.service.",
                           since_html(snapshot_, report.unix_seconds)));
  }
  constexpr std::size_t kMostShown = 5;
  std::string html;
  std::size_t bad = 0;
  for (const checks::ReportedFinding& finding : report.findings) {
    if (finding.severity < checks::Severity::warn) continue;
    if (++bad > kMostShown) continue;
    html += fmt::format("<br>{} {} ({}): {}", escape_html(finding.id), escape_html(finding.title),
                        escape_html(finding.subject), escape_html(finding.seen));
  }
  if (bad == 0) return;
  if (bad > kMostShown) html += fmt::format("<br>and {} more", bad - kMostShown);
  const std::size_t failures = checks::findings_of(report, checks::Severity::fail);
  add_notice(
      failures != 0 ? Level::failing : Level::attention, "The doctor found:",
      fmt::format("{} wrong, {} that will be after a reboot, a failover or a migration, {}. "
                  "How to repair it: sudo hnvctl doctor.{}",
                  failures, bad - failures, since_html(snapshot_, report.unix_seconds), html));
}

void Page::add_bonds() {
  add("<div id=\"bonds\" tabindex=\"-1\">\n");
  std::size_t unfolded = 0;
  for (const BondOutline& bond : bonds_) {
    const bool few = bonds_.size() <= kUnfolded;
    const bool worth = bond.words.level == Level::failing || bond.words.level == Level::attention;
    const bool open = few || (worth && unfolded < kUnfolded);
    if (open) ++unfolded;
    out_ += bond_card(snapshot_, history_, bond, open);
  }
  add("</div>\n");
}

void Page::add_foot() {
  add("<footer>{} · {} · <a href=\"/-/healthy\">health</a> · <a href=\"/-/ready\">readiness</a> · "
      "<a "
      "href=\"{}\">API schema</a> · manual: hnv-exporter(8), hnv-watchdog(8), "
      "hnvctl(8)</footer>\n</body>\n</html>\n",
      time_element(snapshot_.taken_unix_seconds), escape_html(base::version_line("hnv-exporter")),
      kSchemaPath);
}

}  // namespace

std::string render_status_page(const Snapshot& snapshot, const ThroughputHistory& history,
                               const PageContext& context, bool live) {
  return Page(snapshot, history, context, live).render();
}

}  // namespace hnv::exporter
