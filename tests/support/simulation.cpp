// SPDX-License-Identifier: Apache-2.0
#include "tests/support/simulation.hpp"

#include <algorithm>
#include <utility>

#include "watchdog/status_publisher.hpp"

namespace hnv::test {

namespace {

// No sysfs and no device tree: a device's bus is what its messages say.
DeviceFacts facts_of_messages(const bond::Link& link) {
  DeviceFacts facts;
  facts.bus = link.parent_bus;
  return facts;
}

}  // namespace

Simulation::Simulation(Config config) : Simulation(std::move(config), facts_of_messages) {}

Simulation::Simulation(Config config, DeviceFactsCache::Reader facts) : facts_(std::move(facts)) {
  settings_.policy.mode = config.mode;
  settings_.policy.hold_down = config.hold_down;
  settings_.policy.settle = config.settle;
  settings_.policy.fast_failover_hold = config.fast_failover_hold;
  settings_.policy.moves_per_hour = config.moves_per_hour;
  settings_.boot_id = kBootId;
  settings_.config = std::move(config);
}

void Simulation::start(const std::optional<watchdog::Moved>& moved,
                       const std::optional<watchdog::Remembered>& remembered) {
  monitor_.emplace(kernel);
  keeper_.emplace(
      [this](IfIndex bond) {
        return watchdog::Picture{&monitor_->topology(), monitor_->fresh(bond),
                                 monitor_->refreshes(bond), false};
      },
      DeviceFactsCache(facts_), actuator, surroundings);
  keeper_->configure(settings_);
  if (remembered) keeper_->adopt(*remembered);
  keeper_->start_on(surroundings.take(), moved, kernel.now());
}

void Simulation::run_for(base::BootClock::duration duration) {
  const BootTime end = kernel.now() + duration;
  if (!keeper_) start(std::nullopt, std::nullopt);
  react();
  while (true) {
    std::optional<BootTime> next = next_wake();
    if (const auto timer = kernel.next_timer(); timer && (!next || *timer < *next)) next = timer;
    // What happens at the same moment comes first.
    if (publish_at_ && *publish_at_ <= end && (!next || *publish_at_ < *next)) {
      kernel.advance_to(std::max(*publish_at_, kernel.now()));
      publish();
      continue;
    }
    if (!next || *next > end) break;
    kernel.advance_to(*next);
    react();
    react();  // to what its own writes have caused
  }
  kernel.advance_to(end);
}

void Simulation::react() {
  do {
    keeper_->note(monitor_->drain(), kernel.now());
    if (monitor_->synchronised()) keeper_->note_complete(kernel.now());
    if (surroundings.has_news()) keeper_->note(surroundings.take());
    act();
  } while (monitor_->has_answer());
  if (!publish_at_) publish_at_ = kernel.now() + watchdog::StatusPublisher::kShortestInterval;
}

void Simulation::publish() {
  publish_at_.reset();
  published_.status.lpm = keeper_->lpm();
  published_.status.bonds = keeper_->statuses();
  published_.status.gone_bonds = keeper_->gone_bonds();
  published_.memory = keeper_->memory();
}

void Simulation::act() {
  const auto round = keeper_->act(kernel.now());
  for (const IfIndex bond : round.read_back) monitor_->refresh(bond);
  const bool kept = round.keep && can_keep_ && monitor_->synchronised();
  if (round.urgent || kept) {
    if (monitor_->synchronised()) publish();
  }
  if (kept) keeper_->note_kept();
  if (round.look_around) keeper_->note(surroundings.take());
  if (round.look_around || kept) act();
}

std::optional<BootTime> Simulation::next_wake() const {
  return keeper_->wake_at();
}

void Simulation::overrun() {
  if (monitor_) monitor_->lose_unread();
}

void Simulation::restart_watchdog(const std::optional<watchdog::Moved>& moved) {
  const std::string text =
      encode_status(published_.status, watchdog::encode_memory(published_.memory));
  const auto status = decode_status(text, "status");
  const auto memory = watchdog::decode_memory(text, "status", kernel.now());
  // value() throws for what a watchdog would refuse to go on from.
  start(moved, watchdog::Remembered{status.value(), memory.value()});
}

void Simulation::stop_and_start_watchdog() {
  keeper_->finish(kernel.now());
  publish();
  restart_watchdog();
}

void Simulation::configure(Config config) {
  settings_.config = std::move(config);
  if (!keeper_) return;
  keeper_->configure(settings_);
  act();
}

void Simulation::tell_paths(std::optional<PathStatus> paths) {
  if (!keeper_) return;
  keeper_->note(std::move(paths));
  act();
}

void Simulation::set_mode(Mode mode) {
  settings_.policy.mode = mode;
  configure(settings_.config);
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
