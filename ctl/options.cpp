// SPDX-License-Identifier: Apache-2.0
#include "ctl/options.hpp"

#include <CLI/CLI.hpp>
#include <cmath>
#include <memory>
#include <sstream>

#include "base/exit_code.hpp"
#include "base/version.hpp"
#include "ctl/colour_flag.hpp"
#include "ctl/doctor_options.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/option_groups.hpp"
#include "ctl/pause_options.hpp"
#include "ctl/view_options.hpp"

namespace hnv::ctl {

namespace {

constexpr const char* kDescription =
    "Looks at Hybrid Network Virtualization bonds, which needs no privilege; stores\n"
    "their primary and holds the watchdog back, which needs root.";

constexpr const char* kFooter = R"(Examples:
  hnvctl status                  which slave carries the traffic, should it,
                                 why not
  hnvctl status --watch          the same, again and again
  hnvctl watch                   the same on the whole screen, with events
  hnvctl explain-state bond1     what the watchdog does about it, and why
  hnvctl check                   for Nagios, Icinga and Checkmk
  hnvctl events --follow         what happened, and what happens now
  hnvctl persist --dry-run       would the primary survive a reboot
  sudo hnvctl pause --for=2h     hold the watchdog back, and hnvctl resume
  sudo hnvctl doctor             what is wrong with HNV here, how to repair it
  sudo hnvctl ready              would the network survive a migration now
  hnvctl status --help           everything about a command

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
exist; 3 some managed bond's traffic is not on the SR-IOV slave, or its path is
dead, or it is not known which slave that is; 78 wrong configuration. Managed
are HNV bonds and those that the configuration names.)";

constexpr const char* kPersistDescription = "Stores the primary where it survives a reboot";

constexpr const char* kPersistFooter =
    R"(Makes the stored profile of each bond name its SR-IOV slave as primary, where
it names none, or a device that does not exist any more. A running
NetworkManager is asked to do it; else the file is edited. Nothing else of the
profile changes, the bond is not activated, and the running kernel is left as it
is: that is the watchdog's business. Refuses while hcnmgr or drmgr are at work.

Examples:
  hnvctl persist --dry-run
      What would be changed. Root, where only root may read the profiles.
  sudo hnvctl persist
      All bonds whose SR-IOV slave is known.
  sudo hnvctl persist bond191554c8 --replace
      One bond, also when its profile names another device that exists.
  hnvctl persist --dry-run --root=/srv/copy-of-a-partition
      Judge files copied from elsewhere by the bonds of this partition.

Exit codes: 0 stored, or nothing to do; 1 something that should be stored is
not; 2 wrong command line, or a bond that does not exist; 78 wrong
configuration.)";

constexpr const char* kEventsDescription = "Shows what the watchdog has seen and done";

constexpr const char* kEventsFooter =
    R"(Shows the watchdog's journal: the last 1,000 events or more of this boot, each
with its cause and how long what it ended had lasted. The glossary explains each
event's name, which --json prints.

Examples:
  hnvctl events --last=20
      The last 20.
  hnvctl events bond191554c8 --follow
      Those of one bond, and those that come, until Ctrl-C.
  hnvctl events --json | jq -r 'select(.event == "failover") | .fields.cause'
      For scripts: one object a line. hnvctl(8) describes it.

Exit codes: 0 shown, also where no watchdog runs any more; 1 there are no events
of this boot, or they cannot be read; 2 wrong command line.)";

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

CLI::App& add_status(CLI::App& app, StatusOptions& options, std::string& watch) {
  CLI::App& command = *app.add_subcommand("status", kStatusDescription);
  command.footer(kStatusFooter);
  add_bond_flags(command, options, watch);
  add_colour_flag(command, options.colour);
  add_file_flags(command, options);
  add_status_file_flag(command, options);
  add_prober_file_flag(command, options);
  return command;
}

