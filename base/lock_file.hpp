// SPDX-License-Identifier: Apache-2.0
// Who is alive is told by a POSIX record lock: the kernel drops it with the process, however that
// ends, and it cannot be mistaken for another process that got the same pid.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>

#include "base/expected.hpp"
#include "base/unique_fd.hpp"

namespace hnv::base {

class LockFile {
 public:
  // Error busy, naming the holder's pid, when another process has it.
  static Expected<LockFile> acquire(const std::filesystem::path& path);

 private:
  explicit LockFile(UniqueFd file) : file_(std::move(file)) {}
  UniqueFd file_;
};

// The pid that holds the lock, empty when nobody does or the file does not exist. Needs read
// permission only. A process must not ask about a lock that it holds itself: closing any descriptor
// of the file would drop it.
Expected<std::optional<pid_t>> lock_holder(const std::filesystem::path& path);

// Who holds somebody else's lock, asked again and again. Unlike lock_holder() it keeps the file
// open: opening it each time would wake a watch for its use (IN_OPEN) by the very question.
class LockProbe {
 public:
  explicit LockProbe(std::filesystem::path file) : file_(std::move(file)) {}

  // The pid of a process that has a POSIX lock on the file, empty when nobody does or there is no
  // file. Needs read permission only.
  Expected<std::optional<pid_t>> holder();

 private:
  Expected<bool> open_present_file();

  std::filesystem::path file_;
  UniqueFd fd_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace hnv::base
