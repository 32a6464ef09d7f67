// SPDX-License-Identifier: Apache-2.0
// A partition's files in a folder of the test's own, gone with it.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace hnv::checks::test {

class FixtureTree {
 public:
  FixtureTree() {
    std::string name = testing::TempDir() + "hnv-tree-XXXXXX";
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    root_ = name;
  }
  // A copy of one of tests/unit/checks/trees/.
  explicit FixtureTree(const std::string& tree) : FixtureTree() {
    std::filesystem::copy(std::string(HNV_SOURCE_DIR) + "/tests/unit/checks/trees/" + tree, root_,
                          std::filesystem::copy_options::recursive);
  }
  FixtureTree(const FixtureTree&) = delete;
  FixtureTree& operator=(const FixtureTree&) = delete;
  FixtureTree(FixtureTree&&) = delete;
  FixtureTree& operator=(FixtureTree&&) = delete;
  ~FixtureTree() { std::filesystem::remove_all(root_); }

  [[nodiscard]] const std::filesystem::path& root() const { return root_; }
  // `file` as the partition names it: "/etc/..."
  [[nodiscard]] std::filesystem::path place(const std::string& file) const {
    return root_ / std::filesystem::path(file).relative_path();
  }
  void write(const std::string& file, std::string_view text) const {
    std::filesystem::create_directories(place(file).parent_path());
    std::ofstream(place(file), std::ios::binary) << text;
  }
  [[nodiscard]] std::string read(const std::string& file) const {
    std::ifstream stream(place(file), std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

 private:
  std::filesystem::path root_;
};

inline constexpr const char* kKeyfile =
    "/etc/NetworkManager/system-connections/bond191554c8.nmconnection";
inline constexpr const char* kIfcfgRh = "/etc/sysconfig/network-scripts/ifcfg-bond191554c8";
inline constexpr const char* kWicked = "/etc/sysconfig/network/ifcfg-bond191554c8";

}  // namespace hnv::checks::test