CLI::App& add_events(CLI::App& app, EventsOptions& options) {
  CLI::App& command = *app.add_subcommand("events", kEventsDescription);
  command.footer(kEventsFooter);
  command.add_option("BOND", options.bonds, "only what is about these bonds")->type_name("");
  command.add_flag("-f,--follow", options.follow, "go on with what comes, until Ctrl-C");
  command.add_flag("--json", options.json, "print a JSON object a line");
  command.add_option("--last", options.last, "only the last so many of those that are there")
      ->type_name("NUMBER")
      // The library takes -1 for a very large number.
      ->check([](const std::string& text) {
        const bool number = text.find_first_not_of("0123456789") == std::string::npos;
        return number ? std::string() : "'" + text + "'; allowed: a number";
      });
  add_colour_flag(command, options.colour);
  add_path(command, "--watchdog.status-file", options.status_file,
           "what is published; the events are beside it");
  add_path(command, "--path.procfs", options.paths.procfs, "where procfs is mounted");
  return command;
}

CLI::App& add_persist(CLI::App& app, PersistOptions& options) {
  CLI::App& command = *app.add_subcommand("persist", kPersistDescription);
  command.footer(kPersistFooter);
  command.add_option("BOND", options.bonds, "only these bonds")->type_name("");
  auto* dry_run =
      command.add_flag("--dry-run", options.dry_run, "show what would be changed, change nothing");
  command.add_flag("--replace", options.replace, "also a primary that somebody may have meant");
  command.add_flag("--json", options.json, "print a JSON object");
  command.add_option("--root", options.root, "with --dry-run: the tree that has the profiles")
      ->type_name("PATH")
      ->needs(dry_run)
      ->check(CLI::ExistingDirectory)
      ->capture_default_str();
  add_file_flags(command, options);
  return command;
}

bool is_plugin(int argc, const char* const* argv) {
  return argc > 1 && std::string_view(argv[1]) == "check";
}

}  // namespace

Options parse_options(int argc, const char* const* argv) {
  StatusOptions status_options;
  PersistOptions persist_options;
  EventsOptions events_options;
  DoctorOptions doctor_options;
  ReadyOptions ready_options;
  PauseOptions pause_options;
  ResumeOptions resume_options;
  CheckOptions check_options;
  ExplainOptions explain_options;
  WatchOptions watch_options;
  std::string watch;
  CLI::App app(kDescription, "hnvctl");
  app.formatter(std::make_shared<HelpFormatter>());
  app.footer(kFooter);
  app.set_version_flag("--version", base::version_line("hnvctl"));
  app.require_subcommand(1);
  add_status(app, status_options, watch);
  const CLI::App& events = add_events(app, events_options);
  const CLI::App& persist = add_persist(app, persist_options);
  const CLI::App& doctor = add_doctor(app, doctor_options);
  const CLI::App& ready = add_ready(app, ready_options);
  const CLI::App& pause = add_pause(app, pause_options);
  const CLI::App& resume = add_resume(app, resume_options);
  const CLI::App& check = add_check(app, check_options);
  const CLI::App& explain = add_explain_state(app, explain_options);
  const CLI::App& watch_command = add_watch(app, watch_options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& end) {
    std::ostringstream out;
    std::ostringstream err;
    const bool answered = app.exit(end, out, err) == 0;
    // To a monitoring system 2 would be an alert.
    const int mistake = is_plugin(argc, argv) ? kExitUnknown : base::kExitUsage;
    return EarlyExit{answered ? base::kExitOk : mistake, answered ? out.str() : err.str()};
  }
  if (events.parsed()) return events_options;
  if (doctor.parsed()) return doctor_options;
  if (ready.parsed()) return ready_options;
  if (pause.parsed()) return pause_options;
  if (resume.parsed()) return resume_options;
  if (check.parsed()) return check_options;
  if (explain.parsed()) return explain_options;
  if (watch_command.parsed()) return watch_options;
  if (persist.parsed()) {
    persist_options.root_named = persist.get_option("--root")->count() > 0;
    return persist_options;
  }
  if (!watch.empty()) status_options.watch = parse_seconds(watch);
  return status_options;
}

}  // namespace hnv::ctl
