// SPDX-License-Identifier: Apache-2.0
#include "ctl/pause_options.hpp"

#include <algorithm>

#include "ctl/option_groups.hpp"
#include "hnv/operator_pause.hpp"
#include "hnv/yaml_reader.hpp"

namespace hnv::ctl {

namespace {

constexpr const char* kPauseDescription = "Holds the watchdog's writes back for a while";

constexpr const char* kPauseFooter =
    R"(Nothing is written to the bonds until the pause ends by itself, is taken back by
hnvctl resume, or the partition boots. The kernel goes on moving the traffic by
its own rules, and everything is still watched and counted. A second pause of
the same bond takes the place of the first. Setting the clock does not change
when it ends.

Examples:
  sudo hnvctl pause --for=2h --reason='work on the switch'
      All bonds, two hours.
  sudo hnvctl pause --bond=bond191554c8
      One bond, until hnvctl resume.
  hnvctl status
      Shows who has paused what, why and until when.

Exit codes: 0 paused, also where no watchdog runs: the next one obeys; 1 could
not be written: only root may; 2 wrong command line, or a bond that does not
exist; 78 wrong configuration.)";

constexpr const char* kResumeDescription = "Takes pauses back";

constexpr const char* kResumeFooter =
    R"(Takes back every operator's pause, or with --bond only that of one bond. What
else holds writes back, such as hcnmgr at work, it leaves alone.

Examples:
  sudo hnvctl resume
  sudo hnvctl resume --bond=bond191554c8

Exit codes: 0 no operator's pause holds the bonds any more; 1 some could not be
taken back, or a pause of all bonds still holds the one that was named; 2 wrong
command line.)";

constexpr std::chrono::hours kLongestPause{24 * 30};

std::string check_length(const std::string& text) {
  const auto length = parse_duration(text);
  if (length && *length >= std::chrono::seconds(1) && *length <= kLongestPause) return {};
  return "'" + text + "'; allowed: a number and s, m or h, from 1s to 720h, such as 90m";
}

std::string check_reason(const std::string& text) {
  const bool is_text =
      std::all_of(text.begin(), text.end(), [](unsigned char c) { return c >= ' '; });
  if (is_text && !text.empty() && text.size() <= kLongestPauseReason) return {};
  return "allowed: one line of at most " + std::to_string(kLongestPauseReason) + " bytes";
}

// The name becomes one of a file, and hidden files are no pauses.
std::string check_name(const std::string& text) {
  const bool is_name = !text.empty() && text.front() != '.' && text.find('/') == std::string::npos;
  return is_name ? std::string()
                 : "'" + text + "' is not the name of a bond that can be paused alone";
}

void add_common(CLI::App& command, PauseOptions& options) {
  command.add_option("--bond", options.bonds, "only this bond; more than once for more")
      ->type_name("BOND")
      ->check(check_name);
  add_path(command, "--path.pause", options.paths.pauses, "the folder that pauses are files in");
}

}  // namespace

CLI::App& add_pause(CLI::App& app, PauseOptions& options) {
  CLI::App& command = *app.add_subcommand("pause", kPauseDescription);
  command.footer(kPauseFooter);
  add_common(command, options);
  command
      .add_option_function<std::string>(
          "--for", [&options](const std::string& text) { options.length = parse_duration(text); },
          "end by itself after this time, such as 2h or 90m")
      ->type_name("TIME")
      ->check(check_length);
  command.add_option("--reason", options.reason, "shown to everybody who wonders")
      ->type_name("TEXT")
      ->check(check_reason);
  add_file_flags(command, options);
  add_status_file_flag(command, options);
  return command;
}

CLI::App& add_resume(CLI::App& app, PauseOptions& options) {
  CLI::App& command = *app.add_subcommand("resume", kResumeDescription);
  command.footer(kResumeFooter);
  add_common(command, options);
  add_path(command, "--path.procfs", options.paths.procfs, "where procfs is mounted");
  return command;
}

}  // namespace hnv::ctl
