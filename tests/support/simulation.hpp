// SPDX-License-Identifier: Apache-2.0
// The watchdog's loop in virtual time: FakeKernel -> FakeMonitor -> PartitionKeeper -> FakeActuator
// -> FakeKernel. It stands for watchdog/daemon.cpp, without sockets, clock and files.
#pragma once

#include <optional>
#include <vector>

#include "hnv/config.hpp"
#include "hnv/device_facts.hpp"
#include "tests/support/fake_actuator.hpp"
#include "tests/support/fake_kernel.hpp"
#include "tests/support/fake_monitor.hpp"
#include "tests/support/fake_surroundings.hpp"
#include "watchdog/partition_keeper.hpp"

namespace hnv::test {

class Simulation {
 public:
  // The watchdog starts with the first run_for().
  explicit Simulation(Config config);
  // `facts`: what sysfs and the device tree would say.
  Simulation(Config config, DeviceFactsCache::Reader facts);

  FakeKernel kernel;
  FakeActuator actuator{kernel};
  FakeSurroundings surroundings;

  void run_for(base::BootClock::duration duration);
  // The kernel alone: the watchdog is busy elsewhere and reads it all in one batch afterwards.
  void run_unwatched(base::BootClock::duration duration) { kernel.advance(duration); }
  // Messages that the watchdog has not read yet are lost.
  void overrun();
  // Killed and started again: what it published last is all that it remembers, and has gone through
  // encode and decode. `moved`: the kept identity is of another machine.
  void restart_watchdog(const std::optional<watchdog::Moved>& moved = std::nullopt);
  // Stopped, and started again.
  void stop_and_start_watchdog();
  void configure(Config config);  // as after SIGHUP
  // What the watchdog finds in the prober's file; its boot is kBootId.
  void tell_paths(std::optional<PathStatus> paths);
  static constexpr const char* kBootId = "this boot";
  void set_mode(Mode mode);
  void let_nothing_be_kept() { can_keep_ = false; }  // as with a full /run
  void stop_for_good() { keeper_->release(); }

  // What the file says, which may be older than what the watchdog knows.
  [[nodiscard]] const watchdog::Remembered& published() const { return published_; }
  [[nodiscard]] bool knows(IfIndex bond) const { return keeper_->status(bond) != nullptr; }
  [[nodiscard]] const BondStatus& status(IfIndex bond) const { return *keeper_->status(bond); }
  [[nodiscard]] const LpmStatus& lpm() const { return keeper_->lpm(); }
  [[nodiscard]] const watchdog::MigrationState& migration() const { return keeper_->migration(); }
  [[nodiscard]] const FakeMonitor& monitor() const { return *monitor_; }
  [[nodiscard]] const std::vector<FakeActuator::Write>& writes() const { return actuator.writes(); }
  [[nodiscard]] std::optional<IfIndex> active(IfIndex bond);
  [[nodiscard]] std::optional<IfIndex> primary(IfIndex bond);
  [[nodiscard]] std::uint64_t failovers(IfIndex bond, FailoverDirection direction) const;

 private:
  void start(const std::optional<watchdog::Moved>& moved,
             const std::optional<watchdog::Remembered>& remembered);
  void react();
  void publish();
  void act();
  [[nodiscard]] std::optional<BootTime> next_wake() const;

  DeviceFactsCache::Reader facts_;
  watchdog::PartitionKeeper::Settings settings_;
  std::optional<FakeMonitor> monitor_;
  std::optional<watchdog::PartitionKeeper> keeper_;
  bool can_keep_ = true;
  watchdog::Remembered published_;
  std::optional<BootTime> publish_at_;
};

}  // namespace hnv::test
