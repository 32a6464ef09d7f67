// SPDX-License-Identifier: Apache-2.0
#include "exporter/status_page.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cmath>
#include <ctime>
#include <iterator>
#include <numeric>

#include "base/version.hpp"
#include "exporter/explanation.hpp"
#include "exporter/html.hpp"
#include "hnv/pause_words.hpp"
#include "hnv/restraint_words.hpp"

namespace hnv::exporter {

namespace {

using Level = Explanation::Level;

std::string time_element(double unix_seconds) {
  const std::tm utc = fmt::gmtime(static_cast<std::time_t>(std::floor(unix_seconds)));
  return fmt::format("<time datetime=\"{0:%Y-%m-%dT%H:%M:%SZ}\">{0:%Y-%m-%d %H:%M:%S} UTC</time>",
                     utc);
}

// "2025-01-02 03:04:05 UTC, 5 min 2 s ago"
std::string since(const Snapshot& snapshot, double unix_seconds) {
  const auto age = std::chrono::duration_cast<base::BootClock::duration>(
      std::chrono::duration<double>(snapshot.taken_unix_seconds - unix_seconds));
  return time_element(unix_seconds) + ", " + format_duration(age) + " ago";
}

std::string since(const Snapshot& snapshot, base::BootTime time) {
  return since(snapshot, snapshot.taken_unix_seconds - base::to_seconds(snapshot.taken - time));
}

std::string_view css_class(Level level) {
  switch (level) {
    case Level::good:
      return "good";
    case Level::attention:
      return "attention";
    case Level::failing:
      return "failing";
    case Level::neutral:
      break;
  }
  return "neutral";
}

// Never by colour alone.
std::string_view badge(Level level) {
  switch (level) {
    case Level::good:
      return "✓ good";
    case Level::attention:
      return "! attention";
    case Level::failing:
      return "✗ failing";
    case Level::neutral:
      break;
  }
  return "not managed";
}

std::string_view role_text(Role role) {
  switch (role) {
    case Role::sriov:
      return "SR-IOV";
    case Role::virtual_device:
      return "virtual";
    case Role::unknown:
      break;
  }
  return "unknown";
}

std::string link_text(const bond::Link& link) {
  if (!link.admin_up) return "taken down";
  if (link.slave->mii_status == bond::MiiStatus::up) return link.lower_up ? "up" : "losing carrier";
  return std::string(link.slave->mii_status ? base::name_of(*link.slave->mii_status) : "unknown");
}

std::string speed_text(const Snapshot& snapshot, const bond::Link& link) {
  const auto found = snapshot.speeds.find(link.index);
  if (found == snapshot.speeds.end()) return "–";
  constexpr double kBytesPerMegabit = 1e6 / 8;
  constexpr double kMegabitsPerGigabit = 1000;
  const double megabits = found->second / kBytesPerMegabit;
  return megabits < kMegabitsPerGigabit
             ? fmt::format("{:g} Mbit/s", megabits)
             : fmt::format("{:g} Gbit/s", megabits / kMegabitsPerGigabit);
}

class Page {
 public:
  Page(const Snapshot& snapshot, const PageContext& context)
      : snapshot_(snapshot), context_(context) {}

  std::string render();

 private:
  template <class... Values>
  void add(fmt::format_string<Values...> format, Values&&... values) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Values>(values)...);
  }
  void add_fact(std::string_view name, std::string_view html) {
    add("<dt>{}</dt><dd>{}</dd>\n", name, html);
  }

  void add_head();
  void add_problems();
  void add_watchdog();
  void add_bonds();
  void add_bond(const BondReport& bond);
  void add_slaves(const BondReport& bond);
  void add_facts(const BondReport& bond, const WatchdogView& watchdog);
  void add_account(const BondStatus& account);
  void add_migration();
  void add_foot();

  const Snapshot& snapshot_;
  const PageContext& context_;
  std::string out_;
};

std::string Page::render() {
  add_head();
  add_problems();
  add_watchdog();
  add_bonds();
  add_foot();
  return std::move(out_);
}

void Page::add_head() {
  const std::string host = escape_html(context_.host);
  add("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<title>HNV bonds of {}</title>\n<link rel=\"stylesheet\" href=\"{}\">\n</head>\n<body>\n"
      "<header>\n<h1>HNV bonds of {}</h1>\n<nav><a href=\"{}\">Metrics</a> ",
      host, kStylePath, host, escape_html(context_.telemetry_path));
  add("<a href=\"/\">Live (every {} s)</a> <a href=\"/?{}\">Still</a></nav>\n</header>\n<main>\n",
      kPageRefreshSeconds, kStillQuery);
}

void Page::add_problems() {
  for (const Source source : base::all_values<Source>()) {
    const auto& error = snapshot_.sources[source].error;
    if (!error) continue;
    add("<p class=\"notice failing\"><strong>✗ {} could not be read.</strong> {}</p>\n",
        base::name_of(source), escape_html(error->to_string()));
  }
}

