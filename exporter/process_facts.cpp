// SPDX-License-Identifier: Apache-2.0
#include "exporter/process_facts.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <charconv>
#include <ctime>
#include <string>
#include <string_view>
#include <system_error>

#include "base/atomic_file.hpp"
#include "base/clock.hpp"

namespace hnv::exporter {

namespace {

using base::Expected;
using base::failure;

// Fields of /proc/PID/stat, counted as in proc(5).
constexpr int kFirstFieldAfterName = 3;
constexpr int kStartTimeField = 22;
constexpr int kVirtualSizeField = 23;
constexpr int kResidentPagesField = 24;

struct Stat {
  std::uint64_t start_ticks = 0;
  std::uint64_t virtual_bytes = 0;
  std::uint64_t resident_pages = 0;
};

std::optional<Stat> parse_stat(std::string_view text) {
  // The program's name may hold blanks and parentheses; the last one ends it.
  const auto name_end = text.rfind(')');
  if (name_end == std::string_view::npos) return std::nullopt;
  text.remove_prefix(name_end + 1);
  Stat stat;
  int read = 0;
  for (int field = kFirstFieldAfterName; field <= kResidentPagesField; ++field) {
    const auto begin = text.find_first_not_of(' ');
    if (begin == std::string_view::npos) return std::nullopt;
    text.remove_prefix(begin);
    std::uint64_t* target = field == kStartTimeField       ? &stat.start_ticks
                            : field == kVirtualSizeField   ? &stat.virtual_bytes
                            : field == kResidentPagesField ? &stat.resident_pages
                                                           : nullptr;
    if (target != nullptr) {
      const auto result = std::from_chars(text.data(), text.data() + text.size(), *target);
      if (result.ec == std::errc()) ++read;
    }
    text.remove_prefix(std::min(text.find_first_of(" \n"), text.size()));
  }
  constexpr int kWanted = 3;
  return read == kWanted ? std::optional(stat) : std::nullopt;
}

double cpu_seconds() {
  timespec used{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  constexpr double kNanosecond = 1e-9;
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * kNanosecond;
}

std::uint64_t soft_limit(__rlimit_resource_t resource) {
  rlimit limit{};
  ::getrlimit(resource, &limit);
  return limit.rlim_cur;
}

}  // namespace

Expected<ProcessFacts> ProcessReader::read() {
  constexpr std::size_t kLongestStat = 4096;
  const auto text = base::read_file(self_ / "stat", kLongestStat);
  if (!text) return failure(text.error());
  const auto stat = parse_stat(*text);
  if (!stat) {
    return failure({base::ErrorCode::invalid, "read", (self_ / "stat").native(),
                    "fields are missing or no numbers"});
  }
  if (!start_time_) {
    const double since_boot =
        static_cast<double>(stat->start_ticks) / static_cast<double>(::sysconf(_SC_CLK_TCK));
    start_time_ = base::unix_time() - base::to_seconds(base::BootClock::now().time_since_epoch()) +
                  since_boot;
  }
  ProcessFacts facts;
  facts.cpu_seconds = cpu_seconds();
  facts.start_time_unix_seconds = *start_time_;
  facts.resident_bytes = stat->resident_pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  facts.virtual_bytes = stat->virtual_bytes;
  facts.virtual_max_bytes = soft_limit(RLIMIT_AS);
  facts.max_fds = soft_limit(RLIMIT_NOFILE);
  std::error_code error;
  for (std::filesystem::directory_iterator entry(self_ / "fd", error), end; entry != end;
       entry.increment(error)) {
    ++facts.open_fds;
  }
  if (error) return failure(base::from_errno("list", (self_ / "fd").native(), error.value()));
  return facts;
}

}  // namespace hnv::exporter
