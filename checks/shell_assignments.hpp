// SPDX-License-Identifier: Apache-2.0
// Files of lines NAME=value as a shell reads them: the ifcfg files of NetworkManager's ifcfg-rh
// plugin and of wicked. Every character of a value knows where it stands, so that one word of it
// can be replaced and the rest stays as it is. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hnv::checks {

struct Assignment {
  std::string name;
  std::string value;            // without quotes, escapes and continued lines
  std::vector<std::size_t> at;  // the place in the text of each character of `value`
  std::size_t begin = 0;        // the value as it is written, quotes included
  std::size_t end = 0;
  std::size_t line = 0;  // of the name, from 1
  bool quoted = false;   // some of it is
  // False: a shell would make something else of it (variables, commands, $'...', an open quote, a
  // command behind it), and `value` is only what is written there.
  bool literal = true;
};

// Lines that are no assignments are left out. Any bytes are allowed.
std::vector<Assignment> parse_assignments(std::string_view text);

// The last one counts, as in a shell; nullptr: none.
const Assignment* find_assignment(const std::vector<Assignment>& assignments,
                                  std::string_view name);

// A word of a value such as "mode=1 miimon=100".
struct Word {
  std::size_t begin = 0;  // in the value
  std::size_t end = 0;
};
std::vector<Word> words_of(std::string_view value);

}  // namespace hnv::checks
