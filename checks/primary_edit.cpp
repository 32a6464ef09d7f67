// SPDX-License-Identifier: Apache-2.0
#include "checks/primary_edit.hpp"

#include <algorithm>
#include <cctype>
#include <optional>

#include "checks/keyfile.hpp"
#include "checks/shell_assignments.hpp"

namespace hnv::checks {

namespace {

using Edited = base::Expected<std::string>;

tl::unexpected<base::Error> refusal(const std::string& file, std::size_t line,
                                    const std::string& reason) {
  const std::string place = line == 0 ? file : file + ":" + std::to_string(line);
  return base::failure(base::Error{base::ErrorCode::invalid, "edit", place, reason});
}

// What neither a shell nor GLib takes for anything else.
bool is_plain_name(const std::string& device) {
  return !device.empty() && std::all_of(device.begin(), device.end(), [](char character) {
    return std::isalnum(static_cast<unsigned char>(character)) != 0 || character == '_' ||
           character == '-' || character == '.';
  });
}

bool is_active_backup(const std::optional<StoredOption>& mode) {
  return mode && (mode->value == "active-backup" || mode->value == "1");
}

std::string replaced(std::string_view text, std::size_t begin, std::size_t end,
                     const std::string& by) {
  std::string result(text.substr(0, begin));
  return result.append(by).append(text.substr(end));
}

Edited edit_keyfile(const std::string& name, std::string_view text, const std::string& device) {
  const Keyfile file = parse_keyfile(text);
  if (file.wrong_line != 0) {
    return refusal(name, file.wrong_line,
                   "is no entry of a keyfile, so that nobody reads the file");
  }
  if (const KeyfileEntry* entry = file.find("bond", "primary")) {
    return replaced(text, entry->begin, entry->end, device);
  }
  // The mode was found, so that there is a group.
  const KeyfileGroup& group = *file.last_group("bond");
  const std::size_t at = group.insert_at;
  const std::string_view before = text.substr(0, at);
  const bool ends_line = !before.empty() && before.back() == '\n';
  const bool has_return = before.size() > 1 && before[before.size() - 2] == '\r';
  const std::string line_end = ends_line && has_return ? "\r\n" : "\n";
  const std::string entry = "primary=" + device;
  return replaced(text, at, at, ends_line ? entry + line_end : line_end + entry);
}

// The range of the text behind the range [begin, end) of the value, where that is written without
// quotes or escapes inside.
struct Range {
  std::size_t begin = 0;
  std::size_t end = 0;
};
std::optional<Range> range_of(const Assignment& options, std::size_t begin, std::size_t end) {
  const std::size_t first = options.at[begin];
  if (options.at[end - 1] - first != end - 1 - begin) return std::nullopt;
  return Range{first, first + (end - begin)};
}

Edited add_word(const std::string& file, std::string_view text, const Assignment& options,
                const std::string& word) {
  if (!options.quoted) {
    const std::string value(text.substr(options.begin, options.end - options.begin));
    return replaced(text, options.begin, options.end, "\"" + value + " " + word + "\"");
  }
  // Behind the last character that is not a space, inside whatever quotes that has.
  const Word last = words_of(options.value).back();
  const std::size_t at = options.at[last.end - 1] + 1;
  const char quote = text[options.begin];
  const bool is_one_string =
      (quote == '"' || quote == '\'') && text.find(quote, options.begin + 1) == options.end - 1;
  if (!is_one_string) return refusal(file, options.line, "is quoted in parts");
  return replaced(text, at, at, " " + word);
}

Edited edit_ifcfg(ProfileFormat format, const std::string& file, std::string_view text,
                  const std::string& device) {
  constexpr std::string_view kKey = "primary=";
  const auto assignments = parse_assignments(text);
  // The mode was found in it, so that it is there.
  const Assignment& options = *find_assignment(
      assignments, format == ProfileFormat::wicked ? "BONDING_MODULE_OPTS" : "BONDING_OPTS");
  if (!options.literal) {
    return refusal(file, options.line,
                   options.name + " is more than a plain text: only a shell knows what it means");
  }
  std::optional<Word> found;
  for (const Word& word : words_of(options.value)) {
    if (options.value.compare(word.begin, kKey.size(), kKey) == 0) found = word;
  }
  if (!found) return add_word(file, text, options, std::string(kKey) + device);
  const auto range = range_of(options, found->begin, found->end);
  if (!range) return refusal(file, options.line, "the primary is quoted in parts");
  return replaced(text, range->begin + kKey.size(), range->end, device);
}

}  // namespace

Edited with_primary(ProfileFormat format, const std::string& file, std::string_view text,
                    const std::string& device) {
  if (!is_plain_name(device)) {
    return refusal(file, 0, "the device's name '" + device + "' has characters that need quoting");
  }
  const auto profile = parse_profile(format, file, text);
  if (!profile) return refusal(file, 0, "is not the profile of a bond");
  if (!is_active_backup(profile->mode)) {
    return refusal(file, profile->mode ? profile->mode->line : profile->options_line,
                   "the stored mode is not active-backup, and no other has a primary");
  }
  auto edited = format == ProfileFormat::keyfile ? edit_keyfile(file, text, device)
                                                 : edit_ifcfg(format, file, text, device);
  if (!edited) return edited;
  // What was written must be what is read: the one proof that the edit did what it should.
  const auto after = parse_profile(format, file, *edited);
  if (!after || !after->primary || after->primary->value != device) {
    return refusal(file, profile->options_line, "would not say primary=" + device + " afterwards");
  }
  return edited;
}

}  // namespace hnv::checks
