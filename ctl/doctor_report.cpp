// SPDX-License-Identifier: Apache-2.0
#include "ctl/doctor_report.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/version.hpp"
#include "checks/doctor/doctor_file.hpp"
#include "hnv/pause_words.hpp"

namespace hnv::ctl {

namespace {

using checks::Check;
using checks::Severity;
using Json = nlohmann::ordered_json;

constexpr std::size_t kIndent = 12;
constexpr std::size_t kIdIndent = 16;

Style style_of(Severity severity) {
  switch (severity) {
    case Severity::fail:
      return Style::bad;
    case Severity::warn:
      return Style::warn;
    case Severity::ok:
      return Style::good;
    case Severity::info:
    case Severity::unknown:
      return Style::plain;
  }
  return Style::plain;
}

std::string upper(std::string_view word) {
  std::string text(word);
  for (char& letter : text) {
    if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
  }
  return text;
}

// Such a line must stay whole, to be pasted.
bool is_command(const std::string& fix) {
  constexpr auto kStarts = std::to_array<std::string_view>({"sudo ", "echo ", "dmesg "});
  return std::any_of(kStarts.begin(), kStarts.end(),
                     [&fix](std::string_view start) { return fix.rfind(start, 0) == 0; });
}

void add_row(Page& page, const std::string& name, const std::string& text) {
  if (!text.empty()) add_wrapped(page, {Span{"  " + name, Style::faint}}, kIndent, text);
}

void add_fix(Page& page, const std::string& fix) {
  if (!is_command(fix)) return add_row(page, "fix", fix);
  std::string name = "  fix";
  name.resize(kIndent, ' ');
  page.push_back({Span{name, Style::faint}, Span{fix, Style::strong}});
}

std::string why_text(const checks::Finding& finding, const Check& check) {
  if (finding.why.empty() || finding.why != check.statement) return finding.why;
  const bool implied = check.section == "implied";
  return finding.why + (implied ? "" : " (IBM, " + std::string(check.section) + ")");
}

void add_finding(Page& page, const checks::Finding& finding) {
  const Check& check = *checks::find_check(finding.id);
  page.push_back({Span{upper(base::name_of(finding.severity)), style_of(finding.severity)},
                  Span{"  "}, Span{std::string(finding.id), Style::strong},
                  Span{"  " + std::string(check.title) + ": " + finding.subject}});
  add_row(page, "seen", finding.seen);
  add_row(page, "why", why_text(finding, check));
  if (!finding.fix.empty()) add_fix(page, finding.fix);
  page.emplace_back();
}

std::string counted(std::size_t count, const char* one, const char* many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

Line verdict_line(const Diagnosis& diagnosis) {
  const std::size_t failures = count_of(diagnosis, Severity::fail);
  const std::size_t warnings = count_of(diagnosis, Severity::warn);
  const std::size_t unknown = count_of(diagnosis, Severity::unknown);
  std::string rest = counted(failures, "failure", "failures") + ", " +
                     counted(warnings, "warning", "warnings") + ", " + std::to_string(unknown) +
                     " not known, " + std::to_string(count_of(diagnosis, Severity::ok)) + " right";
  if (failures > 0) return {Span{"HNV IS NOT RIGHT", Style::bad}, Span{": " + rest}};
  if (warnings > 0) return {Span{"HNV NEEDS CARE", Style::warn}, Span{": " + rest}};
  if (unknown > 0) {
    return {Span{"NOTHING WRONG AMONG WHAT CAN BE SEEN", Style::plain}, Span{": " + rest}};
  }
  return {Span{"NOTHING WRONG", Style::good}, Span{": " + rest}};
}

void add_right_ones(Page& page, const Diagnosis& diagnosis) {
  bool any = false;
  for (const checks::Finding& finding : diagnosis.findings) {
    if (finding.severity != Severity::ok) continue;
    if (!any) page.push_back({Span{"Right", Style::strong}});
    any = true;
    add_wrapped(page, {Span{"  " + std::string(finding.id), Style::good}}, kIdIndent,
                finding.subject == checks::kPartition ? finding.seen
                                                      : finding.subject + ": " + finding.seen);
  }
  if (any) page.emplace_back();
}

void add_blind_spots(Page& page, const Diagnosis& diagnosis) {
  bool any = false;
  for (const Check* check : diagnosis.checks) {
    if (check->look.empty()) continue;
    if (!any) {
      page.push_back({Span{"Cannot be seen from inside the partition", Style::strong}});
    }
    any = true;
    const std::string statement =
        check->examine == nullptr ? std::string(check->statement) + " " : std::string();
    add_wrapped(page, {Span{"  " + std::string(check->id)}}, kIdIndent,
                statement + "Look at: " + std::string(check->look));
  }
}

Json text_or_null(std::string_view text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

Json finding_json(const checks::Finding& finding) {
  const Check& check = *checks::find_check(finding.id);
  return Json{{"id", finding.id},
              {"title", check.title},
              {"subject", finding.subject},
              {"severity", base::name_of(finding.severity)},
              {"seen", finding.seen},
              {"why", text_or_null(finding.why)},
              {"fix", text_or_null(finding.fix)}};
}

Span ready_span(std::optional<bool> ready) {
  if (!ready) return Span{"NOT KNOWN", Style::plain};
  return *ready ? Span{"READY", Style::good} : Span{"NOT READY", Style::bad};
}

// Each kind once, in the order of the vocabulary.
Json reasons_json(const checks::Readiness& readiness) {
  base::EnumArray<checks::ObstacleKind, bool> kinds;
  for (const checks::Obstacle& obstacle : readiness.obstacles) kinds[obstacle.kind] = true;
  kinds[checks::ObstacleKind::not_known] = !readiness.untold.empty();
  Json list = Json::array();
  for (const auto kind : base::all_values<checks::ObstacleKind>()) {
    if (kinds[kind]) list.push_back(base::name_of(kind));
  }
  return list;
}

Json texts_json(const std::vector<checks::Obstacle>& obstacles) {
  Json list = Json::array();
  for (const checks::Obstacle& obstacle : obstacles) list.push_back(obstacle.text);
  return list;
}

Json readiness_json(const std::vector<checks::Readiness>& readiness) {
  Json list = Json::array();
  for (const checks::Readiness& bond : readiness) {
    list.push_back(Json{{"name", bond.bond},
                        {"ready", bond.ready() ? Json(*bond.ready()) : Json(nullptr)},
                        {"reasons", reasons_json(bond)},
                        {"obstacles", texts_json(bond.obstacles)},
                        {"not_known", bond.untold}});
  }
  return list;
}

Json pauses_json(const std::vector<OperatorPause>& pauses, base::BootTime now) {
  Json list = Json::array();
  for (const OperatorPause& pause : pauses) {
    list.push_back(
        Json{{"bond", pause.bond},
             {"by", pause.by},
             {"reason", pause.reason},
             {"left_seconds", pause.until ? Json(base::to_seconds(*pause.until - now)) : Json()}});
  }
  return list;
}

// Names of files may hold any bytes.
std::string dump(const Json& object) {
  constexpr int kSpaces = 2;
  return object.dump(kSpaces, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

Diagnosis diagnose(const checks::Facts& facts, const std::vector<const Check*>& wanted,
                   double unix_now) {
  Diagnosis diagnosis;
  diagnosis.root = facts.root;
  diagnosis.unix_now = unix_now;
  diagnosis.checks = wanted;
  if (checks::is_elsewhere(facts)) {
    diagnosis.checks = {checks::find_check("D-PLAT")};
  } else if (wanted.empty()) {
    for (const Check& check : checks::all_checks()) diagnosis.checks.push_back(&check);
  }
  for (const Check* check : diagnosis.checks) {
    for (checks::Finding& finding : checks::examine(*check, facts)) {
      diagnosis.findings.push_back(std::move(finding));
    }
  }
  std::stable_sort(diagnosis.findings.begin(), diagnosis.findings.end(),
                   [](const checks::Finding& one, const checks::Finding& other) {
                     return one.severity > other.severity;
                   });
  diagnosis.readiness = checks::readiness_of(facts);
  return diagnosis;
}

std::size_t count_of(const Diagnosis& diagnosis, Severity severity) {
  return static_cast<std::size_t>(std::count_if(
      diagnosis.findings.begin(), diagnosis.findings.end(),
      [severity](const checks::Finding& finding) { return finding.severity == severity; }));
}

int exit_code(const Diagnosis& diagnosis) {
  if (count_of(diagnosis, Severity::fail) > 0) return kExitFailures;
  return count_of(diagnosis, Severity::warn) > 0 ? kExitWarnings : 0;
}

Page doctor_page(const Diagnosis& diagnosis) {
  Page page{verdict_line(diagnosis)};
  if (diagnosis.root != "/") page.push_back({Span{"Looked at the copy in " + diagnosis.root}});
  page.emplace_back();
  for (const checks::Finding& finding : diagnosis.findings) {
    if (finding.severity != Severity::ok) add_finding(page, finding);
  }
  add_right_ones(page, diagnosis);
  add_blind_spots(page, diagnosis);
  return page;
}

std::string doctor_json(const Diagnosis& diagnosis) {
  Json counts;
  for (const Severity severity : base::all_values<Severity>()) {
    counts[std::string(base::name_of(severity))] = count_of(diagnosis, severity);
  }
  Json findings = Json::array();
  for (const checks::Finding& finding : diagnosis.findings)
    findings.push_back(finding_json(finding));
  Json blind = Json::array();
  for (const Check* check : diagnosis.checks) {
    if (check->look.empty()) continue;
    blind.push_back(Json{{"id", check->id},
                         {"title", check->title},
                         {"statement", check->statement},
                         {"look", check->look}});
  }
  return dump(Json{{"schema", checks::kDoctorSchema},
                   {"version", base::version()},
                   {"unix_seconds", diagnosis.unix_now},
                   {"root", diagnosis.root},
                   {"exit_code", exit_code(diagnosis)},
                   {"counts", counts},
                   {"findings", findings},
                   {"not_seen", blind},
                   {"ready", readiness_json(diagnosis.readiness)}});
}

Page check_list() {
  Page page;
  for (const Check& check : checks::all_checks()) {
    Line head{Span{std::string(check.id), Style::strong}};
    const std::string title = check.examine == nullptr
                                  ? std::string(check.title) + " (cannot be seen from inside)"
                                  : std::string(check.title);
    add_wrapped(page, std::move(head), kIdIndent, title);
  }
  return page;
}

Page explanation_of(const Check& check) {
  Page page{{Span{std::string(check.id), Style::strong}, Span{"  " + std::string(check.title)}}};
  add_row(page, "says", std::string(check.statement));
  add_row(page, "where",
          check.section == "implied"
              ? "follows from how HNV works"
              : "IBM, Hybrid Network Virtualization: " + std::string(check.section));
  add_row(page, "not seen", std::string(check.look));
  return page;
}

Page ready_page(const std::vector<checks::Readiness>& readiness,
                const std::vector<OperatorPause>& pauses, base::BootTime now) {
  Page page;
  if (readiness.empty()) page.push_back({Span{"There is no HNV bond."}});
  for (const checks::Readiness& bond : readiness) {
    page.push_back({Span{bond.bond, Style::strong}, Span{"  "}, ready_span(bond.ready())});
    for (const checks::Obstacle& obstacle : bond.obstacles) {
      add_row(page, "because", obstacle.text);
    }
    for (const std::string& untold : bond.untold) add_row(page, "unknown", untold);
  }
  for (const OperatorPause& pause : pauses) {
    if (readiness.empty()) break;
    const std::string whose = pause.bond == OperatorPause::kAllBonds ? "" : pause.bond + ": ";
    add_wrapped(page, {Span{"paused", Style::warn}}, kIndent,
                whose + pause_words(pause, now) +
                    "; until then the watchdog does not bring the traffic back after a migration");
  }
  if (!readiness.empty()) add_wrapped(page, {}, 0, checks::untested(readiness), Style::faint);
  return page;
}

std::string ready_json(const std::vector<checks::Readiness>& readiness,
                       const std::vector<OperatorPause>& pauses, int code, base::BootTime now) {
  return dump(Json{{"schema", checks::kDoctorSchema},
                   {"version", base::version()},
                   {"exit_code", code},
                   {"bonds", readiness_json(readiness)},
                   {"pauses", pauses_json(pauses, now)}});
}

}  // namespace hnv::ctl
