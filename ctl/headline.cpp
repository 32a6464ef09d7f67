// SPDX-License-Identifier: Apache-2.0
#include "ctl/headline.hpp"

namespace hnv::ctl {

namespace {

// "env3 (virtual)"
std::string describe(const SlaveReport& slave) {
  return slave.link.name + " (" + std::string(base::name_of(slave.role)) + ")";
}

std::string place_of_traffic(const BondReport& report) {
  const SlaveReport* active = report.active();
  if (active != nullptr) return "the traffic is on " + active->link.name;
  if (report.link.bond->mode == bond::BondMode::active_backup)
    return "no slave carries the traffic";
  return "mode " + std::string(base::name_of(report.link.bond->mode.value_or(bond::BondMode{})));
}

std::string duration_of(const Verdict& verdict) {
  if (!verdict.unmoved_for) return {};
  return " for " + age_text(*verdict.unmoved_for) + (verdict.unmoved_or_longer ? " or longer" : "");
}

}  // namespace

Label label_of(const Verdict& verdict) {
  switch (verdict.standing) {
    case Standing::on_sriov:
      if (verdict.is_path_lost()) return Label{"NOT OK", Style::bad};
      return verdict.findings.empty() ? Label{"OK", Style::good} : Label{"WARNING", Style::warn};
    case Standing::off_sriov:
    case Standing::wrong_mode:
      return Label{"NOT OK", Style::bad};
    case Standing::down:
      return Label{"DOWN", Style::bad};
    case Standing::missing:
      return Label{"MISSING", Style::bad};
    case Standing::roles_unknown:
      return Label{"UNKNOWN", Style::warn};
    case Standing::unmanaged:
      return Label{"not managed", Style::faint};
  }
  return {};
}

std::string headline(const Verdict& verdict) {
  if (verdict.standing == Standing::missing) return verdict.why;
  const BondReport& report = *verdict.report;
  switch (verdict.standing) {
    case Standing::on_sriov:
      return "the traffic is on " + describe(*report.active()) + duration_of(verdict);
    case Standing::off_sriov: {
      const SlaveReport* sriov = report.sriov();
      return "the traffic is on " + describe(*report.active()) + duration_of(verdict) +
             ", not on " + (sriov != nullptr ? describe(*sriov) : "an SR-IOV slave");
    }
    case Standing::down:
      if (!report.link.admin_up) return "the bond is down";
      return "no slave carries the traffic" + duration_of(verdict);
    case Standing::roles_unknown:
      return "which slave is the SR-IOV one is not known; " + place_of_traffic(report);
    default:
      return place_of_traffic(report);
  }
}

}  // namespace hnv::ctl
