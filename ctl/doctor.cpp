// SPDX-License-Identifier: Apache-2.0
#include "ctl/doctor.hpp"

#include <algorithm>

#include "base/atomic_file.hpp"
#include "base/clock.hpp"
#include "base/exit_code.hpp"
#include "ctl/doctor_facts.hpp"
#include "ctl/doctor_report.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/look.hpp"
#include "ctl/terminal.hpp"
#include "hnv/paths.hpp"
#include "hnv/status.hpp"

namespace hnv::ctl {

namespace {

// Readiness of the bonds that were asked for; empty: one of them is no HNV bond.
std::optional<std::vector<checks::Readiness>> chosen(std::vector<checks::Readiness> all,
                                                     const std::vector<std::string>& names) {
  if (names.empty()) return all;
  std::vector<checks::Readiness> found;
  for (const std::string& name : names) {
    const auto bond =
        std::find_if(all.begin(), all.end(), [&name](const auto& one) { return one.bond == name; });
    if (bond == all.end()) {
      complain(name + ": no such HNV bond");
      return std::nullopt;
    }
    found.push_back(*bond);
  }
  return found;
}

// With nothing in the way but something not known, a script must not go on either.
int exit_code(const std::vector<checks::Readiness>& readiness) {
  const auto any = [&readiness](auto is) {
    return std::any_of(readiness.begin(), readiness.end(), is);
  };
  if (any([](const checks::Readiness& bond) { return bond.ready() == false; })) {
    return kExitOffSriov;
  }
  if (any([](const checks::Readiness& bond) { return !bond.ready().has_value(); }))
    return base::kExitFailure;
  return base::kExitOk;
}

int show(const Page& page) {
  return write_out(to_bytes(page, false)) ? base::kExitOk : base::kExitFailure;
}

bool colours(ColourChoice choice) {
  return wants_colour(choice, stdout_is_terminal(), environment_allows_colour());
}

// A copy of a partition has none: they are of one boot.
std::vector<OperatorPause> pauses_of(const ReadyOptions& options, base::BootTime now) {
  const Paths paths;
  if (options.root != "/") return {};
  return read_pauses(paths.pauses, read_boot_id(paths.procfs.native()), now);
}

}  // namespace

int run_doctor(const DoctorOptions& options) {
  if (options.list) return show(check_list());
  if (!options.explain.empty()) return show(explanation_of(*checks::find_check(options.explain)));
  std::vector<const checks::Check*> wanted;
  for (const std::string& id : options.checks) wanted.push_back(checks::find_check(id));
  const Diagnosis diagnosis = diagnose(collect_facts(options.root), wanted, base::unix_time());
  const std::string bytes = options.json
                                ? doctor_json(diagnosis)
                                : to_bytes(doctor_page(diagnosis), colours(options.colour));
  if (options.output.empty()) {
    return write_out(bytes) ? exit_code(diagnosis) : base::kExitFailure;
  }
  const auto written = base::replace_file(options.output, bytes);
  if (written) return base::kExitOk;
  complain(written.error().to_string());
  return base::kExitFailure;
}

int run_ready(const ReadyOptions& options) {
  const checks::Facts facts = collect_facts(options.root);
  if (!facts.bonds) {
    complain(facts.bonds.error().to_string());
    return base::kExitFailure;
  }
  const auto readiness = chosen(checks::readiness_of(facts), options.bonds);
  if (!readiness) return base::kExitUsage;
  const int code = exit_code(*readiness);
  const base::BootTime now = base::BootClock::now();
  const auto pauses = pauses_of(options, now);
  const std::string bytes =
      options.json ? ready_json(*readiness, pauses, code, now)
                   : to_bytes(ready_page(*readiness, pauses, now), colours(options.colour));
  return write_out(bytes) ? code : base::kExitFailure;
}

}  // namespace hnv::ctl
