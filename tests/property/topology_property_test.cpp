// SPDX-License-Identifier: Apache-2.0
// The topology that events feed equals a fresh dump, whatever happened.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>

#include "bond/audit.hpp"
#include "tests/property/histories.hpp"

namespace hnv::test {

namespace {

using namespace std::chrono_literals;
using bond::LinkEvent;
using bond::Topology;

// A bond, its history, and one reader of the kernel's messages.
class Reading {
 public:
  Reading() : scene_(Mode::observe, told_by_messages()), monitor_(scene_.kernel()) { catch_up(); }

  // False for what is not done here: deeds to a watchdog, and writes that no message tells.
  bool perform(const Step& step) {
    const bool writes_primary = step.deed == Deed::prefer || step.deed == Deed::clear_primary;
    const bool is_told = !writes_primary || kernel().link(scene_.bond())->admin_up;
    if (step.deed == Deed::overrun || step.deed == Deed::restart || !is_told) return false;
    Step alone = step;
    alone.watched = false;
    scene_.perform(alone);
    return true;
  }
  // Until everything is told and read: linkwatch and IGMP are a moment behind what they tell.
  std::vector<bond::LinkNews> catch_up() {
    constexpr auto kMoment = 5ms;
    do {
      kernel().advance(kMoment);
    } while (kernel().next_timer().value_or(BootTime::max()) <= kernel().now() + kMoment);
    std::vector<bond::LinkNews> all;
    do {
      for (auto& item : monitor_.drain()) all.push_back(std::move(item));
    } while (monitor_.has_answer());
    return all;
  }

  FakeKernel& kernel() { return scene_.kernel(); }
  FakeMonitor& monitor() { return monitor_; }
  [[nodiscard]] const Topology& topology() const { return monitor_.topology(); }
  [[nodiscard]] IfIndex bond() const { return scene_.bond(); }

 private:
  // A link that waits out updelay or downdelay is shown by dumps alone; the contract suite says so
  // of the kernel.
  static FakeBondOptions told_by_messages() {
    FakeBondOptions options = *any_bond();
    options.updelay = options.downdelay = 0ms;
    return options;
  }

