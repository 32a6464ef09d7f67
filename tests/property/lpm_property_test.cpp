// SPDX-License-Identifier: Apache-2.0
// What holds for the watchdog, the kernel and the platform together, through random lives of a
// partition: migrations that succeed, fail and lose their ports, scans at boot, failing adapters,
// flaps and other people's writes, with every generation of hcnmgr.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "tests/support/hnv_partition.hpp"

namespace hnv::test {

namespace {

using namespace std::chrono_literals;
using rc::gen::element;
using rc::gen::exec;
using rc::gen::weightedElement;

// A window that nobody closes, one after the other of its limits.
constexpr auto kAnyWindow = 65min;

rc::Gen<HcnmgrHabits> any_hcnmgr() {
  return exec([] {
    HcnmgrHabits habits;
    habits.seen = *weightedElement<bool>({{9, true}, {1, false}});
    habits.brief = *rc::gen::arbitrary<bool>();
    habits.sets_primary = *rc::gen::arbitrary<bool>();
    habits.reactivates = *rc::gen::arbitrary<bool>();
    habits.step = *element<std::chrono::milliseconds>(1ms, 80ms, 700ms, 4s);
    return habits;
  });
}

rc::Gen<Migration> any_migration() {
  return exec([] {
    Migration migration;
    migration.hcnmgr = *any_hcnmgr();
    migration.asks = *rc::gen::arbitrary<bool>();
    migration.hook = *rc::gen::arbitrary<bool>();
    migration.moves = *weightedElement<bool>({{3, true}, {1, false}});
    migration.comes_back = *weightedElement<bool>({{5, true}, {1, false}});
    migration.renames = *rc::gen::arbitrary<bool>();
    migration.pause = *element<std::chrono::milliseconds>(1ms, 300ms, 5s, 20s, 90s);
    return migration;
  });
}

// What happens to one bond between migrations.
void disturb(HnvPartition& partition, std::size_t pair) {
  FakeKernel& kernel = partition.kernel();
  const IfIndex bond = partition.bond(pair);
  if (!partition.is_plugged(pair)) {
    partition.plug(*rc::gen::arbitrary<bool>(), pair);
    partition.configure(*any_hcnmgr(), pair);
    return;
  }
  const IfIndex sriov = partition.sriov(pair);
  switch (*rc::gen::inRange(0, 6)) {
    case 0:
      kernel.set_plugged(sriov, false);
      partition.run_for(*element<std::chrono::milliseconds>(30ms, 3s, 40s));
      return kernel.set_plugged(sriov, true);
    case 1:
      kernel.write_primary(bond, "");
      return;
    case 2:
      kernel.write_active_slave(bond, partition.virtual_slave(pair));
      return;
    case 3:
      return partition.unplug(pair);
    case 4:
      return partition.scan_at_boot(*any_hcnmgr());
    default:
      kernel.release(sriov);
      partition.run_for(*element<std::chrono::milliseconds>(1ms, 3s, 200s));
      kernel.enslave(bond, sriov);
      return;
  }
}

void let_pass(HnvPartition& partition) {
  partition.run_for(*element<std::chrono::milliseconds>(1ms, 2s, 16s, 31s, 3min));
}

// One life: a few disturbances and one or two migrations.
void live(HnvPartition& partition, std::size_t pairs) {
  partition.run_for(1min);
  const int chapters = *rc::gen::inRange(1, 5);
  for (int chapter = 0; chapter < chapters; ++chapter) {
    if (*weightedElement<bool>({{1, true}, {1, false}})) {
      partition.migrate(*any_migration());
    } else {
      disturb(partition, *rc::gen::inRange<std::size_t>(0, pairs));
    }
    let_pass(partition);
  }
}

// Everything is there, and hcnmgr has put it where it belongs.
void mend(HnvPartition& partition, std::size_t pairs) {
  for (std::size_t pair = 0; pair < pairs; ++pair) {
    if (!partition.is_plugged(pair)) {
      partition.plug(true, pair);
      partition.configure(HcnmgrHabits{.sets_primary = false}, pair);
    }
    partition.kernel().set_plugged(partition.sriov(pair), true);
  }
}

RC_GTEST_PROP(LpmProperty, WritesNothingInAWindow, ()) {
  const auto pairs = *rc::gen::inRange<std::size_t>(1, 3);
  HnvPartition partition(pairs);
  live(partition, pairs);
  for (const auto& write : partition.simulation().writes()) {
    for (const auto& span : partition.migrations()) {
      RC_ASSERT(write.at < span.from || write.at >= span.to);
    }
  }
}

RC_GTEST_PROP(LpmProperty, RestartsDisturbNoMigration, ()) {
  const auto pairs = *rc::gen::inRange<std::size_t>(1, 3);
  HnvPartition partition(pairs);
  partition.kill_when([] { return *weightedElement<bool>({{3, false}, {1, true}}); });
  live(partition, pairs);
  for (const auto& write : partition.simulation().writes()) {
    for (const auto& span : partition.migrations()) {
      RC_ASSERT(write.at < span.from || write.at >= span.to);
    }
  }
  partition.kill_when(nullptr);
  partition.run_for(kAnyWindow);
  const LpmStatus& lpm = partition.simulation().lpm();
  const auto& live_ones = lpm.migrations[LpmKind::live];
  const std::uint64_t counted = live_ones[LpmResult::restored] + live_ones[LpmResult::not_restored];
  RC_ASSERT(counted <= partition.machines());
  RC_ASSERT(counted >= 1 || partition.machines() == 0);
}

RC_GTEST_PROP(LpmProperty, WritesNothingButThePrimary, ()) {
  HnvPartition partition(2);
  live(partition, 2);
  std::size_t known = 0;
  const auto& writes = partition.simulation().writes();
  for (std::size_t pair = 0; pair < 2; ++pair) {
    known += static_cast<std::size_t>(
        std::count_if(writes.begin(), writes.end(), [&](const FakeActuator::Write& write) {
          return write.bond == partition.bond(pair) && write.slave != partition.virtual_slave(pair);
        }));
  }
  RC_ASSERT(known == writes.size());
}

RC_GTEST_PROP(LpmProperty, EveryWindowCloses, ()) {
  const auto pairs = *rc::gen::inRange<std::size_t>(1, 3);
  HnvPartition partition(pairs);
  live(partition, pairs);
  partition.run_for(kAnyWindow);
  RC_ASSERT(!partition.simulation().lpm().window_since.has_value());
}

RC_GTEST_PROP(LpmProperty, CountsEachMigrationOnce, ()) {
  const auto pairs = *rc::gen::inRange<std::size_t>(1, 3);
  HnvPartition partition(pairs);
  live(partition, pairs);
  partition.run_for(kAnyWindow);
  const LpmStatus& lpm = partition.simulation().lpm();
  const auto& live_ones = lpm.migrations[LpmKind::live];
  const std::uint64_t counted = live_ones[LpmResult::restored] + live_ones[LpmResult::not_restored];
  // A second one that begins before the first is over belongs to its window.
  RC_ASSERT(counted <= partition.machines());
  RC_ASSERT(counted >= 1 || partition.machines() == 0);
  RC_ASSERT(lpm.windows[LpmOutcome::migrated] + lpm.windows[LpmOutcome::not_restored] == counted);
}

RC_GTEST_PROP(LpmProperty, TrafficIsBackAfterwards, ()) {
  const auto pairs = *rc::gen::inRange<std::size_t>(1, 3);
  HnvPartition partition(pairs);
  live(partition, pairs);
  mend(partition, pairs);
  partition.run_for(kAnyWindow);
  for (std::size_t pair = 0; pair < pairs; ++pair) {
    RC_ASSERT(partition.is_whole(pair));
    RC_ASSERT(partition.simulation().status(partition.bond(pair)).state == WatchState::steady);
  }
}

}  // namespace

}  // namespace hnv::test
