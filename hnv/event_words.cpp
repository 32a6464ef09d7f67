// SPDX-License-Identifier: Apache-2.0
#include "hnv/event_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "hnv/duration_words.hpp"

namespace hnv {

namespace {

struct Words {
  std::string_view event;
  std::string_view sentence;  // {key}: that field's value
  std::string_view untold;    // a field that the sentence tells already
};

constexpr auto kWords = std::to_array<Words>({
    {"start", "the watchdog started, version {version}, mode {mode}", ""},
    {"config_loaded", "the configuration was read again, mode {mode}", ""},
    {"config_rejected", "the new configuration is wrong", ""},
    {"ready", "the watchdog follows {bonds} bonds", ""},
    {"bond_found", "the bond was found", ""},
    {"bond_gone", "the bond has gone", ""},
    {"failover", "the traffic went from {from} to {to}: {cause}", "direction"},
    {"state", "{from} -> {to}, off SR-IOV: {off_sriov}", ""},
    {"finding", "finding: {finding}", ""},
    {"path_verdict", "path: {verdict}, before: {was}", ""},
    {"paused", "writes are held back by: {reasons}", ""},
    {"mac_conflict", "slave with the bond's address that is not active: {slave}", ""},
    // Which option it is, a field of its name tells.
    {"write", "the watchdog writes, rule {rule}", ""},
    {"write_withheld", "the watchdog would write, rule {rule}", ""},
    {"restored", "what was written is in force, rule {rule}", ""},
    {"restore_failed", "a write failed", ""},
    {"budget_spent", "no more moves for a while: as many as may be in an hour", ""},
    {"damping", "the link flaps too much: {suppressed}", ""},
    {"audit_mismatch", "the kernel's links were not as its messages had told", ""},
    {"overrun", "messages of the kernel were lost", ""},
    {"lpm_window_opened", "a migration seems to begin", ""},
    {"lpm_window_closed", "the migration's window closed: {outcome}", ""},
    {"lpm_overdue", "a migration takes too long", ""},
    {"lpm_counted", "a migration was counted: {kind}, {result}", ""},
    {"platform", "runs on {model} {system_id}", ""},
    {"frame_changed", "runs on another machine: {machine}", ""},
    {"hcnmgr_stuck", "hcnmgr or drmgr does not end", ""},
    {"path_unread", "what the prober says cannot be read", ""},
    {"platform_unseen", "a sign of the platform cannot be read", ""},
    {"identity_unkept", "the partition's identity cannot be kept", ""},
    {"memory_adopted", "counters and times go on from the status file", ""},
    {"memory_fresh", "there is no status file of this boot", ""},
    {"memory_lost", "the status file of before is of no use", ""},
    {"socket_failed", "the connection to the kernel failed", ""},
    {"status_unwritten", "the status file cannot be written", ""},
    {"status_written", "the status file is written again", ""},
    {"events_unread", "the journal of before cannot be used", ""},
    {"events_unwritten", "the journal could not be written", ""},
    {"stop", "the watchdog stopped", ""},
});

const Words* find_words(std::string_view name) {
  const auto* found = std::find_if(kWords.begin(), kWords.end(),
                                   [name](const Words& words) { return words.event == name; });
  return found != kWords.end() ? found : nullptr;
}

std::string duration_text(double seconds) {
  constexpr double kPerSecond = 1000;
  if (seconds < 1) return fmt::format("{:.0f} ms", std::max(seconds, 0.0) * kPerSecond);
  return age_text(std::chrono::duration_cast<base::BootClock::duration>(
      std::chrono::duration<double>(seconds)));
}

std::string value_text(const JournalEvent::Value& value) {
  return std::visit([](const auto& any) { return fmt::format("{}", any); }, value);
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

std::string field_text(const std::string& key, const JournalEvent::Value& value) {
  if (key == "err" || key == "hint") return value_text(value);
  const double* number = std::get_if<double>(&value);
  if (number != nullptr && ends_with(key, "_s")) {
    const std::string word = key == "off_s" ? "off for" : key.substr(0, key.size() - 2);
    return word + " " + duration_text(*number);
  }
  return key + " " + value_text(value);
}

// Fills the sentence's places and names the fields that it used.
std::string filled(std::string_view sentence, const JournalEvent& event,
                   std::set<std::string>& used) {
  std::string text;
  while (!sentence.empty()) {
    const auto begin = std::min(sentence.find('{'), sentence.size());
    text += sentence.substr(0, begin);
    if (begin == sentence.size()) break;
    const auto end = sentence.find('}', begin);
    const std::string key(sentence.substr(begin + 1, end - begin - 1));
    const auto field = std::find_if(event.fields.begin(), event.fields.end(),
                                    [&key](const auto& any) { return any.first == key; });
    text += field != event.fields.end() ? value_text(field->second) : "?";
    used.insert(key);
    sentence.remove_prefix(end + 1);
  }
  return text;
}

}  // namespace

bool has_event_words(std::string_view name) {
  return find_words(name) != nullptr;
}

std::string event_words(const JournalEvent& event) {
  std::set<std::string> used{"bond"};
  const Words* words = find_words(event.name);
  std::string text = event.name;
  if (words != nullptr) {
    text = filled(words->sentence, event, used);
    used.insert(std::string(words->untold));
  }
  for (const auto& [key, value] : event.fields) {
    if (!used.contains(key)) text += "; " + field_text(key, value);
  }
  return text;
}

}  // namespace hnv
