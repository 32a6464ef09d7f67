// SPDX-License-Identifier: Apache-2.0
#include "ctl/doctor_options.hpp"

#include "checks/doctor/check.hpp"
#include "ctl/colour_flag.hpp"

namespace hnv::ctl {

namespace {

constexpr const char* kDoctorDescription = "Says what is wrong, and how to repair it";

constexpr const char* kDoctorFooter =
    R"(Compares this partition with what IBM asks of one with HNV: firmware,
packages, services, pairs of devices, bonds, stored profiles, limits and known
issues. Each finding says what was seen, why it matters, and what repairs it.
Nothing is changed. What only root may read is said to be unknown to others.

Examples:
  sudo hnvctl doctor
      All checks.
  hnvctl doctor --root=sosreport-lpar7-2026-11-27
      The same for an extracted sosreport, on any machine.
  hnvctl doctor --check=D-PRIMARY --check=D-MAC
      Two of them; --list names all, --explain says what one is about.
  hnvctl doctor --json | jq -r '.findings[] | select(.fix) | .fix'
      For scripts. hnvctl(8) describes the object.

Exit codes: 0 no warning and no failure; 1 some warning; 2 some failure, or
wrong command line. With --output: 0 written, 1 not written.)";

constexpr const char* kReadyDescription = "Says whether it can be migrated now";

constexpr const char* kReadyFooter =
    R"(For each HNV bond, and each pair without one: whether its virtual device could
carry the traffic alone, hcnmgr could release the SR-IOV port, the HMC can be
heard, and nothing is in the way. Nothing is changed. The path through the VIOS
and the HMC's own validation cannot be tested from inside.

Examples:
  sudo hnvctl ready && echo "migrate"
  sudo hnvctl ready bond191554c8 --json

Exit codes: 0 ready, or there is no HNV; 1 something could not be found out;
2 wrong command line, or no such HNV bond; 3 some bond is not ready.)";

std::string check_name_of_check(const std::string& id) {
  return checks::find_check(id) != nullptr ? std::string()
                                           : "'" + id + "'; hnvctl doctor --list names the checks";
}

template <class O>
void add_common(CLI::App& command, O& options) {
  command.add_flag("--json", options.json, "print a JSON object");
  command.add_option("--root", options.root, "the tree to look at: a copy, a sosreport")
      ->type_name("PATH")
      ->check(CLI::ExistingDirectory)
      ->capture_default_str();
  add_colour_flag(command, options.colour);
}

}  // namespace

CLI::App& add_doctor(CLI::App& app, DoctorOptions& options) {
  CLI::App& command = *app.add_subcommand("doctor", kDoctorDescription);
  command.footer(kDoctorFooter);
  add_common(command, options);
  command.add_option("--check", options.checks, "only this check; more than once for more")
      ->type_name("ID")
      ->check(check_name_of_check);
  command.add_option("--explain", options.explain, "say what a check is about")
      ->type_name("ID")
      ->check(check_name_of_check);
  command.add_flag("--list", options.list, "list all checks");
  command.add_option("--output", options.output, "write to this file, replaced as one")
      ->type_name("PATH");
  return command;
}

CLI::App& add_ready(CLI::App& app, ReadyOptions& options) {
  CLI::App& command = *app.add_subcommand("ready", kReadyDescription);
  command.footer(kReadyFooter);
  command.add_option("BOND", options.bonds, "only these bonds")->type_name("");
  add_common(command, options);
  return command;
}

}  // namespace hnv::ctl
