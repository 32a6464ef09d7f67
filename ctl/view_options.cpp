// SPDX-License-Identifier: Apache-2.0
#include "ctl/view_options.hpp"

#include "ctl/colour_flag.hpp"
#include "ctl/option_groups.hpp"
#include "hnv/yaml_reader.hpp"

namespace hnv::ctl {

namespace {

constexpr const char* kCheckDescription = "Is a plugin for Nagios, Icinga and Checkmk";

constexpr const char* kCheckFooter =
    R"(One line with the worst, performance data, and a line for each bond where there
are several. CRITICAL: no slave carries a bond's traffic, nothing answers behind
the one that does, the bond is missing or its mode is wrong, or the traffic has
been off the SR-IOV slave for longer than -c. WARNING: for longer than -w, or
something would go wrong at the next failure, or no watchdog runs. UNKNOWN: it
cannot be told, or no bond is managed.

A RANGE is one of monitoring plugins: 60 is above 60 s, and @60:600 is within.

Examples:
  hnvctl check
  hnvctl check --bond=bond191554c8 -w 0 -c 3600

Exit codes: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN, also for a wrong command
line, a bond that does not exist, and a wrong configuration.)";

constexpr const char* kExplainDescription = "Says why the watchdog does what it does";

constexpr const char* kExplainFooter =
    R"(In sentences: what the watchdog is doing about the bond and by which rule, what
it waits for and until when, what would change that, and what you can do. Needs
no privilege.

Examples:
  hnvctl explain-state bond191554c8

Exit codes: 0 explained, whatever the state is; 1 could not find out; 2 wrong
command line, or a bond that does not exist; 78 wrong configuration.)";

constexpr const char* kWatchDescription = "Shows everything on one screen, live";

constexpr const char* kWatchFooter =
    R"(Bonds, the worst first, with the active slave, what the watchdog does and what
it waits for; a migration, pauses, and the last events. Only lines that have
changed are written, so that it works over a slow console of 80 columns and 24
rows. Keys: q quits, space shows the next bonds where not all fit, Ctrl-L draws
anew.

Examples:
  hnvctl watch
  hnvctl watch --interval=5s bond191554c8

Exit codes: 0 after q or a signal; 1 could not find out, or there is no
terminal; 2 wrong command line, or a bond that does not exist; 78 wrong
configuration.)";

void add_threshold(CLI::App& command, const char* name, Threshold& threshold, const char* text) {
  command
      .add_option_function<std::string>(
          name, [&threshold](const std::string& value) { threshold = *parse_threshold(value); },
          text)
      ->check([](const std::string& value) {
        return parse_threshold(value)
                   ? std::string()
                   : "'" + value + "'; allowed: a range such as 60, 60: or @0:60";
      })
      ->type_name("RANGE")
      ->default_str(threshold.text);
}

}  // namespace

CLI::App& add_check(CLI::App& app, CheckOptions& options) {
  CLI::App& command = *app.add_subcommand("check", kCheckDescription);
  command.footer(kCheckFooter);
  command.add_option("--bond", options.bonds, "only this bond; more than once for more")
      ->type_name("BOND");
  add_threshold(command, "-w,--warning", options.warning, "seconds off the SR-IOV slave");
  add_threshold(command, "-c,--critical", options.critical, "likewise");
  add_file_flags(command, options);
  add_status_file_flag(command, options);
  add_prober_file_flag(command, options);
  return command;
}

CLI::App& add_explain_state(CLI::App& app, ExplainOptions& options) {
  CLI::App& command = *app.add_subcommand("explain-state", kExplainDescription);
  command.footer(kExplainFooter);
  command.add_option("BOND", options.bonds, "which bond")->type_name("")->required()->expected(1);
  add_colour_flag(command, options.colour);
  add_file_flags(command, options);
  add_status_file_flag(command, options);
  add_prober_file_flag(command, options);
  return command;
}

CLI::App& add_watch(CLI::App& app, WatchOptions& options) {
  CLI::App& command = *app.add_subcommand("watch", kWatchDescription);
  command.footer(kWatchFooter);
  command.add_option("BOND", options.bonds, "only these bonds")->type_name("");
  command
      .add_option_function<std::string>(
          "--interval",
          [&options](const std::string& text) { options.interval = *parse_duration(text); },
          "look again so often")
      ->check([](const std::string& text) {
        const auto time = parse_duration(text);
        const bool fits =
            time && *time >= std::chrono::milliseconds(100) && *time <= std::chrono::hours(1);
        return fits ? std::string()
                    : "'" + text + "'; allowed: a number and ms, s, m or h, from 100ms to 1h";
      })
      ->type_name("TIME")
      ->default_str("1s");
  add_colour_flag(command, options.colour);
  add_file_flags(command, options);
  add_status_file_flag(command, options);
  add_prober_file_flag(command, options);
  return command;
}

}  // namespace hnv::ctl
