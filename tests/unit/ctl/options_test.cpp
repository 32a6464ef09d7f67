// SPDX-License-Identifier: Apache-2.0
#include "ctl/options.hpp"

#include <gtest/gtest.h>

#include <sstream>

#include "base/exit_code.hpp"

namespace hnv::ctl {
namespace {

using namespace std::chrono_literals;

Options parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "hnvctl");
  return parse_options(static_cast<int>(arguments.size()), arguments.data());
}

StatusOptions parse_well(const std::vector<const char*>& arguments) {
  const auto result = parse(arguments);
  if (const auto* end = std::get_if<EarlyExit>(&result)) {
    ADD_FAILURE() << end->text;
    return {};
  }
  return std::get<StatusOptions>(result);
}

EarlyExit parse_badly(const std::vector<const char*>& arguments) {
  const auto result = parse(arguments);
  if (std::holds_alternative<EarlyExit>(result)) return std::get<EarlyExit>(result);
  ADD_FAILURE() << "was accepted";
  return {};
}

std::size_t longest_line(const std::string& text) {
  std::istringstream stream(text);
  std::size_t longest = 0;
  for (std::string line; std::getline(stream, line);) longest = std::max(longest, line.size());
  return longest;
}

TEST(CtlOptions, DefaultsAreThoseOfTheOtherPrograms) {
  const StatusOptions options = parse_well({"status"});
  EXPECT_TRUE(options.bonds.empty());
  EXPECT_FALSE(options.json);
  EXPECT_FALSE(options.verbose);
  EXPECT_FALSE(options.watch);
  EXPECT_EQ(options.colour, ColourChoice::automatic);
  EXPECT_EQ(options.config_file, "/etc/hnv/hnv.yaml");
  EXPECT_FALSE(options.config_file_named);
  EXPECT_EQ(options.status_file, "/run/hnv/watchdog.json");
  EXPECT_EQ(options.paths.sysfs, "/sys");
}

TEST(CtlOptions, OfEvents) {
  const auto events = std::get<EventsOptions>(parse({"events"}));
  EXPECT_TRUE(events.bonds.empty());
  EXPECT_FALSE(events.follow || events.json || events.last);
  EXPECT_EQ(events.status_file, "/run/hnv/watchdog.json");
  const auto all = std::get<EventsOptions>(
      parse({"events", "-f", "bond1", "--json", "--last=20", "--color=always",
             "--watchdog.status-file=/s", "--path.procfs=/b"}));
  EXPECT_EQ(all.bonds, std::vector<std::string>{"bond1"});
  EXPECT_TRUE(all.follow && all.json);
  EXPECT_EQ(all.last, 20U);
  EXPECT_EQ(all.colour, ColourChoice::always);
  EXPECT_EQ(all.status_file, "/s");
  EXPECT_EQ(all.paths.procfs, "/b");
  EXPECT_EQ(parse_badly({"events", "--last=-1"}).code, base::kExitUsage);
}

TEST(CtlOptions, TakesBondsAndFlagsInAnyOrder) {
  const StatusOptions options = parse_well(
      {"status", "bond1", "--json", "-v", "bond2", "--color=never", "--config.file=/c",
       "--watchdog.status-file=/s", "--path.sysfs=/a", "--path.procfs=/b", "--path.devicetree=/d"});
  EXPECT_EQ(options.bonds, (std::vector<std::string>{"bond1", "bond2"}));
  EXPECT_TRUE(options.json);
  EXPECT_TRUE(options.verbose);
  EXPECT_EQ(options.colour, ColourChoice::never);
  EXPECT_EQ(options.config_file, "/c");
  EXPECT_TRUE(options.config_file_named);
  EXPECT_EQ(options.status_file, "/s");
  EXPECT_EQ(options.paths.sysfs, "/a");
  EXPECT_EQ(options.paths.procfs, "/b");
  EXPECT_EQ(options.paths.devicetree, "/d");
}

TEST(CtlOptions, WatchWithoutANumberIsASecondAndTakesNoBondForOne) {
  const StatusOptions options = parse_well({"status", "--watch", "bond1"});
  EXPECT_EQ(options.watch, 1000ms);
  EXPECT_EQ(options.bonds, std::vector<std::string>{"bond1"});
  EXPECT_EQ(parse_well({"status", "--watch=5"}).watch, 5000ms);
  EXPECT_EQ(parse_well({"status", "--watch=0.5"}).watch, 500ms);
}

TEST(CtlOptions, RefusesWhatIsNoInterval) {
  for (const char* watch :
       {"--watch=0", "--watch=-1", "--watch=5x", "--watch=nan", "--watch=3601"}) {
    const EarlyExit end = parse_badly({"status", watch});
    EXPECT_EQ(end.code, base::kExitUsage) << watch;
    EXPECT_NE(end.text.find("allowed: seconds from 0.1 to 3600"), std::string::npos) << end.text;
  }
}