  Scene scene_;
  FakeMonitor monitor_;
};

// The carrier of a device that is down changes without a message (linkwatch_do_dev).
std::vector<bond::Link> told(std::vector<bond::Link> links) {
  for (bond::Link& link : links) {
    if (link.admin_up) continue;
    link.carrier.reset();
    link.carrier_changes = link.carrier_up_count = link.carrier_down_count = std::nullopt;
  }
  return links;
}

RC_GTEST_PROP(TopologyProperty, FedByEventsItEqualsADump, ()) {
  Reading reading;
  for (const Step& step : *any_history()) {
    if (!reading.perform(step) || !step.watched) continue;
    reading.catch_up();
    RC_ASSERT(reading.monitor().fresh(reading.bond()));
    RC_ASSERT(told(reading.topology().links()) == told(reading.kernel().dump()));
  }
}

RC_GTEST_PROP(TopologyProperty, ADumpRepairsLostMessages, ()) {
  Reading reading;
  for (const Step& step : *any_history()) {
    reading.perform(step);
    reading.monitor().lose_unread();
    reading.catch_up();
    RC_ASSERT(reading.monitor().fresh(reading.bond()));
    RC_ASSERT(reading.topology().links() == reading.kernel().dump());
  }
}

RC_GTEST_PROP(TopologyProperty, IsNotFreshUntilLostMessagesAreRepaired, ()) {
  Reading reading;
  for (const Step& step : *any_history()) {
    reading.perform(step);
    reading.monitor().lose_unread();
    RC_ASSERT(!reading.monitor().fresh(reading.bond()));
    reading.monitor().drain();
    RC_ASSERT(!reading.monitor().fresh(reading.bond()));
    reading.catch_up();
  }
}

RC_GTEST_PROP(TopologyProperty, DoubledMessagesChangeNothing, ()) {
  Scene scene(Mode::observe, *any_bond());
  for (const Step& step : *any_history(false)) {
    Step alone = step;
    alone.watched = false;
    scene.perform(alone);
  }
  Topology once;
  Topology twice;
  for (const LinkEvent& event : scene.kernel().take_messages()) {
    once.apply(event);
    twice.apply(event);
    const bond::Change again = twice.apply(event);
    RC_ASSERT(again.kind == bond::Change::Kind::unchanged);
    RC_ASSERT(!again.active_slave.has_value());
    RC_ASSERT(!again.membership);
  }
  RC_ASSERT(once.links() == twice.links());
  RC_ASSERT(once.membership_generation(scene.bond()) == twice.membership_generation(scene.bond()));
}

RC_GTEST_PROP(TopologyProperty, ChangesOfTheActiveSlaveFormAChain, ()) {
  Reading reading;
  auto active = reading.topology().bond(reading.bond())->bond->active_slave;
  for (const Step& step : *any_history()) {
    reading.perform(step);
    if (step.deed == Deed::overrun) reading.monitor().lose_unread();
    for (const auto& item : reading.catch_up()) {
      const auto& change = item.change.active_slave;
      if (!change) continue;
      RC_ASSERT(change->from == active);
      RC_ASSERT(change->to != active);
      active = change->to;
    }
    RC_ASSERT(active == reading.kernel().link(reading.bond())->bond->active_slave);
  }
}

// What the hold-down stands on: a slave that has lost its carrier meanwhile has a loss more, even
// if messages were lost and it is healthy again.
RC_GTEST_PROP(TopologyProperty, NoLossGoesUnnoticed, ()) {
  Reading reading;
  for (const Step& step : *any_history()) {
    std::map<IfIndex, bond::SlaveRecord> before;
    for (const auto* slave : reading.topology().slaves_of(reading.bond())) {
      before[slave->link.index] = *slave;
    }
    const auto generation = reading.topology().membership_generation(reading.bond());
    reading.perform(step);
    if (!step.watched) reading.monitor().lose_unread();
    reading.catch_up();
    if (reading.topology().membership_generation(reading.bond()) != generation) continue;
    for (const auto& [index, record] : before) {
      const bond::SlaveRecord& now = *reading.topology().slave(index);
      if (!is_healthy(record.link)) continue;
      const bool lost =
          *now.link.carrier_down_count > *record.link.carrier_down_count || !is_healthy(now.link);
      RC_ASSERT(!lost || now.losses > record.losses);
    }
  }
}

RC_GTEST_PROP(TopologyProperty, GenerationRisesWithEachChangeOfMembership, ()) {
  Reading reading;
  for (const Step& step : *any_history()) {
    const auto generation = reading.topology().membership_generation(reading.bond());
    const auto names = [&reading] {
      std::map<IfIndex, std::string> by_index;
      for (const auto* slave : reading.topology().slaves_of(reading.bond())) {
        by_index[slave->link.index] = slave->link.name;
      }
      return by_index;
    };
    const auto before = names();
    reading.perform(step);
    if (!step.watched) reading.monitor().lose_unread();
    reading.catch_up();
    const auto now = reading.topology().membership_generation(reading.bond());
    RC_ASSERT(now >= generation);
    RC_ASSERT(before == names() || now > generation);
  }
}

RC_GTEST_PROP(TopologyProperty, AnOverrunIsOneChangeForEachBondAtMost, ()) {
  Reading reading;
  const auto active = [&reading] {
    return reading.topology().bond(reading.bond())->bond->active_slave;
  };
  for (const Step& step : *any_history()) {
    const auto before = active();
    reading.perform(step);
    reading.monitor().lose_unread();
    std::size_t changes = 0;
    for (const auto& item : reading.catch_up()) {
      if (!item.change.active_slave) continue;
      RC_ASSERT(item.resync);
      ++changes;
    }
    RC_ASSERT(changes == (before == active() ? 0U : 1U));
  }
}

// Of the slaves that stay; the count of one that is enslaved anew begins at 0.
RC_GTEST_PROP(TopologyProperty, UnseenFailuresAreNeverMoreThanThereWere, ()) {
  Reading reading;
  for (const Step& step : *any_history()) {
    std::map<IfIndex, std::uint32_t> before;
    for (const auto* slave : reading.topology().slaves_of(reading.bond())) {
      before[slave->link.index] = slave->link.slave->link_failure_count.value_or(0);
    }
    const auto generation = reading.topology().membership_generation(reading.bond());
    reading.perform(step);
    if (!step.watched) reading.monitor().lose_unread();
    std::uint64_t unseen = 0;
    for (const auto& item : reading.catch_up()) unseen += item.unseen_link_failures;
    if (reading.topology().membership_generation(reading.bond()) != generation) continue;
    std::uint64_t all = 0;
    for (const auto* slave : reading.topology().slaves_of(reading.bond())) {
      const auto now = slave->link.slave->link_failure_count.value_or(0);
      const auto then = before.at(slave->link.index);
      all += now > then ? now - then : 0;
    }
    RC_ASSERT(unseen == (step.watched ? 0U : all));
  }
}

RC_GTEST_PROP(TopologyProperty, AnAuditFindsNothingWhereMessagesToldAll, ()) {
  Reading reading;
  for (const Step& step : *any_history()) {
    // Told already and read only after the audit was asked for, or told while it is read.
    if (step.watched) reading.monitor().audit();
    reading.perform(step);
    if (!step.watched) reading.monitor().audit();
    for (const auto& item : reading.catch_up()) RC_ASSERT(!item.resync);
    RC_ASSERT(reading.monitor().audit_mismatches() == 0U);
  }
}

RC_GTEST_PROP(TopologyProperty, AnAuditRepairsWhatNobodyTold, ()) {
  Reading reading;
  for (const Step& step : *any_history()) {
    const auto mismatches = reading.monitor().audit_mismatches();
    reading.perform(step);
    reading.monitor().miss_unread();
    std::size_t contradictions = 0;
    for (const bond::Link& link : reading.kernel().dump()) {
      if (bond::contradicts(reading.topology(), link)) ++contradictions;
    }
    reading.monitor().audit();
    RC_ASSERT(reading.monitor().fresh(reading.bond()));
    reading.catch_up();
    RC_ASSERT(reading.monitor().audit_mismatches() >= mismatches + contradictions);
    RC_ASSERT(told(reading.topology().links()) == told(reading.kernel().dump()));
  }
}

RC_GTEST_PROP(TopologyProperty, IncompleteDumpRemovesNothing, ()) {
  Reading reading;
  for (const Step& step : *any_history()) reading.perform(step);
  reading.catch_up();
  Topology topology = reading.topology();
  topology.begin_dump(std::nullopt);
  RC_ASSERT(topology.end_dump(false).empty());
  RC_ASSERT(topology.links() == reading.topology().links());
}

}  // namespace

}  // namespace hnv::test
