// SPDX-License-Identifier: Apache-2.0
#include "tests/support/simulation.hpp"

#include <algorithm>
#include <utility>

namespace hnv::test {

namespace {

// No sysfs and no device tree: a device's bus is what its messages say.
Paths no_files() {
  return Paths{"/nonexistent", "/nonexistent", "/nonexistent"};
}

}  // namespace

Simulation::Simulation(Config config) : config_(std::move(config)), facts_(no_files()) {
  policy_.mode = config_.mode;
  policy_.hold_down = config_.hold_down;
  policy_.settle = config_.settle;
}

void Simulation::run_for(base::BootClock::duration duration) {
  const BootTime end = kernel.now() + duration;
  if (!monitor_) monitor_.emplace(kernel);
  react();
  while (true) {
    std::optional<BootTime> next = next_wake();
    if (const auto timer = kernel.next_timer(); timer && (!next || *timer < *next)) next = timer;
    if (!next || *next > end) break;
    kernel.advance_to(*next);
    react();
    fire_timers();
    react();
  }
  kernel.advance_to(end);
}

void Simulation::react() {
  do {
    take(monitor_->drain());
  } while (monitor_->has_answer());
}

void Simulation::take(const std::vector<bond::LinkMonitor::News>& news) {
  std::set<IfIndex> touched;
  for (const auto& item : news) {
    for (const auto& bond : {item.change.bond, item.change.left_bond}) {
      if (!bond) continue;
      touched.insert(*bond);
      const bond::Link* link = monitor_->topology().bond(*bond);
      if (link != nullptr) keepers_.try_emplace(*bond, *bond, link->name);
    }
    if (const auto bond = item.change.bond; bond && keepers_.contains(*bond)) {
      keepers_.at(*bond).note(item.change, item.resync, kernel.now());
    }
  }
  touched.merge(std::exchange(waiting_for_fresh_, {}));
  for (const IfIndex bond : touched) look_at(bond);
}

void Simulation::look_at(IfIndex bond) {
  const auto found = keepers_.find(bond);
  if (found == keepers_.end()) return;
  watchdog::BondKeeper& keeper = found->second;
  if (monitor_->topology().bond(bond) == nullptr && monitor_->fresh(bond)) {
    keepers_.erase(found);
    return;
  }
  const watchdog::Picture picture{&monitor_->topology(), monitor_->fresh(bond),
                                  monitor_->refreshes(bond)};
  const auto round = keeper.look(picture, policy_, config_.bond(keeper.status().name), facts_,
                                 actuator, kernel.now());
  if (round.read_back) monitor_->refresh(bond);
  if (!monitor_->fresh(bond)) waiting_for_fresh_.insert(bond);
}

void Simulation::fire_timers() {
  std::vector<IfIndex> due;
  for (const auto& [bond, keeper] : keepers_) {
    if (const auto at = keeper.wake_at(); at && kernel.now() >= *at) due.push_back(bond);
  }
  for (const IfIndex bond : due) look_at(bond);
}

std::optional<BootTime> Simulation::next_wake() const {
  std::optional<BootTime> next;
  for (const auto& [bond, keeper] : keepers_) {
    if (const auto at = keeper.wake_at(); at && (!next || *at < *next)) next = at;
  }
  return next;
}

void Simulation::overrun() {
  if (monitor_) monitor_->lose_unread();
}

void Simulation::restart_watchdog() {
  keepers_.clear();
  waiting_for_fresh_.clear();
  monitor_.emplace(kernel);
}

void Simulation::set_mode(Mode mode) {
  policy_.mode = mode;
  std::vector<IfIndex> bonds;
  for (const auto& [bond, keeper] : keepers_) bonds.push_back(bond);
  for (const IfIndex bond : bonds) look_at(bond);
}

const BondStatus& Simulation::status(IfIndex bond) const {
  return keepers_.at(bond).status();
}

std::optional<IfIndex> Simulation::active(IfIndex bond) {
  return kernel.link(bond).value().bond->active_slave;
}

std::optional<IfIndex> Simulation::primary(IfIndex bond) {
  return kernel.link(bond).value().bond->primary;
}

std::uint64_t Simulation::failovers(IfIndex bond, FailoverDirection direction) const {
  std::uint64_t sum = 0;
  for (const auto cause : base::all_values<FailoverCause>()) {
    sum += status(bond).failovers[direction][cause];
  }
  return sum;
}

}  // namespace hnv::test
