// SPDX-License-Identifier: Apache-2.0
// Each program's manual page has the options that its --help has, with the same defaults, and no
// other. The programs themselves are asked.
#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "checks/doctor/check.hpp"
#include "checks/persisted_primary.hpp"
#include "ctl/finding.hpp"
#include "ctl/persister.hpp"
#include "ctl/verdict.hpp"
#include "tests/unit/ctl/program_output.hpp"
#include "tests/unit/ctl/repository_file.hpp"

namespace hnv {
namespace {

const std::vector<std::string> kCommands{"status", "persist", "events", "doctor",        "ready",
                                         "pause",  "resume",  "check",  "explain-state", "watch"};

using Options = std::map<std::string, std::string>;  // long name without dashes: default, or ""

// Lines such as "  -h,--help   ..." and "  --log.level WORD:{debug,info}=info   ...".
Options options_in_help(const std::string& program) {
  static const std::regex option_line(
      R"(^  (?:-\w,)?--([a-z][a-z.-]*)(?:\[\S*\])?(?: [A-Z:]+(?:\{\S*\})?(?:=(\S+))?)?.*$)");
  std::istringstream lines(output_of(program + " --help"));
  Options options;
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (std::regex_match(line, match, option_line)) options[match[1]] = match[2];
  }
  EXPECT_GT(options.size(), 1U) << "no options in the help of " << program;
  return options;
}

// The page without what only tells how it looks.
std::string read_manual(const std::string& page) {
  std::string text = test::read_repository_file("docs/man/" + page);
  text = std::regex_replace(text, std::regex(R"(\\f.)"), "");
  return std::regex_replace(text, std::regex(R"(\\-)"), "-");
}

std::string section_of(const std::string& manual, const std::string& title) {
  const auto begin = manual.find("\n.SH " + title + "\n");
  if (begin == std::string::npos) {
    ADD_FAILURE() << "no section " << title;
    return {};
  }
  return manual.substr(begin, manual.find("\n.SH ", begin + 1) - begin);
}

// Entries of the section OPTIONS: long name to description.
Options options_in_manual(const std::string& page) {
  static const std::regex long_name(R"(--([a-z][a-z.-]*))");
  const std::string section = section_of(read_manual(page), "OPTIONS");
  Options options;
  std::size_t at = section.find("\n.TP\n");
  while (at != std::string::npos) {
    const std::size_t next = section.find("\n.TP\n", at + 1);
    const std::string entry = section.substr(at + 5, next - at - 5);
    const std::string title = entry.substr(0, entry.find('\n'));
    std::smatch match;
    if (std::regex_search(title, match, long_name)) options[match[1]] = entry;
    at = next;
  }
  return options;
}

void expect_default(const std::string& name, const std::string& value, const std::string& entry) {
  const auto at = entry.find("Default:");
  const bool named = at != std::string::npos && entry.find(value, at) != std::string::npos;
  EXPECT_TRUE(named) << "--" << name << ": the manual page does not name the default " << value;
}

void expect_same_options(const Options& help, const Options& manual) {
  for (const auto& [name, value] : help) {
    const auto entry = manual.find(name);
    if (entry == manual.end()) {
      ADD_FAILURE() << "--" << name << " is in the help and not in the manual page";
    } else if (!value.empty()) {
      expect_default(name, value, entry->second);
    }
  }
  for (const auto& [name, text] : manual) {
    EXPECT_TRUE(help.contains(name))
        << "--" << name << " is in the manual page and not in the help";
  }
}

TEST(Manual, OfTheWatchdogHasItsOptions) {
  expect_same_options(options_in_help(HNV_WATCHDOG_PROGRAM), options_in_manual("hnv-watchdog.8"));
}

TEST(Manual, OfTheProberHasItsOptions) {
  expect_same_options(options_in_help(HNV_PROBER_PROGRAM), options_in_manual("hnv-prober.8"));
}

TEST(Manual, OfTheExporterHasItsOptions) {
  expect_same_options(options_in_help(HNV_EXPORTER_PROGRAM), options_in_manual("hnv-exporter.8"));
}

TEST(Manual, OfHnvctlHasTheOptionsOfAllItsCommands) {
  Options help = options_in_help(HNV_CTL_PROGRAM);
  for (const std::string& command : kCommands) {
    help.merge(options_in_help(std::string(HNV_CTL_PROGRAM) + " " + command));
  }
  expect_same_options(help, options_in_manual("hnvctl.8"));
}

TEST(Manual, ReadsDefaultsFromTheHelp) {
  const Options help = options_in_help(HNV_WATCHDOG_PROGRAM);
  EXPECT_EQ(help.at("config.file"), "/etc/hnv/hnv.yaml");
  EXPECT_EQ(help.at("log.level"), "info");
  EXPECT_EQ(help.at("dry-run"), "");
}

TEST(Manual, NamesEveryExitStatusThatTheHelpNames) {
  static const std::regex exit_code(R"([ ;,](\d+) )");
  std::map<std::string, std::string> pages{{HNV_WATCHDOG_PROGRAM, "hnv-watchdog.8"},
                                           {HNV_PROBER_PROGRAM, "hnv-prober.8"},
                                           {HNV_EXPORTER_PROGRAM, "hnv-exporter.8"}};
  for (const std::string& command : kCommands) {
    pages.emplace(std::string(HNV_CTL_PROGRAM) + " " + command, "hnvctl.8");
  }
  for (const auto& [program, page] : pages) {
    std::string help = output_of(program + " --help");
    const auto at = help.find("Exit codes:");
    ASSERT_NE(at, std::string::npos) << program;
    help = std::regex_replace(help.substr(at), std::regex("\n"), " ");
    const std::string section = section_of(read_manual(page), "EXIT STATUS");
    std::set<std::string> codes;
    for (std::sregex_iterator code(help.begin(), help.end(), exit_code), end; code != end; ++code) {
      codes.insert((*code)[1]);
      EXPECT_NE(section.find("\n.B " + code->str(1) + "\n"), std::string::npos)
          << page << " does not explain exit status " << code->str(1);
    }
    EXPECT_GE(codes.size(), 3U) << program;
  }
}

template <class E>
void expect_every_name_in(const std::string& text) {
  for (const std::string_view name : base::EnumNames<E>::names) {
    EXPECT_NE(text.find(name), std::string::npos) << name;
  }
}

TEST(Manual, OfHnvctlNamesEverythingThatItsJsonObjectsMaySay) {
  const std::string json = section_of(read_manual("hnvctl.8"), "JSON");
  expect_every_name_in<ctl::Standing>(json);
  expect_every_name_in<ctl::FindingKind>(json);
  const auto at = json.find("\n.SS Of persist\n");
  ASSERT_NE(at, std::string::npos);
  const std::string persist = json.substr(at);
  expect_every_name_in<ctl::PersistOutcome>(persist);
  expect_every_name_in<checks::StoredPrimary>(persist);
  expect_every_name_in<checks::Severity>(persist);
  expect_every_name_in<checks::ProfileFormat>(persist);
}

TEST(Manual, OfTheDoctorNamesTheSeveritiesOfItsFindings) {
  const std::string json = section_of(read_manual("hnvctl.8"), "JSON");
  const auto at = json.find("\n.SS Of doctor and ready\n");
  ASSERT_NE(at, std::string::npos);
  expect_every_name_in<checks::Severity>(json.substr(at));
}

// docs/doctor.md has the table's rows, in its order, and no other.
TEST(Doctor, DocumentHasTheTable) {
  std::string expected;
  for (const checks::Check& check : checks::all_checks()) {
    expected += "| `" + std::string(check.id) + "` | " + std::string(check.title) + " | " +
                std::string(check.statement) + " | " + std::string(check.section) + " | " +
                std::string(check.look) + " |\n";
  }
  const std::string text = test::read_repository_file("docs/doctor.md");
  const std::string head = "|---|---|---|---|---|\n";
  const auto at = text.find(head);
  ASSERT_NE(at, std::string::npos);
  EXPECT_EQ(text.substr(at + head.size(), text.find("\n\n", at) + 1 - at - head.size()), expected);
}

}  // namespace
}  // namespace hnv
