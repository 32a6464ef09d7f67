// SPDX-License-Identifier: Apache-2.0
// The watchdog's loop in virtual time: FakeKernel -> FakeMonitor -> BondKeeper -> FakeActuator ->
// FakeKernel. It stands for watchdog/daemon.cpp, without sockets, clock and files.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "hnv/config.hpp"
#include "hnv/device_facts.hpp"
#include "tests/support/fake_actuator.hpp"
#include "tests/support/fake_kernel.hpp"
#include "tests/support/fake_monitor.hpp"
#include "watchdog/bond_keeper.hpp"

namespace hnv::test {

class Simulation {
 public:
  // The watchdog starts with the first run_for().
  explicit Simulation(Config config);

  FakeKernel kernel;
  FakeActuator actuator{kernel};

  void run_for(base::BootClock::duration duration);
  // The kernel alone: the watchdog is busy elsewhere and reads it all in one batch afterwards.
  void run_unwatched(base::BootClock::duration duration) { kernel.advance(duration); }
  // Messages that the watchdog has not read yet are lost.
  void overrun();
  // Everything that it remembers is gone.
  void restart_watchdog();
  void set_mode(Mode mode);  // as after SIGHUP

  [[nodiscard]] bool knows(IfIndex bond) const { return keepers_.contains(bond); }
  [[nodiscard]] const BondStatus& status(IfIndex bond) const;
  [[nodiscard]] const FakeMonitor& monitor() const { return *monitor_; }
  [[nodiscard]] const std::vector<FakeActuator::Write>& writes() const { return actuator.writes(); }
  [[nodiscard]] std::optional<IfIndex> active(IfIndex bond);
  [[nodiscard]] std::optional<IfIndex> primary(IfIndex bond);
  [[nodiscard]] std::uint64_t failovers(IfIndex bond, FailoverDirection direction) const;

 private:
  void react();
  void take(const std::vector<bond::LinkMonitor::News>& news);
  void look_at(IfIndex bond);
  void fire_timers();
  [[nodiscard]] std::optional<BootTime> next_wake() const;

  Config config_;
  watchdog::PolicyConfig policy_;
  DeviceFactsCache facts_;
  std::optional<FakeMonitor> monitor_;
  std::map<IfIndex, watchdog::BondKeeper> keepers_;
  std::set<IfIndex> waiting_for_fresh_;
};

}  // namespace hnv::test
