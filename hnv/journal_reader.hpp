// SPDX-License-Identifier: Apache-2.0
// Reads the watchdog's journal, and then what comes: appended lines alone, or all of a file that
// took the place of the one before.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/expected.hpp"
#include "hnv/events.hpp"

namespace hnv {

class JournalReader {
 public:
  JournalReader(std::string file, std::string boot_id);

  struct News {
    std::vector<JournalEvent> events;
    std::uint64_t missing = 0;  // before the first of them
  };
  // In order; those that were returned before are not. An event that does not follow the one before
  // starts another News. Errors: not_found for no file of this boot, and those of decode_journal().
  base::Expected<std::vector<News>> read();

 private:
  base::Expected<Journal> read_new();

  std::string file_;
  std::string boot_id_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
  std::size_t offset_ = 0;  // behind the last whole line; 0: read the header first
  std::uint64_t last_ = 0;  // 0: nothing yet
};

}  // namespace hnv
