// SPDX-License-Identifier: Apache-2.0
// What bash offers when somebody presses Tab, asked of bash itself, is what the option parser
// knows, asked of hnvctl itself.
#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "checks/doctor/check.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/unit/ctl/program_output.hpp"
#include "tests/unit/ctl/repository_file.hpp"

namespace hnv {
namespace {

using Words = std::set<std::string>;

Words words_of(const std::string& text) {
  std::istringstream stream(text);
  Words words;
  for (std::string word; stream >> word;) words.insert(word);
  return words;
}

Words matches(const std::string& text, const std::regex& pattern) {
  Words words;
  for (std::sregex_iterator at(text.begin(), text.end(), pattern), end; at != end; ++at) {
    words.insert((*at)[1]);
  }
  return words;
}

Words options_of(const std::string& command) {
  const std::string help = output_of(HNV_CTL_PROGRAM " " + command + " --help");
  return matches(help, std::regex(R"(\n  (?:-\w,)?(--[a-z][a-z.-]*))"));
}

Words commands() {
  const std::string help = output_of(HNV_CTL_PROGRAM " --help");
  const auto at = help.find("Subcommands:");
  EXPECT_NE(at, std::string::npos);
  return matches(help.substr(at, help.find("Examples:") - at), std::regex(R"(\n  ([a-z-]+) )"));
}

// `words`: as bash splits the line; the last one is being written.
Words offered(const std::string& words, const std::string& setting = {}) {
  const std::string script = setting + " . " HNV_SOURCE_DIR "/packaging/completions/hnvctl.bash; " +
                             "COMP_WORDS=(" HNV_CTL_PROGRAM " " + words +
                             "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _hnvctl; "
                             "printf \"%s\\n\" \"${COMPREPLY[@]}\"";
  return words_of(output_of("bash -c '" + script + "'"));
}

TEST(Completion, OfBashOffersEveryCommand) {
  EXPECT_GE(commands().size(), 10U);
  EXPECT_EQ(offered("\"\""), commands());
  EXPECT_EQ(offered("res"), Words{"resume"});
  EXPECT_EQ(offered("--"), options_of(""));
}

TEST(Completion, OfBashOffersEveryOptionOfEachCommandAndNoOther) {
  for (const std::string& command : commands()) {
    EXPECT_EQ(offered(command + " --"), options_of(command)) << command;
  }
}

TEST(Completion, OfBashOffersBondsAndValues) {
  const test::TemporaryFolder folder;
  folder.write("masters", "bond191554c8 bond2\n");
  const std::string setting =
      "HNVCTL_BONDING_MASTERS=" + (folder.path() / "masters").native() + ";";
  EXPECT_EQ(offered("status \"\"", setting), (Words{"bond191554c8", "bond2"}));
  EXPECT_EQ(offered("pause --bond = bond1", setting), Words{"bond191554c8"});
  EXPECT_EQ(offered("status --color = a"), (Words{"auto", "always"}));
  Words ids;
  for (const checks::Check& check : checks::all_checks()) ids.insert(std::string(check.id));
  EXPECT_EQ(offered("doctor --check = \"\""), ids);
}

// There may be no zsh to ask.
TEST(Completion, OfZshNamesEveryCommandAndOption) {
  const std::string text = test::read_repository_file("packaging/completions/_hnvctl");
  for (const std::string& command : commands()) {
    const auto at = text.find("    " + command + ") _arguments ");
    ASSERT_NE(at, std::string::npos) << command;
    std::string line = text.substr(at, text.find('\n', at) - at);
    const std::string look = "--config.file --path.sysfs --path.procfs --path.devicetree ";
    for (const auto& [group, options] : {std::pair<std::string, std::string>{"$look", look},
                                         {"$file", "--watchdog.status-file "},
                                         {"$prober", "--prober.status-file "},
                                         {"$colour", "--color "},
                                         {"$bond", "--bond "}}) {
      if (const auto place = line.find(group); place != std::string::npos) {
        line.replace(place, group.size(), options);
      }
    }
    EXPECT_EQ(matches(line, std::regex(R"((--[a-z][a-z.-]*))")), options_of(command)) << command;
  }
}

}  // namespace
}  // namespace hnv