void Page::add_watchdog() {
  const auto& status = snapshot_.watchdog.status;
  if (snapshot_.watchdog.alive && status) {
    add("<p class=\"notice good\"><strong>✓ The watchdog is running</strong> (mode {}, version "
        "{}).</p>\n",
        base::name_of(status->mode), escape_html(status->version));
  } else if (snapshot_.watchdog.alive) {
    add("<p class=\"notice attention\"><strong>! The watchdog is running</strong>, but there is no "
        "usable status of it.</p>\n");
  } else if (status) {
    add("<p class=\"notice failing\"><strong>✗ The watchdog is not running.</strong> Nobody "
        "repairs "
        "the bonds or counts failovers. Counts below are its last ones, of {}.</p>\n",
        since(snapshot_, status->written_unix_seconds));
  } else {
    add("<p class=\"notice attention\"><strong>! The watchdog is not running</strong> and has left "
        "no status since the partition was started. What the kernel says is below.</p>\n");
  }
}

void Page::add_bonds() {
  if (snapshot_.sources[Source::netlink].error) return;
  if (snapshot_.bonds.empty()) {
    add("<p class=\"notice neutral\">There is no bond on this partition.</p>\n");
  }
  for (const std::string& name : snapshot_.missing_bonds) {
    add("<p class=\"notice failing\"><strong>✗ {} is missing.</strong> The configuration names it, "
        "and there is no such bond.</p>\n",
        escape_html(name));
  }
  add_migration();
  for (const BondReport& bond : snapshot_.bonds) add_bond(bond);
}

void Page::add_migration() {
  if (!snapshot_.watchdog.alive || !snapshot_.watchdog.status) return;
  const LpmStatus& lpm = snapshot_.watchdog.status->lpm;
  if (!lpm.window_since) return;
  const std::string elapsed = format_duration(snapshot_.taken - *lpm.window_since);
  add("<p class=\"notice attention\"><strong>Migration:</strong> {}.</p>\n",
      escape_html(lpm_words(lpm, elapsed)));
}

void Page::add_bond(const BondReport& bond) {
  WatchdogView watchdog{nullptr, snapshot_.watchdog.alive};
  if (const auto& status = snapshot_.watchdog.status) {
    watchdog.account = status->bond(bond.link.name);
    watchdog.activity = &status->activity;
  }
  const Explanation words = explain(bond, watchdog, snapshot_.taken);
  add("<article class=\"{}\">\n<h2>{} <span class=\"badge\">{}</span></h2>\n",
      css_class(words.level), escape_html(bond.link.name), badge(words.level));
  add("<p class=\"verdict\">{}</p>\n", escape_html(words.verdict));
  if (!words.reason.empty() || !words.outlook.empty()) {
    const bool both = !words.reason.empty() && !words.outlook.empty();
    add("<p>{}{}{}</p>\n", escape_html(words.reason), both ? " " : "", escape_html(words.outlook));
  }
  for (const SlaveReport& slave : bond.slaves) {
    if (!has_mac_conflict(bond.link, slave.link)) continue;
    add("<p class=\"warning\"><strong>MAC conflict:</strong> {} is not active but has the bond's "
        "own address {}; the switch sees it on two ports.</p>\n",
        escape_html(slave.link.name), slave.link.address->to_string());
  }
  add_slaves(bond);
  add_facts(bond, watchdog);
  add("</article>\n");
}

void Page::add_slaves(const BondReport& bond) {
  if (bond.slaves.empty()) return;
  add("<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"Devices of {}\"><table>\n"
      "<thead><tr><th scope=\"col\">Device</th><th scope=\"col\">Role</th><th "
      "scope=\"col\">Link</th>"
      "<th scope=\"col\">Traffic</th><th scope=\"col\">Primary</th><th "
      "scope=\"col\">Speed</th></tr>"
      "</thead>\n<tbody>\n",
      escape_html(bond.link.name));
  for (const SlaveReport& slave : bond.slaves) {
    add("<tr{}><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td>"
        "</tr>\n",
        slave.active ? " class=\"active\"" : "", escape_html(slave.link.name),
        role_text(slave.role), link_text(slave.link), slave.active ? "here" : "–",
        slave.primary ? "yes" : "–", speed_text(snapshot_, slave.link));
  }
  add("</tbody>\n</table></div>\n");
}

