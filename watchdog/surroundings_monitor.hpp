// SPDX-License-Identifier: Apache-2.0
// Watches for what goes on in the partition: files by inotify, the rest by looking now and then.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/file_watch.hpp"
#include "base/lock_file.hpp"
#include "hnv/hcn_log.hpp"
#include "hnv/paths.hpp"
#include "watchdog/surroundings.hpp"

namespace hnv::watchdog {

class SurroundingsMonitor final : public Lookout {
 public:
  // The machine's identity and the watches themselves: nothing tells of a change there.
  static constexpr std::chrono::seconds kPollInterval{5};
  // While a command of hcnmgr or drmgr runs, whose end nothing tells of. Reading every process's
  // name more often slows the very command down.
  static constexpr std::chrono::seconds kScanInterval{1};

  SurroundingsMonitor(const Paths& paths, base::FileWatch watch);

  [[nodiscard]] int fd() const { return watch_.fd(); }

  // What goes on now, with all that has happened since the last call. To be called when fd() is
  // readable, when wake_at() has come, and after is_quiet() said no.
  Surroundings look(base::BootTime now);
  [[nodiscard]] base::BootTime wake_at() const { return wake_at_; }

  bool is_quiet(base::BootTime now, Depth depth) override;

  // What could not be watched or read; empty when nothing is the matter. Each once.
  std::vector<base::Error> take_errors() { return std::exchange(errors_, {}); }

 private:
  enum class Watched : std::uint8_t { log, log_folder, lock_folder, hook_folder, pause_folder };
  static constexpr std::size_t kWatched = 5;

  void read_events();
  void renew_watches();
  bool renew(Watched what, const std::filesystem::path& path, std::uint32_t mask);
  void read_log();
  void read_lock();
  void read_processes(base::BootTime now);
  void complain(const base::Error& error);

  Paths paths_;
  std::string boot_id_;
  base::FileWatch watch_;
  std::array<int, kWatched> watches_{-1, -1, -1, -1, -1};
  HcnLog log_;
  base::LockProbe lock_;
  Surroundings seen_;  // its news are those since the last look()
  base::BootTime wake_at_;
  base::BootTime polled_;
  std::optional<base::BootTime> scanned_;
  bool scan_wanted_ = false;     // as soon as kScanInterval allows
  bool log_is_watched_ = false;  // else its size is looked at with each poll
  std::vector<base::Error> errors_;
  std::set<std::string> complained_;
};

}  // namespace hnv::watchdog
