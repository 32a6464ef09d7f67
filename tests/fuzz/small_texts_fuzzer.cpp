// SPDX-License-Identifier: Apache-2.0
// The first byte chooses the reader of the rest: a hook's note, the kept identity, hcnmgr's log, a
// keyfile, or a file of shell assignments.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "checks/keyfile.hpp"
#include "checks/primary_edit.hpp"
#include "checks/shell_assignments.hpp"
#include "hnv/hcn_log.hpp"
#include "hnv/hook_note.hpp"
#include "hnv/identity.hpp"

namespace {

using namespace hnv;

void require(bool holds) {
  if (!holds) std::abort();
}

void try_hook_note(std::string_view text) {
  const auto phase = parse_hook_note(text);
  if (phase) require(text.find(base::name_of(*phase)) != std::string_view::npos);
}

void try_identity(std::string_view text) {
  const auto identity = decode_identity(text, "identity.json");
  if (!identity) return require(!identity.error().reason.empty());
  const auto again = decode_identity(encode_identity(*identity), "identity.json");
  require(again.has_value() && *again == *identity);
}

// A log is read in pieces of whole lines.
void try_log(std::string_view text) {
  const auto all = commands_begun(text);
  const auto cut = text.find('\n', text.size() / 2);
  if (cut == std::string_view::npos) return;
  auto pieces = commands_begun(text.substr(0, cut + 1));
  const auto rest = commands_begun(text.substr(cut + 1));
  pieces.insert(pieces.end(), rest.begin(), rest.end());
  require(pieces == all);
}

// What was changed is understood, and changing it again to the same changes nothing.
void try_edit(checks::ProfileFormat format, std::string_view text) {
  const auto edited = checks::with_primary(format, "profile", text, "enP1p0s0");
  if (!edited) return;
  const auto again = checks::with_primary(format, "profile", *edited, "enP1p0s0");
  require(again.has_value() && *again == *edited);
}

void try_keyfile(std::string_view text) {
  const checks::Keyfile file = checks::parse_keyfile(text);
  for (const checks::KeyfileEntry& entry : file.entries) {
    require(entry.begin <= entry.end && entry.end <= text.size());
    require(text.substr(entry.begin, entry.end - entry.begin) == entry.value);
    require(file.find(entry.group, entry.key) != nullptr);
  }
  for (const checks::KeyfileGroup& group : file.groups) require(group.insert_at <= text.size());
  try_edit(checks::ProfileFormat::keyfile, text);
}

void try_assignments(std::string_view text) {
  for (const checks::Assignment& one : checks::parse_assignments(text)) {
    require(one.begin <= one.end && one.end <= text.size());
    require(one.at.size() == one.value.size());
    for (std::size_t index = 0; index < one.at.size(); ++index) {
      require(one.at[index] < text.size() && text[one.at[index]] == one.value[index]);
    }
    for (const checks::Word& word : checks::words_of(one.value)) {
      require(word.begin < word.end && word.end <= one.value.size());
    }
  }
  try_edit(checks::ProfileFormat::ifcfg_rh, text);
  try_edit(checks::ProfileFormat::wicked, text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static constexpr std::array kReaders = {try_hook_note, try_identity, try_log, try_keyfile,
                                          try_assignments};
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  kReaders[data[0] % kReaders.size()](text);
  return 0;
}
