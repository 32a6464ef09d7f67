// SPDX-License-Identifier: Apache-2.0
// The files of a partition: of this one, or a copy from elsewhere, such as an extracted sosreport.
// Reads only, never waits on a pipe or a device, and never leaves the root: links are followed as
// the partition itself would follow them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/expected.hpp"

namespace hnv::checks {

class Tree {
 public:
  explicit Tree(std::filesystem::path root) : root_(std::move(root)) {}

  [[nodiscard]] const std::filesystem::path& root() const { return root_; }
  [[nodiscard]] bool is_live() const { return root_ == "/"; }

  // Paths are the partition's own: "/etc/os-release". Errors name them so, and are not_found,
  // permission, too_large, io, and invalid for what is no plain file, or a loop of links.
  [[nodiscard]] base::Expected<std::string> read(const std::filesystem::path& path,
                                                 std::size_t limit = kLargestText) const;
  // The last `limit` bytes of a file that may be larger.
  [[nodiscard]] base::Expected<std::string> read_end(const std::filesystem::path& path,
                                                     std::size_t limit) const;
  // Names, sorted, without "." and ".."; too_large for more than `limit`.
  [[nodiscard]] base::Expected<std::vector<std::string>> list(
      const std::filesystem::path& folder, std::size_t limit = kMostEntries) const;
  // What a symbolic link says, whether or not that exists.
  [[nodiscard]] base::Expected<std::string> link(const std::filesystem::path& path) const;
  [[nodiscard]] base::Expected<std::uintmax_t> size(const std::filesystem::path& path) const;
  [[nodiscard]] bool exists(const std::filesystem::path& path) const;
  // The real place, every link on the way resolved within the root.
  [[nodiscard]] base::Expected<std::filesystem::path> locate(
      const std::filesystem::path& path) const;

  static constexpr std::size_t kLargestText = std::size_t{1} << 20U;
  static constexpr std::size_t kMostEntries = 8192;

 private:
  std::filesystem::path root_;
};

}  // namespace hnv::checks
