// SPDX-License-Identifier: Apache-2.0
#include "watchdog/options.hpp"

#include <CLI/CLI.hpp>

#include "base/enum_option.hpp"
#include "base/exit_code.hpp"
#include "base/version.hpp"

namespace hnv::watchdog {

namespace {

constexpr const char* kDescription =
    "Keeps the SR-IOV slave of Hybrid Network Virtualization bonds primary.\n"
    "Follows every bond by rtnetlink and writes one thing, the bond's primary; more only where\n"
    "the configuration asks for damping or fast failover. Needs CAP_NET_ADMIN for that, and\n"
    "nothing to observe.";

constexpr const char* kFooter =
    "Examples:\n"
    "  hnv-watchdog --check-config --config.file=/etc/hnv/hnv.yaml\n"
    "  hnv-watchdog --dry-run --log.level=debug       what would it do? writes nothing\n"
    "  systemctl reload hnv-watchdog                  read the configuration again (SIGHUP)\n"
    "\n"
    "Exit codes: 0 stopped or checked, 1 failed, 2 wrong command line, 78 wrong configuration.";

}  // namespace

std::variant<Options, int> parse_options(int argc, const char* const* argv) {
  Options options;
  CLI::App app(kDescription, "hnv-watchdog");
  app.footer(kFooter);
  app.set_version_flag("--version", base::version_line("hnv-watchdog"));
  const auto add_path = [&app](const char* name, auto& value, const char* text) {
    app.add_option(name, value, text)->type_name("PATH")->capture_default_str();
  };
  add_path("--config.file", options.config_file, "configuration of bonds and mode");
  add_path("--status.file", options.status_file,
           "what is published for hnv-exporter and hnvctl; its folder must exist");
  add_path("--identity.file", options.identity_file,
           "where the partition ran last, kept for the next boot; its folder must exist");
  add_path("--prober.status-file", options.prober_status_file,
           "what hnv-prober says of paths; read where a bond has path: in the configuration");
  add_path("--path.hcnmgr-log", options.paths.hcnmgr_log, "the log that every hcnmgr appends to");
  add_path("--path.dlpar-lock", options.paths.dlpar_lock, "the lock that drmgr holds");
  add_path("--path.hook", options.paths.hook_notes, "the folder that drmgr's hook writes to");
  add_path("--path.pause", options.paths.pauses,
           "a file here named like a bond, or all, pauses writes");
  add_path("--path.sysfs", options.paths.sysfs, "where sysfs is mounted");
  add_path("--path.procfs", options.paths.procfs, "where procfs is mounted");
  add_path("--path.devicetree", options.paths.devicetree, "the firmware's device tree");
  base::add_enum_option(app, "--log.level", options.log_level, "least level that is logged");
  base::add_enum_option(app, "--log.format", options.log_format, "logfmt or json");
  app.add_flag("--check-config", options.check_config,
               "read the configuration, say what is wrong with it, and exit");
  app.add_flag("--dry-run", options.dry_run, "write nothing; log what would be written");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& end) {
    const bool answered = end.get_exit_code() == 0;
    app.exit(end);
    return answered ? base::kExitOk : base::kExitUsage;
  }
  return options;
}

}  // namespace hnv::watchdog
