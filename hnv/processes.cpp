// SPDX-License-Identifier: Apache-2.0
#include "hnv/processes.hpp"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <string>

#include "base/atomic_file.hpp"

namespace hnv {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargestProcFile = 8192;

std::optional<pid_t> pid_of(const std::string& name) {
  pid_t pid = 0;
  const char* const end = name.data() + name.size();
  const auto [last, error] = std::from_chars(name.data(), end, pid);
  if (error != std::errc() || last != end || pid <= 0) return std::nullopt;
  return pid;
}

std::string first_line(const fs::path& file) {
  std::string text = base::read_file(file, kLargestProcFile).value_or("");
  if (const auto end = text.find('\n'); end != std::string::npos) text.resize(end);
  return text;
}

// Field 22 of /proc/<pid>/stat, in clock ticks since boot. The second field, the name in
// parentheses, may hold anything: what follows is counted from its last parenthesis.
base::BootTime start_of(const fs::path& process) {
  const std::string stat = first_line(process / "stat");
  std::size_t at = stat.rfind(')');
  constexpr int kFieldsBetween = 20;
  for (int field = 0; field < kFieldsBetween && at != std::string::npos; ++field) {
    at = stat.find(' ', at + 1);
  }
  std::uint64_t ticks = 0;
  if (at != std::string::npos) {
    std::from_chars(stat.data() + at + 1, stat.data() + stat.size(), ticks);
  }
  const auto per_second = static_cast<std::uint64_t>(std::max(::sysconf(_SC_CLK_TCK), 1L));
  constexpr std::uint64_t kNanosecondsPerSecond = 1'000'000'000;
  return base::BootTime(std::chrono::nanoseconds(ticks * (kNanosecondsPerSecond / per_second)));
}

bool runs_at_boot(const fs::path& process) {
  const std::string groups = base::read_file(process / "cgroup", kLargestProcFile).value_or("");
  return groups.find("/hcn-init") != std::string::npos;
}

}  // namespace

ProcessScan scan_processes(const fs::path& procfs) {
  ProcessScan scan;
  scan.blind = first_line(procfs / "1" / "comm").empty();
  std::error_code error;
  for (fs::directory_iterator entry(procfs, error), end; !error && entry != end;
       entry.increment(error)) {
    const fs::path& process = entry->path();
    const auto pid = pid_of(process.filename().native());
    if (!pid) continue;
    const auto command = base::value_of<HcnCommand>(first_line(process / "comm"));
    if (!command) continue;
    scan.processes.push_back(HcnProcess{*command, *pid, start_of(process), runs_at_boot(process)});
  }
  // A table that cannot be read to its end may hide anything.
  scan.blind = scan.blind || static_cast<bool>(error);
  std::sort(scan.processes.begin(), scan.processes.end(),
            [](const HcnProcess& left, const HcnProcess& right) { return left.pid < right.pid; });
  return scan;
}

}  // namespace hnv
