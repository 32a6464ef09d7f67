// SPDX-License-Identifier: Apache-2.0
#include "ctl/check_report.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "ctl/headline.hpp"

namespace hnv::ctl {

namespace {

// A bar begins performance data, and a line end the next line.
std::string plain(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '|' || c < ' ' || c > '~'; }, '/');
  return text;
}

// Labels of performance data are quoted; a quote in them is doubled, and '=' may not be there.
std::string label(const std::string& bond, const char* what) {
  std::string text = "'";
  for (const char c : plain(bond + "_" + what)) {
    if (c == '\'') text += '\'';
    text += c == '=' ? '_' : c;
  }
  return text + "'";
}

// From good to bad as a plugin that looks at several things weighs them: a warning is more than
// not to know.
int weight(PluginState state) {
  switch (state) {
    case PluginState::ok:
      return 0;
    case PluginState::unknown:
      return 1;
    case PluginState::warning:
      return 2;
    case PluginState::critical:
      return 3;
  }
  return 1;
}

PluginState worse(PluginState left, PluginState right) {
  return weight(left) < weight(right) ? right : left;
}

struct Judged {
  PluginState state = PluginState::ok;
  std::string text;
};

bool is_off(const Verdict& verdict) {
  return verdict.standing == Standing::off_sriov;
}

// Empty: the traffic is off, and nobody knows since when.
std::optional<double> seconds_off(const Verdict& verdict) {
  if (!is_off(verdict)) return 0;
  if (!verdict.unmoved_for) return std::nullopt;
  return base::to_seconds(*verdict.unmoved_for);
}

PluginState state_by_time(const Verdict& verdict, const CheckOptions& options) {
  const auto off = seconds_off(verdict);
  // Without a watchdog nobody brings it back, and how long it has been so cannot be told.
  if (!off) return PluginState::warning;
  if (options.critical.is_crossed_by(*off)) return PluginState::critical;
  return options.warning.is_crossed_by(*off) ? PluginState::warning : PluginState::ok;
}

PluginState state_of(const Verdict& verdict, const CheckOptions& options) {
  if (verdict.is_path_lost()) return PluginState::critical;
  switch (verdict.standing) {
    case Standing::on_sriov:
      return verdict.findings.empty() ? PluginState::ok : PluginState::warning;
    case Standing::off_sriov:
      return worse(state_by_time(verdict, options),
                   verdict.findings.empty() || verdict.watched != nullptr ? PluginState::ok
                                                                          : PluginState::warning);
    case Standing::down:
    case Standing::wrong_mode:
    case Standing::missing:
      return PluginState::critical;
    case Standing::roles_unknown:
    case Standing::unmanaged:
      return PluginState::unknown;
  }
  return PluginState::unknown;
}

// A dead path is what nothing else shows.
const Finding* worst_of(const std::vector<Finding>& findings) {
  const auto path = std::find_if(findings.begin(), findings.end(), [](const Finding& finding) {
    return finding.kind == FindingKind::path_dead;
  });
  if (path != findings.end()) return &*path;
  return findings.empty() ? nullptr : &findings.front();
}

Judged judged(const Verdict& verdict, const CheckOptions& options) {
  Judged result{state_of(verdict, options), headline(verdict)};
  if (verdict.standing == Standing::unmanaged) result.text = "not managed: " + verdict.why;
  const bool tells_why = verdict.standing != Standing::unmanaged &&
                         verdict.standing != Standing::missing && !verdict.why.empty();
  if (tells_why) result.text += "; " + verdict.why;
  const Finding* worst = worst_of(verdict.findings);
  const bool tells_finding = verdict.standing == Standing::on_sriov || verdict.is_path_lost();
  if (tells_finding && worst != nullptr) result.text += "; " + worst->text;
  return result;
}

Judged watchdog_judged(const PublishedStatus& published) {
  if (published.alive) return {};
  if (published.error) {
    return {PluginState::unknown,
            "whether hnv-watchdog runs is not known: " + published.error->to_string()};
  }
  return {PluginState::warning, "hnv-watchdog is not running"};
}

std::string performance(const Verdict& verdict, const CheckOptions& options) {
  if (verdict.standing == Standing::unmanaged || verdict.report == nullptr) return {};
  std::string text = fmt::format("{}={};;;0;1", label(verdict.bond, "on_sriov"),
                                 verdict.standing == Standing::on_sriov ? 1 : 0);
  if (const auto off = seconds_off(verdict)) {
    text += fmt::format(" {}={:.0f}s;{};{};0", label(verdict.bond, "off_sriov"), *off,
                        options.warning.text, options.critical.text);
  }
  if (verdict.counts != nullptr) {
    text += fmt::format(" {}={}c", label(verdict.bond, "failovers"), failovers_of(*verdict.counts));
  }
  return text;
}

// Those that were asked for by name, and else those that are managed.
std::vector<const Verdict*> concerned(const std::vector<Verdict>& verdicts,
                                      const CheckOptions& options) {
  std::vector<const Verdict*> all;
  for (const Verdict& verdict : verdicts) {
    const bool is_asked = !options.bonds.empty() || verdict.standing != Standing::unmanaged;
    if (is_asked) all.push_back(&verdict);
  }
  return all;
}

std::string finished(PluginState state, const std::string& text) {
  return fmt::format("HNV {} - {}", base::name_of(state), text);
}

}  // namespace

CheckReport check_failure(const std::string& problem) {
  return {PluginState::unknown, finished(PluginState::unknown, plain(problem)) + "\n"};
}

CheckReport check_report(const Picture& picture, const std::vector<Verdict>& verdicts,
                         const CheckOptions& options) {
  const auto bonds = concerned(verdicts, options);
  if (bonds.empty()) return check_failure("no bond is managed");
  const Judged watchdog = watchdog_judged(picture.published);
  CheckReport report{watchdog.state, {}};
  std::string lines;
  std::string data;
  std::size_t good = 0;
  Judged worst;
  std::string worst_bond;
  for (const Verdict* verdict : bonds) {
    const Judged one = judged(*verdict, options);
    report.state = worse(report.state, one.state);
    good += one.state == PluginState::ok ? 1 : 0;
    if (worst_bond.empty() || weight(one.state) > weight(worst.state)) {
      worst = one;
      worst_bond = verdict->bond;
    }
    lines +=
        fmt::format("{} {}: {}\n", plain(verdict->bond), base::name_of(one.state), plain(one.text));
    const std::string numbers = performance(*verdict, options);
    if (!numbers.empty()) data += (data.empty() ? "" : " ") + numbers;
  }
  std::string first = good == bonds.size() && bonds.size() > 1
                          ? fmt::format("{} of {} bonds right", good, bonds.size())
                          : plain(worst_bond + ": " + worst.text);
  if (good != bonds.size() && bonds.size() > 1) {
    first = fmt::format("{} of {} bonds right; ", good, bonds.size()) + first;
  }
  if (!watchdog.text.empty()) first += "; " + plain(watchdog.text);
  report.text = finished(report.state, first) + (data.empty() ? "" : " | " + data) + "\n";
  if (bonds.size() > 1) report.text += lines;
  return report;
}

}  // namespace hnv::ctl
