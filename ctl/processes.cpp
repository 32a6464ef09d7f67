// SPDX-License-Identifier: Apache-2.0
#include "ctl/processes.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <system_error>

#include "base/atomic_file.hpp"
#include "base/unique_fd.hpp"

namespace hnv::ctl {

namespace {

namespace fs = std::filesystem;

bool is_number(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char character) {
    return std::isdigit(character) != 0;
  });
}

// Its holder; the file itself stays when it is released and says nothing.
std::optional<pid_t> holder_of(const fs::path& lock) {
  const base::UniqueFd file(::open(lock.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) return std::nullopt;
  struct flock question {};
  question.l_type = F_WRLCK;
  question.l_whence = SEEK_SET;
  if (::fcntl(file.get(), F_GETLK, &question) != 0 || question.l_type == F_UNLCK) {
    return std::nullopt;
  }
  return question.l_pid;
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
  if (const auto holder = holder_of(dlpar_lock)) {
    return "pid " + std::to_string(*holder) + " holds " + dlpar_lock.native() +
           ": devices of the partition are being changed now; try again later";
  }
  return std::nullopt;
}

}  // namespace hnv::ctl
