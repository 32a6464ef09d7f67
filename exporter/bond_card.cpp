// SPDX-License-Identifier: Apache-2.0
#include "exporter/bond_card.hpp"

#include <fmt/format.h>

#include <iterator>

#include "exporter/bond_picture.hpp"
#include "exporter/failover_list.hpp"
#include "exporter/html.hpp"
#include "exporter/page_words.hpp"
#include "exporter/throughput_chart.hpp"
#include "hnv/pause_words.hpp"
#include "hnv/restraint_words.hpp"

namespace hnv::exporter {

namespace {

class Card {
 public:
  Card(const Snapshot& snapshot, const ThroughputHistory& history, const BondOutline& outline)
      : snapshot_(snapshot),
        history_(history),
        bond_(*outline.bond),
        outline_(outline),
        watchdog_(outline.watchdog),
        words_(outline.words) {}

  std::string render(bool open);

 private:
  template <class... Values>
  void add(fmt::format_string<Values...> format, Values&&... values) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Values>(values)...);
  }
  void add_fact(std::string_view name, std::string_view html) {
    add("<dt>{}</dt><dd>{}</dd>\n", name, html);
  }

  void add_summary(bool open);
  void add_verdict();
  void add_slaves();
  void add_slave(const SlaveReport& slave);
  void add_facts();
  void add_account(const BondStatus& account);
  void add_failover_facts(const BondStatus& account);

  const Snapshot& snapshot_;
  const ThroughputHistory& history_;
  const BondReport& bond_;
  const BondOutline& outline_;
  const WatchdogView& watchdog_;
  const Explanation& words_;
  std::string out_;
};

std::string Card::render(bool open) {
  add_summary(open);
  add_verdict();
  add("<div class=\"sight\">\n{}{}</div>\n", bond_picture(snapshot_, outline_),
      throughput_charts(bond_, history_));
  out_ += failover_list(snapshot_, bond_);
  add_slaves();
  add_facts();
  add("</details>\n</article>\n");
  return std::move(out_);
}

void Card::add_summary(bool open) {
  const SlaveReport* active = bond_.active();
  const std::string carrier =
      active == nullptr
          ? "no traffic"
          : fmt::format("{} ({})", escape_html(active->link.name), role_text(active->role));
  add("<article id=\"bond-{0}\" class=\"{1}\" aria-labelledby=\"bond-{0}-name\">\n<details{2}>\n"
      "<summary><h2 id=\"bond-{0}-name\">{3}</h2> <span class=\"badge\">{4}</span> <span "
      "class=\"carrier\">{5}</span></summary>\n",
      bond_.link.index.value, base::name_of(words_.level), open ? " open" : "",
      escape_html(bond_.link.name), badge(words_.level), carrier);
}

void Card::add_verdict() {
  add("<p class=\"verdict\">{}</p>\n", escape_html(words_.verdict));
  if (!words_.reason.empty() || !words_.outlook.empty()) {
    const bool both = !words_.reason.empty() && !words_.outlook.empty();
    add("<p>{}{}{}</p>\n", escape_html(words_.reason), both ? " " : "",
        escape_html(words_.outlook));
  }
  if (has_dead_path(outline_)) {
    add("<p class=\"warning\"><strong>Path dead:</strong> {}.</p>\n",
        escape_html(path_words(outline_.path->health, bond_)));
  }
  for (const SlaveReport& slave : bond_.slaves) {
    if (!has_mac_conflict(bond_.link, slave.link)) continue;
    add("<p class=\"warning\"><strong>MAC conflict:</strong> {} is not active but has the bond's "
        "own address {}; the switch sees it on two ports.</p>\n",
        escape_html(slave.link.name), slave.link.address->to_string());
  }
}

void Card::add_slaves() {
  if (bond_.slaves.empty()) return;
  add("<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"Devices of {}\"><table>\n"
      "<thead><tr><th scope=\"col\">Device</th><th scope=\"col\">Role</th><th "
      "scope=\"col\">Link</th><th scope=\"col\">Traffic</th><th scope=\"col\">Primary</th><th "
      "scope=\"col\">Speed</th></tr></thead>\n<tbody>\n",
      escape_html(bond_.link.name));
  for (const SlaveReport& slave : bond_.slaves) add_slave(slave);
  add("</tbody>\n</table></div>\n");
}

void Card::add_slave(const SlaveReport& slave) {
  const auto speed = snapshot_.speeds.find(slave.link.index);
  const std::string path = outline_.path ? path_words(*outline_.path, slave) : std::string();
  const std::string link =
      link_text(slave.link) +
      (path.empty() ? "" : "; <span class=\"path\">path: " + escape_html(path) + "</span>");
  add("<tr{}><th "
      "scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
      slave.active ? " class=\"active\"" : "", escape_html(slave.link.name), role_text(slave.role),
      link, slave.active ? "here" : "–", slave.primary ? "yes" : "–",
      speed != snapshot_.speeds.end() ? speed_text(speed->second) : "–");
}

void Card::add_facts() {
  const bond::BondInfo& info = *bond_.link.bond;
  add("<dl>\n");
  if (watchdog_.account != nullptr) add_account(*watchdog_.account);
  if (outline_.path) add_fact("Path", escape_html(path_words(outline_.path->health, bond_)));
  const SlaveReport* primary = bond_.primary();
  add_fact("Primary", primary != nullptr ? escape_html(primary->link.name) : "none");
  if (watchdog_.account != nullptr) {
    const std::string changed = reselect_words(*watchdog_.account, info.primary_reselect);
    if (!changed.empty()) add_fact("primary_reselect", escape_html(changed));
  }
  add_fact("Mode", info.mode ? base::name_of(*info.mode) : "unknown");
  if (info.miimon) add_fact("Link check (miimon)", fmt::format("{} ms", info.miimon->count()));
  if (info.fail_over_mac) add_fact("fail_over_mac", base::name_of(*info.fail_over_mac));
  if (bond_.link.carrier_down_count) {
    add_fact("Total outages", std::to_string(*bond_.link.carrier_down_count));
  }
  add("</dl>\n");
}

void Card::add_account(const BondStatus& account) {
  const bool up = snapshot_.watchdog.alive;
  add_fact(up ? "Watchdog" : "Watchdog (last word)",
           fmt::format("{} – {}, since {}", base::name_of(account.state), describe(account.state),
                       since_html(snapshot_, account.state_since)));
  if (up && account.waits_until && *account.waits_until > snapshot_.taken) {
    add_fact("Looks again", "in " + format_duration(*account.waits_until - snapshot_.taken));
  }
  if (up && account.off_reason) {
    add_fact("Off SR-IOV since", since_html(snapshot_, account.off_since));
  }
  const std::string held =
      pause_words(account, snapshot_.watchdog.status->activity, snapshot_.taken);
  if (up && !held.empty()) add_fact("Paused", escape_html(held));
  if (!account.finding.empty()) add_fact("Finding", escape_html(account.finding));
  add_failover_facts(account);
}

void Card::add_failover_facts(const BondStatus& account) {
  add_fact("Failovers since boot", std::to_string(failovers_of(account)));
  if (account.fast_failovers != 0) {
    add_fact("Fast failovers since boot", std::to_string(account.fast_failovers));
  }
  if (account.last_failover_unix_seconds) {
    add_fact("Last failover", since_html(snapshot_, *account.last_failover_unix_seconds));
  }
}

}  // namespace

std::string bond_card(const Snapshot& snapshot, const ThroughputHistory& history,
                      const BondOutline& outline, bool open) {
  return Card(snapshot, history, outline).render(open);
}

}  // namespace hnv::exporter
