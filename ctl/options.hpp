// SPDX-License-Identifier: Apache-2.0
// The command line of hnvctl. Its defaults are the initialisers below and stand nowhere else.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/enum_names.hpp"
#include "ctl/threshold.hpp"
#include "hnv/paths.hpp"

namespace hnv::ctl {

enum class ColourChoice { automatic, always, never };

// What every command looks at.
struct LookOptions {
  std::vector<std::string> bonds;  // empty: all
  bool json = false;
  std::string config_file = kConfigFile;
  bool config_file_named = false;  // on the command line: then it must exist
  std::string status_file = kWatchdogStatusFile;
  std::string prober_file = kProberStatusFile;
  Paths paths;
};

struct StatusOptions : LookOptions {
  bool verbose = false;
  std::optional<std::chrono::milliseconds> watch;  // look again after this time; empty: once
  ColourChoice colour = ColourChoice::automatic;
};

struct PersistOptions : LookOptions {
  bool dry_run = false;
  bool replace = false;     // also a primary that somebody may have meant
  std::string root = "/";   // of the tree that the stored profiles are in
  bool root_named = false;  // on the command line: then nothing of this machine's services counts
};

struct EventsOptions {
  std::vector<std::string> bonds;  // empty: all, and what is about no bond
  bool follow = false;
  bool json = false;
  std::optional<std::size_t> last;  // empty: all
  ColourChoice colour = ColourChoice::automatic;
  std::string status_file = kWatchdogStatusFile;  // the journal lies beside it
  Paths paths;
};

struct DoctorOptions {
  std::string root = "/";  // of the tree that is looked at
  bool json = false;
  std::vector<std::string> checks;  // ids that exist; empty: all
  std::string explain;              // an id that exists; empty: none
  bool list = false;
  std::string output;  // a file; empty: standard output
  ColourChoice colour = ColourChoice::automatic;
};

struct ReadyOptions {
  std::vector<std::string> bonds;  // empty: all HNV bonds
  std::string root = "/";
  bool json = false;
  ColourChoice colour = ColourChoice::automatic;
};

// Of pause, and without the last two of resume.
struct PauseOptions : LookOptions {
  std::optional<std::chrono::milliseconds> length;  // empty: without end
  std::string reason;
};
struct ResumeOptions : PauseOptions {};

struct CheckOptions : LookOptions {
  // Of the seconds that a bond's traffic has been off the SR-IOV slave.
  Threshold warning{.to = 60, .text = "60"};
  Threshold critical{.to = 900, .text = "900"};
};

struct ExplainOptions : LookOptions {
  ColourChoice colour = ColourChoice::automatic;
};

struct WatchOptions : LookOptions {
  std::chrono::milliseconds interval{1000};
  ColourChoice colour = ColourChoice::automatic;
};

// What to print, and the code to exit with: after --help, --version or a mistake.
struct EarlyExit {
  int code = 0;
  std::string text;  // for stdout when the code is 0, else for stderr
};

using Options = std::variant<StatusOptions, PersistOptions, EventsOptions, DoctorOptions,
                             ReadyOptions, PauseOptions, ResumeOptions, CheckOptions,
                             ExplainOptions, WatchOptions, EarlyExit>;

Options parse_options(int argc, const char* const* argv);

}  // namespace hnv::ctl

template <>
struct hnv::base::EnumNames<hnv::ctl::ColourChoice> {
  static constexpr auto names = std::to_array<std::string_view>({"auto", "always", "never"});
};
