// SPDX-License-Identifier: Apache-2.0
#include "checks/keyfile.hpp"

#include <algorithm>

namespace hnv::checks {

namespace {

constexpr std::string_view kSpaces = " \t\r\f\v";

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kSpaces);
  if (begin == std::string_view::npos) return text.substr(text.size());
  return text.substr(begin, text.find_last_not_of(kSpaces) - begin + 1);
}

bool is_group(std::string_view line) {
  return line.size() > 2 && line.front() == '[' && line.back() == ']';
}

// `line` without the spaces around it, `begin` its place in the text. False: it is no entry.
bool read_entry(std::string_view line, std::size_t begin, KeyfileEntry& entry) {
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos) return false;
  entry.key = trimmed(line.substr(0, equals));
  if (entry.key.empty()) return false;
  const std::string_view value = trimmed(line.substr(equals + 1));
  entry.value = value;
  entry.begin = begin + static_cast<std::size_t>(value.data() - line.data());
  entry.end = entry.begin + value.size();
  return true;
}

}  // namespace

const KeyfileEntry* Keyfile::find(std::string_view group, std::string_view key) const {
  const auto found = std::find_if(
      entries.rbegin(), entries.rend(),
      [group, key](const KeyfileEntry& entry) { return entry.group == group && entry.key == key; });
  return found == entries.rend() ? nullptr : &*found;
}

std::string Keyfile::value(std::string_view group, std::string_view key) const {
  const KeyfileEntry* entry = find(group, key);
  return entry != nullptr ? entry->value : std::string();
}

const KeyfileGroup* Keyfile::last_group(std::string_view name) const {
  const auto found = std::find_if(groups.rbegin(), groups.rend(),
                                  [name](const KeyfileGroup& group) { return group.name == name; });
  return found == groups.rend() ? nullptr : &*found;
}

Keyfile parse_keyfile(std::string_view text) {
  Keyfile file;
  std::size_t number = 0;
  for (std::size_t at = 0; at < text.size();) {
    ++number;
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::size_t next = std::min(end + 1, text.size());
    const std::string_view line = text.substr(at, end - at);
    const std::string_view content = trimmed(line);
    KeyfileEntry entry;
    entry.line = number;
    if (content.empty() || content.front() == '#') {
      // Nothing that GLib keeps as a value.
    } else if (is_group(content)) {
      file.groups.push_back(
          KeyfileGroup{std::string(content.substr(1, content.size() - 2)), number, next});
    } else if (!file.groups.empty() &&
               read_entry(content, at + static_cast<std::size_t>(content.data() - line.data()),
                          entry)) {
      entry.group = file.groups.back().name;
      file.groups.back().insert_at = next;
      file.entries.push_back(std::move(entry));
    } else if (file.wrong_line == 0) {
      file.wrong_line = number;
    }
    at = next;
  }
  return file;
}

}  // namespace hnv::checks
