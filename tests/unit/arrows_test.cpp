// SPDX-License-Identifier: Apache-2.0
// The arrows between rooms (docs/architecture.md), read from the #include lines themselves.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>

namespace {

namespace fs = std::filesystem;
using Rooms = std::set<std::string>;

// Which rooms a room may include besides itself. A room that is not listed is a mistake.
const std::map<std::string, Rooms>& arrows() {
  static const std::map<std::string, Rooms> allowed{
      {"base", {}},
      {"bond", {"base"}},
      {"hnv", {"bond", "base"}},
      {"watchdog", {"hnv", "bond", "base"}},
      {"prober", {"hnv", "bond", "base"}},
      {"exporter", {"checks", "hnv", "bond", "base"}},
      {"checks", {"hnv", "bond", "base"}},
      {"ctl", {"checks", "hnv", "bond", "base"}},
  };
  return allowed;
}

struct Include {
  std::string file;
  std::string room;
  std::string target_room;
};

std::vector<Include> includes_of(const fs::path& root) {
  static const std::regex kInclude("^\\s*#\\s*include\\s+\"([^/\"]+)/[^\"]+\"");
  std::vector<Include> found;
  for (const auto& [room, allowed] : arrows()) {
    for (const auto& entry : fs::recursive_directory_iterator(root / room)) {
      if (!entry.is_regular_file()) continue;
      std::ifstream file(entry.path());
      for (std::string line; std::getline(file, line);) {
        std::smatch match;
        if (std::regex_search(line, match, kInclude)) {
          found.push_back({fs::relative(entry.path(), root), room, match[1]});
        }
      }
    }
  }
  return found;
}

TEST(Arrows, AreTheOnlyIncludesBetweenRooms) {
  const auto includes = includes_of(HNV_SOURCE_DIR);
  EXPECT_GT(includes.size(), 100U) << "the source was not read";
  for (const Include& include : includes) {
    const bool own = include.target_room == include.room;
    EXPECT_TRUE(own || arrows().at(include.room).contains(include.target_room))
        << include.file << " includes " << include.target_room << "/, which " << include.room
        << "/ must not know";
  }
}

TEST(Arrows, NameEveryRoomThatIsBuilt) {
  static const std::regex kRoom("hnv_room\\(\\s*(\\w+)");
  for (const auto& entry : fs::directory_iterator(HNV_SOURCE_DIR)) {
    std::ifstream file(entry.path() / "CMakeLists.txt");
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    std::smatch match;
    if (!std::regex_search(text, match, kRoom)) continue;
    EXPECT_TRUE(arrows().contains(match[1])) << match[1] << " has no arrows";
  }
}

}  // namespace
