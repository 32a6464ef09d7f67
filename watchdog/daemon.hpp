// SPDX-License-Identifier: Apache-2.0
// The shell of hnv-watchdog: the only place with a clock, an event loop and a log. One thread.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/event_loop.hpp"
#include "base/lock_file.hpp"
#include "bond/link_monitor.hpp"
#include "hnv/config.hpp"
#include "hnv/identity.hpp"
#include "watchdog/event_journal.hpp"
#include "watchdog/netlink_actuator.hpp"
#include "watchdog/options.hpp"
#include "watchdog/partition_keeper.hpp"
#include "watchdog/path_watch.hpp"
#include "watchdog/status_publisher.hpp"
#include "watchdog/surroundings_monitor.hpp"

namespace hnv::watchdog {

class Daemon {
 public:
  // Takes the lock beside the status file (error busy: another watchdog runs) and subscribes to
  // link messages.
  static base::Expected<std::unique_ptr<Daemon>> open(const Options& options, Config config);

  // Runs until SIGTERM or SIGINT; the exit code.
  base::Expected<int> run();

 private:
  Daemon(const Options& options, Config config, base::LockFile lock, base::EventLoop loop,
         bond::LinkMonitor monitor, base::FileWatch watch);

  void on_links();
  void on_surroundings();
  void on_timer();
  void on_reload();
  void on_stop();
  void on_restart();

  // To the log and to the journal.
  void tell(base::LogLevel level, Event event, const std::vector<base::LogField>& fields = {});
  void tell_all(const std::vector<LogEntry>& entries);
  void write_journal(base::BootTime now);
  // Everything that follows from what was noted: decisions, writes, log, status, next timer.
  void act(base::BootTime now);
  void look_around(base::BootTime now);
  void look_at_paths(base::BootTime now);
  void adopt_memory();
  void start_on_machine();
  void keep_identity();
  void reopen_monitor(const base::Error& error);
  void report_losses();
  bool publish(base::BootTime now);  // whether it could be written
  bool keep_state(base::BootTime now);
  void tell_service_manager(base::BootTime now);
  void arm_timer();
  void configure(Config config);
  [[nodiscard]] Picture picture_of(bond::IfIndex bond) const;
  [[nodiscard]] WatchdogStatus status() const;

  Options options_;
  Config config_;
  PolicyConfig policy_;
  base::LockFile lock_;
  base::EventLoop loop_;
  bond::LinkMonitor monitor_;
  SurroundingsMonitor surroundings_;
  PathWatch paths_;
  NetlinkActuator actuator_;
  PartitionKeeper keeper_;
  StatusPublisher publisher_;
  EventJournal journal_;
  WatchdogStatus identity_;  // what does not change while we run
  std::optional<PartitionIdentity> kept_identity_;
  bond::LinkCounters reported_;  // as last logged
  std::string told_;             // to the service manager
  bool ready_ = false;
  std::uint64_t write_failures_ = 0;  // of the status file
  bool publish_failed_ = false;
  bool journal_failed_ = false;
  bool keep_failed_ = false;
};

}  // namespace hnv::watchdog
