// SPDX-License-Identifier: Apache-2.0
// The shell of hnv-prober: the only place with a clock, an event loop and a log. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/event_loop.hpp"
#include "base/lock_file.hpp"
#include "base/unique_fd.hpp"
#include "bond/link_monitor.hpp"
#include "hnv/config.hpp"
#include "hnv/device_facts.hpp"
#include "hnv/partition.hpp"
#include "hnv/path_status.hpp"
#include "prober/bond_prober.hpp"
#include "prober/options.hpp"
#include "prober/packet_pool.hpp"
#include "prober/slave_port.hpp"
#include "prober/targets.hpp"

namespace hnv::prober {

class Daemon {
 public:
  // Takes the lock beside the status file (error busy: another prober runs), opens all sockets, and
  // drops every privilege.
  static base::Expected<std::unique_ptr<Daemon>> open(const Options& options, Config config);

  // Runs until SIGTERM or SIGINT; the exit code.
  base::Expected<int> run();

 private:
  struct Probed {
    explicit Probed(BondProber asking) : prober(std::move(asking)) {}
    BondProber prober;
    std::map<bond::IfIndex, SlavePort> ports;
    std::map<bond::IfIndex, std::string> devices;
    PathVerdict logged = PathVerdict::not_judged;
  };

  Daemon(const Options& options, Config config, base::LockFile lock, base::EventLoop loop,
         bond::LinkMonitor monitor, PacketPool pool);

  void on_links();
  void on_timer();
  void on_reload();
  void on_stop();
  void on_frames(const std::string& bond, bond::IfIndex slave, int fd);
  void reopen_monitor(const base::Error& error);

  void look(base::BootTime now);
  void look_at(const BondConfig& bond, const BondReport& report, base::BootTime now);
  void open_ports(Probed& probed, BondView& view);
  void close_unviewed(Probed& probed, const BondView& view, bool with_ipv6);
  void close_port(SlavePort& port);
  void forget(const std::string& bond);
  void ask(Probed& probed, base::BootTime now);
  // Everything that follows: log, status, next timer.
  void conclude(base::BootTime now);
  bool log_verdicts();
  void publish(base::BootTime now);
  void arm_timer();
  [[nodiscard]] base::BootClock::duration publish_interval() const;
  [[nodiscard]] PathStatus status() const;

  Options options_;
  Config config_;
  base::LockFile lock_;
  base::EventLoop loop_;
  bond::LinkMonitor monitor_;
  PacketPool pool_;
  base::UniqueFd asking_;  // for ioctls
  DeviceFactsCache facts_;
  HostNetwork host_;
  std::optional<base::BootTime> host_read_at_;
  std::map<std::string, Probed> probed_;
  PathStatus identity_;  // what does not change while we run
  std::uint64_t run_ = 0;
  std::uint64_t overslept_ = 0;  // of bonds that have gone
  std::string told_;             // to the service manager
  bool ready_ = false;
  bool publish_failed_ = false;
  std::optional<base::BootTime> published_at_;
};

}  // namespace hnv::prober
