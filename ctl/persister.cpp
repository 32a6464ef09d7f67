// SPDX-License-Identifier: Apache-2.0
#include "ctl/persister.hpp"

#include <algorithm>

#include "base/atomic_file.hpp"
#include "checks/primary_edit.hpp"

namespace hnv::ctl {

namespace {

using checks::StoredPrimary;

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

bool is_wrong(StoredPrimary state) {
  return state == StoredPrimary::missing || state == StoredPrimary::gone_device;
}
bool may_be_meant(StoredPrimary state) {
  return state == StoredPrimary::virtual_slave || state == StoredPrimary::other_device;
}

std::string text_of_file(const ProfileStore& store, const checks::StoredProfile& profile) {
  if (profile.file.empty()) return {};
  return base::read_file(store.root() / profile.file.relative_path(), checks::kProfileSizeLimit)
      .value_or(std::string());
}

// Without a file that can be read: what is known of the one option.
std::vector<std::string> change_of_option(const checks::StoredProfile& profile,
                                          const std::string& device) {
  std::vector<std::string> lines{"--- profile " + profile.id, "+++ profile " + profile.id};
  if (profile.primary) lines.push_back("-primary=" + profile.primary->value);
  lines.push_back("+primary=" + device);
  return lines;
}

void preview(PersistResult& result, const ProfileStore& store) {
  const std::string before = text_of_file(store, *result.profile);
  if (before.empty()) {
    result.outcome = PersistOutcome::would_write;
    result.change = change_of_option(*result.profile, result.sriov_device);
    return;
  }
  const auto after = checks::with_primary(result.profile->format, result.profile->file.native(),
                                          before, result.sriov_device);
  if (!after) {
    result.reason = after.error().to_string();
    return;
  }
  result.outcome = PersistOutcome::would_write;
  result.change = excerpt_of_change(result.profile->file.native(), before, *after);
}

void write(PersistResult& result, ProfileStore& store, const WhatGoesOn& what_goes_on) {
  const std::string before = text_of_file(store, *result.profile);
  if (const auto activity = what_goes_on()) {
    result.reason = *activity;
    return;
  }
  if (const auto written = store.set_primary(*result.profile, result.sriov_device); !written) {
    result.reason = written.error().to_string();
    return;
  }
  result.outcome = PersistOutcome::written;
  result.change = excerpt_of_change(result.profile->file.native(), before,
                                    text_of_file(store, *result.profile));
  if (result.change.empty()) {
    result.change = change_of_option(*result.profile, result.sriov_device);
  }
}

}  // namespace

PersistResult persist_primary(const BondReport& bond, const std::set<std::string>& devices,
                              ProfileStore& store, const PersistOrder& order,
                              const WhatGoesOn& what_goes_on) {
  PersistResult result;
  result.bond = bond.link.name;
  result.manner = store.manner();
  if (const SlaveReport* sriov = bond.sriov()) result.sriov_device = sriov->link.name;
  if (const SlaveReport* primary = bond.primary()) result.kernel_primary = primary->link.name;
  const auto stored = store.profiles();
  if (!stored) {
    result.finding = checks::Finding{
        "D-PRIMARY", result.bond, checks::Severity::info, stored.error().to_string(), "", ""};
    result.state = StoredPrimary::unreadable;
    result.reason = "the stored profiles cannot be read";
    return result;
  }
  const auto check = checks::check_persisted_primary(*stored, bond, devices);
  result.state = check.state;
  result.finding = check.finding;
  if (check.profile != nullptr) result.profile = *check.profile;
  if (check.state == StoredPrimary::ok) {
    result.outcome = PersistOutcome::unchanged;
  } else if (is_wrong(check.state) || (may_be_meant(check.state) && order.replace)) {
    if (order.dry_run) {
      preview(result, store);
    } else {
      write(result, store, what_goes_on);
    }
  } else if (may_be_meant(check.state)) {
    result.reason = "somebody may have meant it, so that it is replaced with --replace only";
  } else {
    result.reason = "there is no one profile that could be judged";
    if (check.state == StoredPrimary::not_judged) {
      result.reason = "which device to store is not known";
    }
  }
  return result;
}

std::vector<std::string> excerpt_of_change(const std::string& file, std::string_view before,
                                           std::string_view after) {
  constexpr std::size_t kContext = 2;
  if (before == after) return {};
  const auto old_lines = lines_of(before);
  const auto new_lines = lines_of(after);
  const std::size_t shorter = std::min(old_lines.size(), new_lines.size());
  std::size_t head = 0;
  while (head < shorter && old_lines[head] == new_lines[head]) ++head;
  std::size_t tail = 0;
  while (tail < shorter - head &&
         old_lines[old_lines.size() - 1 - tail] == new_lines[new_lines.size() - 1 - tail]) {
    ++tail;
  }
  const std::size_t first = head - std::min(head, kContext);
  const std::size_t after_tail = std::min(tail, kContext);
  const std::size_t old_end = old_lines.size() - tail;
  const std::size_t new_end = new_lines.size() - tail;
  const auto range = [first, after_tail](std::size_t end) {
    return std::to_string(first + 1) + "," + std::to_string(end + after_tail - first);
  };
  std::vector<std::string> lines{"--- " + file, "+++ " + file,
                                 "@@ -" + range(old_end) + " +" + range(new_end) + " @@"};
  const auto add = [&lines](char mark, const std::vector<std::string_view>& from, std::size_t begin,
                            std::size_t end) {
    for (std::size_t at = begin; at < end; ++at) lines.push_back(mark + std::string(from[at]));
  };
  add(' ', old_lines, first, head);
  add('-', old_lines, head, old_end);
  add('+', new_lines, head, new_end);
  add(' ', old_lines, old_end, old_end + after_tail);
  return lines;
}

}  // namespace hnv::ctl
