// SPDX-License-Identifier: Apache-2.0
// hcnmgr's own log, followed: on real hardware its commands are over before anyone has looked at
// the process table, but each of them says in the log that it began.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string_view>
#include <vector>

#include "base/expected.hpp"
#include "hnv/vocabulary.hpp"

namespace hnv {

// The commands that began in this piece of the log, in order. Each logs first of all
// "[DEBUG]:<name> enter", where <name> is what it was run as.
std::vector<HcnCommand> commands_begun(std::string_view log);

class HcnLog {
 public:
  // What was logged before is old news.
  explicit HcnLog(std::filesystem::path file);

  struct News {
    bool grew = false;              // something of hcnmgr runs, or has just run
    std::vector<HcnCommand> begun;  // as far as the log can be read
  };
  // Since the last call. No file is no news; one that was rotated or truncated is read from its
  // start. Errors: io.
  base::Expected<News> news();

 private:
  std::filesystem::path file_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
  off_t read_ = 0;  // up to here
  off_t seen_ = 0;  // size at the last call; ahead of read_ by a line that is not complete
};

}  // namespace hnv
