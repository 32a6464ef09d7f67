// SPDX-License-Identifier: Apache-2.0
// Changes of files, told by the kernel: inotify(7) with what we use of it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/expected.hpp"
#include "base/unique_fd.hpp"

namespace hnv::base {

class FileWatch {
 public:
  static Expected<FileWatch> open();

  [[nodiscard]] int fd() const { return fd_.get(); }

  // Watches a file, or a folder and what lies in it, for the IN_* events of `mask`; the number that
  // its events carry. The same file again gives the same number. Errors: not_found, permission, io.
  Expected<int> add(const std::filesystem::path& path, std::uint32_t mask);

  struct Event {
    int watch = -1;          // -1 with IN_Q_OVERFLOW: events were lost
    std::uint32_t mask = 0;  // IN_*; IN_IGNORED: this watch has ended
    std::string name;        // in a watched folder
  };
  // All that has happened; does not wait.
  std::vector<Event> read();

 private:
  explicit FileWatch(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

}  // namespace hnv::base
