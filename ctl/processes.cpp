// SPDX-License-Identifier: Apache-2.0
#include "ctl/processes.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <system_error>

#include "base/atomic_file.hpp"
#include "base/lock_file.hpp"

namespace hnv::ctl {

namespace {

namespace fs = std::filesystem;

bool is_number(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char character) {
    return std::isdigit(character) != 0;
  });
}

}  // namespace

std::optional<RunningProcess> find_process(const fs::path& procfs,
                                           std::initializer_list<std::string_view> names) {
  constexpr std::size_t kLongestName = 64;
  std::error_code error;
  for (fs::directory_iterator entry(procfs, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string number = entry->path().filename();
    if (!is_number(number)) continue;
    auto comm = base::read_file(entry->path() / "comm", kLongestName);
    if (!comm) continue;  // it has just ended
    if (!comm->empty() && comm->back() == '\n') comm->pop_back();
    if (std::find(names.begin(), names.end(), *comm) == names.end()) continue;
    return RunningProcess{*comm, static_cast<pid_t>(std::strtol(number.c_str(), nullptr, 10))};
  }
  return std::nullopt;
}

std::optional<std::string> who_changes_bonds(const fs::path& procfs, const fs::path& dlpar_lock) {
  if (const auto process = find_process(
          procfs, {"hcnmgr", "hcncfgdrc", "hcnqrydev", "hcnrmdev", "hcnrmhcn", "drmgr"})) {
    return process->name + " (pid " + std::to_string(process->pid) +
           ") is changing bonds now; try again when it has ended";
  }
  if (const auto holder = base::lock_holder(dlpar_lock).value_or(std::nullopt)) {
    return "pid " + std::to_string(*holder) + " holds " + dlpar_lock.native() +
           ": devices of the partition are being changed now; try again later";
  }
  return std::nullopt;
}

}  // namespace hnv::ctl
