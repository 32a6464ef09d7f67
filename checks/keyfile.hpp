// SPDX-License-Identifier: Apache-2.0
// NetworkManager's keyfiles, which GLib's GKeyFile reads: groups of lines key=value. Every value
// knows where it stands. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hnv::checks {

struct KeyfileEntry {
  std::string group;
  std::string key;
  std::string value;      // as written, without the spaces around it
  std::size_t line = 0;   // from 1
  std::size_t begin = 0;  // of the value
  std::size_t end = 0;
};

struct KeyfileGroup {
  std::string name;
  std::size_t line = 0;
  // Where a new entry belongs: behind the line end of the group's last entry, or of its header.
  std::size_t insert_at = 0;
};

struct Keyfile {
  std::vector<KeyfileEntry> entries;
  std::vector<KeyfileGroup> groups;
  // The first line that is neither blank, comment, group nor entry, for which GLib refuses the
  // whole file; 0: none.
  std::size_t wrong_line = 0;

  // The last one counts, as in GLib; nullptr: none.
  [[nodiscard]] const KeyfileEntry* find(std::string_view group, std::string_view key) const;
  [[nodiscard]] std::string value(std::string_view group, std::string_view key) const;
  [[nodiscard]] const KeyfileGroup* last_group(std::string_view name) const;
};

// Any bytes are allowed.
Keyfile parse_keyfile(std::string_view text);

}  // namespace hnv::checks
