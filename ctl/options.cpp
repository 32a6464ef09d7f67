// SPDX-License-Identifier: Apache-2.0
#include "ctl/options.hpp"

#include <CLI/CLI.hpp>
#include <cmath>
#include <memory>
#include <sstream>

#include "base/exit_code.hpp"
#include "base/version.hpp"
#include "ctl/exit_code.hpp"

namespace hnv::ctl {

namespace {

constexpr const char* kDescription =
    "Looks at Hybrid Network Virtualization bonds. Needs no privilege.";

constexpr const char* kFooter = R"(Examples:
  hnvctl status                  which slave carries the traffic, should it,
                                 why not
  hnvctl status --watch          the same, again and again
  hnvctl status --help           everything about it

Exit codes: 0 done, 1 could not find out, 2 wrong command line, 78 wrong
configuration; each command adds its own.)";

constexpr const char* kStatusDescription = "Shows which slave carries the traffic, and why";

constexpr const char* kStatusFooter =
    R"(Shows for each bond which slave carries the traffic, whether it is the SR-IOV
one, and if not, why and what happens next. Works from the kernel alone when no
watchdog runs.

Examples:
  hnvctl status
      All bonds; those with a problem come first.
  hnvctl status bond191554c8 -v
      One bond, with its settings, counts and addresses.
  hnvctl status --watch=5
      Look again every 5 seconds until Ctrl-C. Without =SECONDS: every second.
  hnvctl status --json | jq -r '.bonds[] | select(.good | not) | .name'
      For scripts: the bonds that need care. hnvctl(8) describes the object.
  hnvctl status >/dev/null || echo "look at the bonds"

Exit codes: 0 every managed bond has its traffic on the SR-IOV slave, or none is
managed; 1 could not find out; 2 wrong command line, or a bond that does not
exist; 3 some managed bond's traffic is not on the SR-IOV slave, or it is not
known which slave that is; 78 wrong configuration. Managed are HNV bonds and
those that the configuration names.)";

constexpr const char* kWatchFlag = "--watch{1}";
constexpr double kShortestWatch = 0.1;
constexpr double kLongestWatch = 3600;

std::optional<std::chrono::milliseconds> parse_seconds(const std::string& text) {
  std::istringstream stream(text);
  stream.imbue(std::locale::classic());
  double seconds = 0;
  if (!(stream >> seconds) || !stream.eof()) return std::nullopt;
  if (!(seconds >= kShortestWatch && seconds <= kLongestWatch)) return std::nullopt;
  constexpr double kMillisecondsPerSecond = 1000;
  return std::chrono::milliseconds(std::llround(seconds * kMillisecondsPerSecond));
}

// The library shows the value that a flag has without one in its own way.
class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_option_name(const CLI::Option* option, bool is_positional) const override {
    std::string name = CLI::Formatter::make_option_name(option, is_positional);
    return name == kWatchFlag ? "--watch[=SECONDS]" : name;
  }
};

void add_bond_flags(CLI::App& command, StatusOptions& options, std::string& watch) {
  command.add_option("BOND", options.bonds, "only these bonds")->type_name("");
  command.add_flag("--json", options.json, "print a JSON object; with --watch one a line");
  command.add_flag(kWatchFlag, watch, "look again every second, or as often as named")
      ->check([](const std::string& text) {
        return parse_seconds(text) ? std::string()
                                   : "'" + text + "'; allowed: seconds from 0.1 to 3600";
      });
  command.add_flag("-v,--verbose", options.verbose, "also devices, settings, counts and addresses");
}

void add_file_flags(CLI::App& command, StatusOptions& options) {
  const auto add_path = [&command](const char* name, auto& value, const char* text) {
    command.add_option(name, value, text)->type_name("PATH")->capture_default_str();
  };
  add_path("--config.file", options.config_file, "bonds and roles");
  add_path("--watchdog.status-file", options.status_file, "what the watchdog publishes");
  add_path("--path.sysfs", options.paths.sysfs, "where sysfs is mounted");
  add_path("--path.procfs", options.paths.procfs, "where procfs is mounted");
  add_path("--path.devicetree", options.paths.devicetree, "the firmware's device tree");
}

void add_colour_flag(CLI::App& command, StatusOptions& options) {
  command
      .add_option_function<std::string>(
          "--color",
          [&options](const std::string& word) {
            options.colour = *base::value_of<ColourChoice>(word);
          },
          "auto (a terminal, NO_COLOR unset), always, never")
      ->check([](const std::string& word) {
        return base::value_of<ColourChoice>(word)
                   ? std::string()
                   : "'" + word + "'; allowed: " + base::list_of_names<ColourChoice>();
      })
      ->type_name("WORD")
      ->default_str(std::string(base::name_of(options.colour)));
}

}  // namespace

std::variant<StatusOptions, EarlyExit> parse_options(int argc, const char* const* argv) {
  StatusOptions options;
  std::string watch;
  CLI::App app(kDescription, "hnvctl");
  app.formatter(std::make_shared<HelpFormatter>());
  app.footer(kFooter);
  app.set_version_flag("--version", base::version_line("hnvctl"));
  app.require_subcommand(1);
  CLI::App& status = *app.add_subcommand("status", kStatusDescription);
  status.footer(kStatusFooter);
  add_bond_flags(status, options, watch);
  add_colour_flag(status, options);
  add_file_flags(status, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& end) {
    std::ostringstream out;
    std::ostringstream err;
    const bool answered = app.exit(end, out, err) == 0;
    return EarlyExit{answered ? base::kExitOk : base::kExitUsage, answered ? out.str() : err.str()};
  }
  options.config_file_named = status.get_option("--config.file")->count() > 0;
  if (!watch.empty()) options.watch = parse_seconds(watch);
  return options;
}

}  // namespace hnv::ctl
