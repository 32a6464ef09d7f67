// SPDX-License-Identifier: Apache-2.0
#include "watchdog/surroundings_monitor.hpp"

#include <sys/inotify.h>

#include <algorithm>

#include "hnv/device_tree.hpp"
#include "hnv/status.hpp"

namespace hnv::watchdog {

namespace {

namespace fs = std::filesystem;
using base::BootTime;

// IN_ATTRIB: the last name of a file that is still open has gone.
constexpr std::uint32_t kReplaced = IN_MOVE_SELF | IN_DELETE_SELF | IN_ATTRIB;
constexpr std::uint32_t kAppended = IN_MODIFY | kReplaced;
constexpr std::uint32_t kAppeared = IN_CREATE | IN_MOVED_TO | IN_ONLYDIR;
constexpr std::uint32_t kUsed = IN_OPEN | IN_CLOSE_WRITE | IN_CREATE | IN_ONLYDIR;
constexpr std::uint32_t kWritten = IN_CLOSE_WRITE | IN_MOVED_TO | IN_ONLYDIR;
constexpr std::uint32_t kListed =
    IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_CLOSE_WRITE | IN_ONLYDIR;

std::size_t count_pairs(const fs::path& devicetree) {
  std::set<HcnId> ids;
  for (const HnvNode& node : scan_device_tree(devicetree).nodes) ids.insert(node.hcn_id);
  return ids.size();
}

}  // namespace

SurroundingsMonitor::SurroundingsMonitor(const Paths& paths, base::FileWatch watch)
    : paths_(paths),
      boot_id_(read_boot_id(paths.procfs.native())),
      watch_(std::move(watch)),
      log_(paths.hcnmgr_log),
      lock_(paths.dlpar_lock) {}

Surroundings SurroundingsMonitor::look(BootTime now) {
  if (!scanned_ || now - polled_ >= kPollInterval) {
    polled_ = now;
    renew_watches();
    const auto frame = read_frame_key(paths_);
    // A property that cannot be read for a moment is not another machine.
    if (frame && frame != seen_.frame) {
      seen_.frame = frame;
      seen_.hnv_pairs = count_pairs(paths_.devicetree);
    }
  }
  read_events();
  read_log();
  read_lock();
  seen_.hook = read_hook_note(paths_.hook_notes, now);
  seen_.operator_pauses = read_pauses(paths_.pauses, boot_id_, now);
  // Nothing tells of a command's end, and of its begin only the log.
  const bool at_poll = polled_ == now && !log_is_watched_;
  if (seen_.hcnmgr_seen || at_poll || !seen_.processes.empty() || !scanned_) scan_wanted_ = true;
  if (scan_wanted_ && (!scanned_ || now - *scanned_ >= kScanInterval)) read_processes(now);
  wake_at_ = polled_ + kPollInterval;
  if (scan_wanted_ || seen_.dlpar || !seen_.processes.empty()) {
    wake_at_ = std::min(wake_at_, std::max(*scanned_, now) + kScanInterval);
  }
  for (const OperatorPause& pause : seen_.operator_pauses) {
    if (pause.until) wake_at_ = std::min(wake_at_, *pause.until);
  }
  Surroundings seen = seen_;
  seen_.begun.clear();
  seen_.hcnmgr_seen = seen_.dlpar_seen = false;
  return seen;
}

bool SurroundingsMonitor::is_quiet(BootTime now, Depth depth) {
  const Surroundings before = seen_;
  read_events();
  read_log();
  read_lock();
  if (depth == Depth::all) read_processes(now);
  const auto hook = read_hook_note(paths_.hook_notes, now);
  const bool same_hook =
      hook.has_value() == before.hook.has_value() && (!hook || hook->stamp == before.hook->stamp);
  const bool same_frame = !before.frame || read_frame_key(paths_) == before.frame;
  // What is not the same any more is read by the look() that follows.
  if (!same_frame) polled_ = BootTime{};
  const bool nothing_new = seen_.begun.empty() && !seen_.hcnmgr_seen && !seen_.dlpar_seen;
  return nothing_new && seen_.processes.empty() && !seen_.dlpar && !seen_.blind && same_hook &&
         same_frame && read_pauses(paths_.pauses, boot_id_, now) == before.operator_pauses;
}

void SurroundingsMonitor::read_events() {
  for (const base::FileWatch::Event& event : watch_.read()) {
    if ((event.mask & IN_Q_OVERFLOW) != 0) seen_.hcnmgr_seen = true;
    const auto found = std::find(watches_.begin(), watches_.end(), event.watch);
    if (found == watches_.end()) continue;
    const auto what = static_cast<Watched>(found - watches_.begin());
    if ((event.mask & IN_IGNORED) != 0) *found = -1;
    const bool of_lock = event.name == paths_.dlpar_lock.filename();
    // Readers close without having written: that is how drmgr's use differs from a look.
    if (what == Watched::lock_folder && of_lock && (event.mask & IN_CLOSE_WRITE) != 0) {
      seen_.dlpar_seen = true;
    }
    const bool log_moved = what == Watched::log && (event.mask & kReplaced) != 0;
    const bool log_came = what == Watched::log_folder && event.name == paths_.hcnmgr_log.filename();
    if (log_moved || log_came) renew_watches();
  }
}

// A watch is on an inode: after a rotation or a boot of the other side it must be set anew. Setting
// one that is there changes nothing.
void SurroundingsMonitor::renew_watches() {
  log_is_watched_ = renew(Watched::log, paths_.hcnmgr_log, kAppended);
  renew(Watched::log_folder, paths_.hcnmgr_log.parent_path(), kAppeared);
  renew(Watched::lock_folder, paths_.dlpar_lock.parent_path(), kUsed);
  renew(Watched::hook_folder, paths_.hook_notes, kWritten);
  renew(Watched::pause_folder, paths_.pauses, kListed);
  // No log: hcnmgr has never run here, and its first run makes one.
  std::error_code error;
  if (!fs::exists(paths_.hcnmgr_log, error)) {
    log_is_watched_ = watches_[static_cast<std::size_t>(Watched::log_folder)] >= 0;
  }
}

bool SurroundingsMonitor::renew(Watched what, const fs::path& path, std::uint32_t mask) {
  auto watch = watch_.add(path, mask);
  watches_[static_cast<std::size_t>(what)] = watch.value_or(-1);
  if (!watch && watch.error().code != base::ErrorCode::not_found) complain(watch.error());
  return watch.has_value();
}

void SurroundingsMonitor::read_log() {
  auto news = log_.news();
  if (!news) return complain(news.error());
  seen_.hcnmgr_seen = seen_.hcnmgr_seen || news->grew;
  seen_.begun.insert(seen_.begun.end(), news->begun.begin(), news->begun.end());
}

void SurroundingsMonitor::read_lock() {
  const auto holder = lock_.holder();
  if (!holder) return complain(holder.error());
  seen_.dlpar = holder->has_value();
  seen_.dlpar_seen = seen_.dlpar_seen || seen_.dlpar;
}

void SurroundingsMonitor::read_processes(BootTime now) {
  scanned_ = now;
  scan_wanted_ = false;
  ProcessScan scan = scan_processes(paths_.procfs);
  seen_.processes = std::move(scan.processes);
  seen_.blind = scan.blind;
}

void SurroundingsMonitor::complain(const base::Error& error) {
  if (complained_.insert(error.object).second) errors_.push_back(error);
}

}  // namespace hnv::watchdog
