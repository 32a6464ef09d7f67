// SPDX-License-Identifier: Apache-2.0
#include "prober/options.hpp"

#include <CLI/CLI.hpp>

#include "base/enum_option.hpp"
#include "base/exit_code.hpp"
#include "base/version.hpp"

namespace hnv::prober {

namespace {

constexpr const char* kDescription =
    "Asks through each slave of a bond whether anybody answers: carrier up, path dead.\n"
    "Probes the bonds that have `path` in the configuration, and publishes a verdict for each.\n"
    "Changes nothing. Needs CAP_NET_RAW at its start, and drops it.";

constexpr const char* kFooter =
    "Examples:\n"
    "  hnv-prober --check-config --config.file=/etc/hnv/hnv.yaml\n"
    "  hnv-prober --status.file=/tmp/path.json --log.level=debug     a look by hand\n"
    "  systemctl reload hnv-prober                  read the configuration again (SIGHUP)\n"
    "\n"
    "Exit codes: 0 stopped or checked, 1 failed, 2 wrong command line, 78 wrong configuration.";

}  // namespace

std::variant<Options, int> parse_options(int argc, const char* const* argv) {
  Options options;
  CLI::App app(kDescription, "hnv-prober");
  app.footer(kFooter);
  app.set_version_flag("--version", base::version_line("hnv-prober"));
  const auto add_path = [&app](const char* name, auto& value, const char* text) {
    app.add_option(name, value, text)->type_name("PATH")->capture_default_str();
  };
  add_path("--config.file", options.config_file,
           "configuration; the keys path of its bonds say what is asked");
  add_path("--status.file", options.status_file,
           "what is published for the other programs; its folder must exist");
  add_path("--path.sysfs", options.paths.sysfs, "where sysfs is mounted");
  add_path("--path.procfs", options.paths.procfs, "where procfs is mounted");
  add_path("--path.devicetree", options.paths.devicetree, "the firmware's device tree");
  base::add_enum_option(app, "--log.level", options.log_level, "least level that is logged");
  base::add_enum_option(app, "--log.format", options.log_format, "logfmt or json");
  app.add_flag("--check-config", options.check_config,
               "read the configuration, say what is wrong with it, and exit");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& end) {
    const bool answered = end.get_exit_code() == 0;
    app.exit(end);
    return answered ? base::kExitOk : base::kExitUsage;
  }
  return options;
}

}  // namespace hnv::prober