TEST(CtlOptions, PersistWritesUnlessItIsADryRun) {
  const Options plain = parse({"persist"});
  ASSERT_TRUE(std::holds_alternative<PersistOptions>(plain));
  const auto& defaults = std::get<PersistOptions>(plain);
  EXPECT_TRUE(defaults.bonds.empty());
  EXPECT_FALSE(defaults.dry_run);
  EXPECT_FALSE(defaults.replace);
  EXPECT_FALSE(defaults.json);
  EXPECT_EQ(defaults.root, "/");
  EXPECT_FALSE(defaults.root_named);
  const Options all = parse({"persist", "bond1", "--dry-run", "--replace", "--json", "--root=/tmp",
                             "--config.file=/c", "--path.sysfs=/a"});
  ASSERT_TRUE(std::holds_alternative<PersistOptions>(all));
  const auto& options = std::get<PersistOptions>(all);
  EXPECT_EQ(options.bonds, std::vector<std::string>{"bond1"});
  EXPECT_TRUE(options.dry_run && options.replace && options.json && options.root_named);
  EXPECT_EQ(options.root, "/tmp");
  EXPECT_EQ(options.config_file, "/c");
  EXPECT_TRUE(options.config_file_named);
  EXPECT_EQ(options.paths.sysfs, "/a");
}

TEST(CtlOptions, PersistWritesInNoOtherTree) {
  const EarlyExit end = parse_badly({"persist", "--root=/tmp"});
  EXPECT_EQ(end.code, base::kExitUsage);
  EXPECT_NE(end.text.find("--dry-run"), std::string::npos) << end.text;
  EXPECT_EQ(parse_badly({"persist", "--dry-run", "--root=/nowhere"}).code, base::kExitUsage);
}

TEST(CtlOptions, MistakesAreUsageErrors) {
  EXPECT_EQ(parse_badly({}).code, base::kExitUsage);
  EXPECT_EQ(parse_badly({"statsu"}).code, base::kExitUsage);
  EXPECT_EQ(parse_badly({"status", "--nope"}).code, base::kExitUsage);
  const EarlyExit colour = parse_badly({"status", "--color=blue"});
  EXPECT_EQ(colour.code, base::kExitUsage);
  EXPECT_NE(colour.text.find("auto, always, never"), std::string::npos) << colour.text;
}

TEST(CtlOptions, OfTheDoctor) {
  const auto doctor = std::get<DoctorOptions>(parse({"doctor"}));
  EXPECT_EQ(doctor.root, "/");
  EXPECT_TRUE(doctor.checks.empty() && doctor.explain.empty() && doctor.output.empty());
  const auto two = std::get<DoctorOptions>(parse({"doctor", "--check=D-FW", "--check=D-MAC"}));
  EXPECT_EQ(two.checks, (std::vector<std::string>{"D-FW", "D-MAC"}));
  const EarlyExit wrong = parse_badly({"doctor", "--explain=D-NONE"});
  EXPECT_EQ(wrong.code, base::kExitUsage);
  EXPECT_NE(wrong.text.find("hnvctl doctor --list"), std::string::npos) << wrong.text;
  EXPECT_EQ(parse_badly({"ready", "--root=/nowhere/at/all"}).code, base::kExitUsage);
}

TEST(CtlOptions, HelpHasExamplesAndFitsAnEightyColumnTerminal) {
  for (const auto& arguments : {std::vector<const char*>{"--help"},
                                {"status", "--help"},
                                {"events", "--help"},
                                {"persist", "--help"},
                                {"doctor", "--help"},
                                {"ready", "--help"}}) {
    const EarlyExit help = parse_badly(arguments);
    EXPECT_EQ(help.code, base::kExitOk);
    EXPECT_NE(help.text.find("Examples:"), std::string::npos);
    EXPECT_NE(help.text.find("Exit codes:"), std::string::npos);
    EXPECT_LE(longest_line(help.text), 80U) << help.text;
  }
  EXPECT_NE(parse_badly({"status", "--help"}).text.find("--watch[=SECONDS]"), std::string::npos);
}

TEST(CtlOptions, VersionNamesTheProgram) {
  const EarlyExit version = parse_badly({"--version"});
  EXPECT_EQ(version.code, base::kExitOk);
  EXPECT_EQ(version.text.rfind("hnvctl, version ", 0), 0U) << version.text;
}

TEST(CtlOptions, OfPause) {
  const auto pause = std::get<PauseOptions>(
      parse({"pause", "--for=90m", "--bond=bond1", "--bond=bond2", "--reason=work"}));
  EXPECT_EQ(pause.length, 90min);
  EXPECT_EQ(pause.bonds, (std::vector<std::string>{"bond1", "bond2"}));
  EXPECT_EQ(pause.reason, "work");
  EXPECT_EQ(pause.paths.pauses, "/run/hnv/pause");
  EXPECT_FALSE(std::get<PauseOptions>(parse({"pause"})).length);
  EXPECT_TRUE(std::get<ResumeOptions>(parse({"resume"})).bonds.empty());
}

TEST(CtlOptions, OfPauseRefuseWhatWouldNotPause) {
  for (const char* wrong : {"--for=0s", "--for=2", "--for=800h", "--for=tomorrow", "--bond=.b",
                            "--bond=a/b", "--reason=", "--reason=a\nb"}) {
    EXPECT_EQ(parse_badly({"pause", wrong}).code, base::kExitUsage) << wrong;
  }
}

}  // namespace
}  // namespace hnv::ctl
