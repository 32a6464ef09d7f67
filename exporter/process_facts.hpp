// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "base/expected.hpp"

namespace hnv::exporter {

// What every Prometheus client tells of its own process.
struct ProcessFacts {
  double cpu_seconds = 0;  // user and system
  double start_time_unix_seconds = 0;
  std::uint64_t resident_bytes = 0;
  std::uint64_t virtual_bytes = 0;
  std::uint64_t virtual_max_bytes = 0;  // 2^64-1: no limit
  std::uint64_t open_fds = 0;
  std::uint64_t max_fds = 0;
};

class ProcessReader {
 public:
  explicit ProcessReader(const std::filesystem::path& procfs) : self_(procfs / "self") {}

  base::Expected<ProcessFacts> read();

 private:
  std::filesystem::path self_;
  // Worked out once: doing it again after the wall clock was set would move it.
  std::optional<double> start_time_;
};

}  // namespace hnv::exporter
