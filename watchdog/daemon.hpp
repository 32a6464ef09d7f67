// SPDX-License-Identifier: Apache-2.0
// The shell of hnv-watchdog: the only place with a clock, an event loop and a log. One thread.
#pragma once

#include <map>
#include <memory>
#include <set>

#include "base/event_loop.hpp"
#include "base/lock_file.hpp"
#include "bond/link_monitor.hpp"
#include "hnv/config.hpp"
#include "hnv/device_facts.hpp"
#include "watchdog/bond_keeper.hpp"
#include "watchdog/netlink_actuator.hpp"
#include "watchdog/options.hpp"
#include "watchdog/status_publisher.hpp"

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
         bond::LinkMonitor monitor);

  void on_links();
  void on_timer();
  void on_reload();
  void on_stop();

  void take_news(const std::vector<bond::LinkMonitor::News>& news, base::BootTime now);
  void look_at(bond::IfIndex bond, base::BootTime now);
  void look_at_all(base::BootTime now);
  void reopen_monitor(const base::Error& error);
  void tell_ready();
  void report_overruns();
  void publish(base::BootTime now);
  void arm_timer();
  void configure(Config config);
  [[nodiscard]] WatchdogStatus status() const;

  Options options_;
  Config config_;
  PolicyConfig policy_;
  base::LockFile lock_;
  base::EventLoop loop_;
  bond::LinkMonitor monitor_;
  // Sums of the monitors before this one, after a socket failure.
  bond::LinkCounters past_links_;
  NetlinkActuator actuator_;
  DeviceFactsCache facts_;
  StatusPublisher publisher_;
  std::map<bond::IfIndex, BondKeeper> keepers_;
  std::set<bond::IfIndex> waiting_for_fresh_;  // looked at while their picture was not fresh
  WatchdogStatus identity_;                    // what does not change while we run
  std::uint64_t overruns_reported_ = 0;
  bool ready_ = false;
  bool publish_failed_ = false;
};

}  // namespace hnv::watchdog