void Page::add_facts(const BondReport& bond, const WatchdogView& watchdog) {
  const bond::BondInfo& info = *bond.link.bond;
  add("<dl>\n");
  if (watchdog.account != nullptr) add_account(*watchdog.account);
  const SlaveReport* primary = bond.primary();
  add_fact("Primary", primary != nullptr ? escape_html(primary->link.name) : "none");
  if (watchdog.account != nullptr) {
    const std::string changed = reselect_words(*watchdog.account, info.primary_reselect);
    if (!changed.empty()) add_fact("primary_reselect", escape_html(changed));
  }
  add_fact("Mode", info.mode ? base::name_of(*info.mode) : "unknown");
  if (info.miimon) add_fact("Link check (miimon)", fmt::format("{} ms", info.miimon->count()));
  if (info.fail_over_mac) add_fact("fail_over_mac", base::name_of(*info.fail_over_mac));
  if (bond.link.carrier_down_count) {
    add_fact("Total outages", std::to_string(*bond.link.carrier_down_count));
  }
  add("</dl>\n");
}

void Page::add_account(const BondStatus& account) {
  const bool up = snapshot_.watchdog.alive;
  add_fact(up ? "Watchdog" : "Watchdog (last word)",
           fmt::format("{} – {}, since {}", base::name_of(account.state), describe(account.state),
                       since(snapshot_, account.state_since)));
  if (up && account.off_reason) {
    add_fact("Off SR-IOV since", since(snapshot_, account.off_since));
  }
  const std::string held = pause_words(account, snapshot_.watchdog.status->activity);
  if (up && !held.empty()) add_fact("Paused", escape_html(held));
  if (!account.finding.empty()) add_fact("Finding", escape_html(account.finding));
  std::uint64_t failovers = 0;
  for (const auto direction : base::all_values<FailoverDirection>()) {
    for (const auto cause : base::all_values<FailoverCause>()) {
      failovers += account.failovers[direction][cause];
    }
  }
  add_fact("Failovers since boot", std::to_string(failovers));
  if (account.fast_failovers != 0) {
    add_fact("Fast failovers since boot", std::to_string(account.fast_failovers));
  }
  if (account.last_failover_unix_seconds) {
    add_fact("Last failover", since(snapshot_, *account.last_failover_unix_seconds));
  }
}

void Page::add_foot() {
  add("</main>\n<footer>{} · {} · <a href=\"/-/healthy\">health</a> · <a "
      "href=\"/-/ready\">readiness</a></footer>\n</body>\n</html>\n",
      time_element(snapshot_.taken_unix_seconds), escape_html(base::version_line("hnv-exporter")));
}

}  // namespace

std::string render_status_page(const Snapshot& snapshot, const PageContext& context) {
  return Page(snapshot, context).render();
}

std::string_view status_page_style() {
  return R"(:root {
  --page: #f6f7f9; --card: #fff; --text: #1b1f24; --dim: #57606a; --line: #d5d9de; --link: #0b57d0;
  --good: #1a6b31; --attention: #8a5300; --failing: #b3261e; --neutral: #57606a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171a; --card: #1d2125; --text: #e4e7ea; --dim: #a2abb4; --line: #3a4148; --link: #8ab4f8;
    --good: #6fcf87; --attention: #f0b45a; --failing: #ff8a80; --neutral: #a2abb4;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 60rem; padding: 1rem; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: break-word;
}
header { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; align-items: baseline; }
h1 { font-size: 1.4rem; margin: 0; flex: 1 1 auto; }
h2 { font-size: 1.15rem; margin: 0 0 .5rem; display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; }
a { color: var(--link); }
nav a { margin-right: 1rem; }
a:focus-visible, .scroll:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.notice, article {
  background: var(--card); border: 1px solid var(--line); border-left: .4rem solid var(--neutral);
  border-radius: .4rem; padding: .75rem 1rem; margin: 1rem 0;
}
.good { border-left-color: var(--good); }
.attention { border-left-color: var(--attention); }
.failing { border-left-color: var(--failing); }
.badge {
  font-size: .85rem; font-weight: 600; padding: 0 .6rem; border: 1px solid currentColor; border-radius: 1rem;
  color: var(--neutral);
}
.good .badge, .notice.good strong { color: var(--good); }
.attention .badge, .notice.attention strong { color: var(--attention); }
.failing .badge, .notice.failing strong { color: var(--failing); }
.warning strong { color: var(--failing); }
.verdict { font-weight: 600; margin: 0; }
article p { margin: .25rem 0; }
.scroll { overflow-x: auto; margin: .75rem 0; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
thead th { color: var(--dim); font-weight: 400; font-size: .9rem; }
tbody th { font-weight: 400; font-family: ui-monospace, monospace; }
tr.active th, tr.active td { font-weight: 700; }
dl { display: grid; grid-template-columns: minmax(8rem, max-content) 1fr; gap: .2rem 1rem; margin: .75rem 0 0; }
dt { color: var(--dim); }
dd { margin: 0; }
footer { color: var(--dim); font-size: .9rem; }
@media (max-width: 32rem) {
  table { font-size: .875rem; }
  th, td { padding-right: .5rem; }
  dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin-bottom: .5rem; }
}
)";
}

}  // namespace hnv::exporter
