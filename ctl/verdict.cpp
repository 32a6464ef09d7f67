// SPDX-License-Identifier: Apache-2.0
#include "ctl/verdict.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "base/exit_code.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/outlook.hpp"
#include "hnv/pause_words.hpp"
#include "hnv/restraint_words.hpp"

namespace hnv::ctl {

namespace {

const BondReport* find_report(const Picture& picture, const std::string& name) {
  const auto found =
      std::find_if(picture.bonds.begin(), picture.bonds.end(),
                   [&name](const BondReport& report) { return report.link.name == name; });
  return found != picture.bonds.end() ? &*found : nullptr;
}

WatchdogLife life_of(const PublishedStatus& published) {
  if (published.alive) return WatchdogLife::alive;
  return published.error ? WatchdogLife::not_known : WatchdogLife::gone;
}

bool is_active_backup(const BondReport& report) {
  return report.link.bond->mode.value_or(bond::BondMode::active_backup) ==
         bond::BondMode::active_backup;
}

Standing standing_of(const BondReport& report) {
  if (!report.managed) return Standing::unmanaged;
  if (!is_active_backup(report)) return Standing::wrong_mode;
  if (!report.finding.empty()) return Standing::roles_unknown;
  const SlaveReport* active = report.active();
  if (active == nullptr || !report.link.admin_up) return Standing::down;
  return active->role == Role::sriov ? Standing::on_sriov : Standing::off_sriov;
}

void take_counts(const Picture& picture, Verdict& verdict) {
  const auto& status = picture.published.status;
  if (!status) return;
  const BondStatus* counts = status->bond(verdict.bond);
  // A bond that was made anew under the same name is another one.
  if (counts == nullptr || counts->index != verdict.report->link.index) return;
  verdict.counts = counts;
  const SlaveReport* active = verdict.report->active();
  const std::string active_name = active != nullptr ? active->link.name : "";
  // The file is up to 200 ms behind the kernel; what it says about another picture is not repeated.
  if (!picture.published.alive || counts->active_device != active_name) return;
  verdict.watched = counts;
  double since = status->started_unix_seconds;
  if (counts->last_failover_unix_seconds) {
    since = *counts->last_failover_unix_seconds;
  } else {
    verdict.unmoved_or_longer = true;
  }
  const std::chrono::duration<double> unmoved(std::max(picture.unix_now - since, 0.0));
  verdict.unmoved_for = std::chrono::duration_cast<base::BootClock::duration>(unmoved);
}

constexpr const char* kReload = ": systemctl reload hnv-watchdog";

void note_other_config(const Picture& picture, Verdict& verdict) {
  if (verdict.watched == nullptr) return;
  const bool it_manages = verdict.watched->state != WatchState::unmanaged;
  const bool we_manage = verdict.standing == Standing::on_sriov ||
                         verdict.standing == Standing::off_sriov ||
                         verdict.standing == Standing::down;
  if (verdict.standing == Standing::unmanaged && it_manages) {
    verdict.findings.push_back(
        Finding{FindingKind::config_differs, "the watchdog looks after this bond, and by " +
                                                 picture.config_file + " it should not" + kReload});
  } else if (we_manage && !it_manages && bond::is_monitored(*verdict.report->link.bond)) {
    const bool is_named = picture.config.bond(verdict.bond) != nullptr;
    verdict.findings.push_back(Finding{
        FindingKind::config_differs,
        "the watchdog does not look after this bond, although " +
            (is_named ? picture.config_file + " names it" : "it is an HNV bond") + kReload});
  }
}

std::string held_back(const Picture& picture, const Verdict& verdict) {
  if (verdict.watched == nullptr) return {};
  return pause_words(*verdict.watched, picture.published.status->activity, picture.now);
}

// A setting that damping has changed is no mistake of anybody's.
void explain_reselect(const Picture& picture, Verdict& verdict) {
  if (verdict.counts == nullptr) return;
  const std::string changed =
      reselect_words(*verdict.counts, verdict.report->link.bond->primary_reselect);
  if (changed.empty()) return;
  const bool attended = picture.published.alive;
  for (Finding& finding : verdict.findings) {
    if (finding.kind != FindingKind::reselect_not_always) continue;
    finding.text = changed + (attended ? " because the SR-IOV slave loses its link too often, and "
                                         "puts it back by itself"
                                       : " and is not running to put it back");
  }
}

void explain_managed(const Picture& picture, Verdict& verdict) {
  if (verdict.standing != Standing::on_sriov && verdict.watched != nullptr &&
      verdict.watched->off_reason != OffReason::unknown) {
    verdict.reason = verdict.watched->off_reason;
  }
  const Mode mode = picture.published.status ? picture.published.status->mode : picture.config.mode;
  const Outlook outlook{*verdict.report,
                        picture.config.bond(verdict.bond),
                        life_of(picture.published),
                        verdict.watched,
                        verdict.counts,
                        mode,
                        verdict.reason,
                        held_back(picture, verdict),
                        picture.now};
  if (verdict.standing != Standing::on_sriov) verdict.why = why_off_sriov(outlook);
  verdict.next = next_step(outlook);
  verdict.by_hand = by_hand(outlook);
  verdict.findings = find_problems(*verdict.report);
  explain_reselect(picture, verdict);
}

void look_behind(const Picture& picture, Verdict& verdict) {
  if (!picture.paths) return;
  // A file of another boot is not taken over at all.
  verdict.path = path_view(&*picture.paths, picture.paths->boot_id, *verdict.report, picture.now);
  if (!verdict.path || !tells_of_dead_path(verdict.path->health.verdict)) return;
  // What brings the traffic to the SR-IOV slave would end it.
  if (verdict.path->health.verdict != PathVerdict::virtual_dead) verdict.by_hand.clear();
  verdict.findings.push_back(
      Finding{FindingKind::path_dead, path_words(verdict.path->health, *verdict.report)});
}

std::string why_unmanaged(const Picture& picture, const BondReport& report) {
  if (picture.config.bond(report.link.name) != nullptr) {
    return picture.config_file + " says to ignore it";
  }
  const bool is_marked =
      std::any_of(report.slaves.begin(), report.slaves.end(),
                  [](const SlaveReport& slave) { return slave.facts.hcn_id.has_value(); });
  return is_marked ? report.finding : "no HNV bond, and not in " + picture.config_file;
}

void explain(const Picture& picture, Verdict& verdict) {
  const BondReport& report = *verdict.report;
  switch (verdict.standing) {
    case Standing::unmanaged:
      verdict.why = why_unmanaged(picture, report);
      break;
    case Standing::wrong_mode:
      verdict.why = "HNV needs mode active-backup: in this one no single slave carries the traffic";
      break;
    case Standing::roles_unknown:
      verdict.why = report.finding;
      break;
    default:
      explain_managed(picture, verdict);
  }
  look_behind(picture, verdict);
  note_other_config(picture, verdict);
}

Verdict judge_one(const Picture& picture, const std::string& name) {
  Verdict verdict;
  verdict.bond = name;
  verdict.report = find_report(picture, name);
  if (verdict.report == nullptr) {
    verdict.standing = Standing::missing;
    verdict.why = picture.config.expects(name)
                      ? picture.config_file + " names it, and there is no such bond"
                      : "there is no such bond any more";
    return verdict;
  }
  verdict.standing = standing_of(*verdict.report);
  take_counts(picture, verdict);
  explain(picture, verdict);
  return verdict;
}

// What has to be read first at three in the morning.
int urgency(const Verdict& verdict) {
  switch (verdict.standing) {
    case Standing::down:
      return 0;
    case Standing::off_sriov:
      return verdict.is_path_lost() ? 0 : 1;
    case Standing::wrong_mode:
    case Standing::missing:
    case Standing::roles_unknown:
      return 2;
    case Standing::on_sriov:
      if (verdict.is_path_lost()) return 0;
      return verdict.findings.empty() ? 4 : 3;
    case Standing::unmanaged:
      return verdict.findings.empty() ? 5 : 3;
  }
  return 0;
}

}  // namespace

bool Verdict::is_good() const {
  return standing == Standing::on_sriov || standing == Standing::unmanaged;
}

bool Verdict::is_path_lost() const {
  return path && loses_traffic(path->health.verdict, *report);
}

bool Verdict::has_problem() const {
  return !is_good() || !findings.empty();
}

std::vector<Verdict> judge(const Picture& picture, const std::vector<std::string>& asked) {
  std::set<std::string> names(asked.begin(), asked.end());
  if (asked.empty()) {
    for (const BondReport& report : picture.bonds) names.insert(report.link.name);
    for (const BondConfig& bond : picture.config.bonds) {
      if (!bond.ignore) names.insert(bond.name);
    }
  }
  std::vector<Verdict> verdicts;
  verdicts.reserve(names.size());
  for (const std::string& name : names) verdicts.push_back(judge_one(picture, name));
  std::stable_sort(verdicts.begin(), verdicts.end(), [](const Verdict& left, const Verdict& right) {
    return urgency(left) < urgency(right);
  });
  return verdicts;
}

std::optional<std::string> unknown_bond(const Picture& picture,
                                        const std::vector<std::string>& asked) {
  for (const std::string& name : asked) {
    if (find_report(picture, name) != nullptr || picture.config.bond(name) != nullptr) continue;
    std::string list;
    for (const BondReport& report : picture.bonds) {
      list.append(list.empty() ? "" : ", ").append(report.link.name);
    }
    return "no bond '" + name + "'; " +
           (list.empty() ? std::string("there are no bonds") : "there are: " + list);
  }
  return std::nullopt;
}

int exit_code(const std::vector<Verdict>& verdicts) {
  const bool good = std::all_of(verdicts.begin(), verdicts.end(), [](const Verdict& verdict) {
    return verdict.is_good() && !verdict.is_path_lost();
  });
  return good ? base::kExitOk : kExitOffSriov;
}

}  // namespace hnv::ctl
