// SPDX-License-Identifier: Apache-2.0
// What holds for the watchdog and the kernel together, after whatever history.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "tests/property/histories.hpp"

namespace hnv::test {

namespace {

using namespace std::chrono_literals;

// The longest back-off or slow rate, a move that has to be spaced, settle and hold-down.
constexpr auto kAnyWait = 330s + 60s + 15s + 10s + 10s;

RC_GTEST_PROP(ClosedLoopProperty, SriovSlaveIsActiveAndPrimaryAfterSomeQuiet, ()) {
  Scene scene(Mode::enforce, *any_bond());
  scene.perform(*any_history());
  scene.clear_the_way();
  scene.simulation().run_for(kAnyWait);
  RC_ASSERT(scene.simulation().active(scene.bond()) == scene.sriov());
  RC_ASSERT(scene.simulation().primary(scene.bond()) == scene.sriov());
  RC_ASSERT(scene.simulation().status(scene.bond()).state == WatchState::steady);
}

// Damping holds for twenty minutes at most, and the moves of an hour may be spent.
RC_GTEST_PROP(ClosedLoopProperty, OptInsEndOnTheSriovSlaveToo, ()) {
  FakeBondOptions options = *any_bond();
  options.miimon = 1s;  // hours of it
  const bond::PrimaryReselect set_by_operator = options.primary_reselect;
  Scene scene(Mode::enforce, options, *any_opt_ins());
  const auto history = *any_history(false);
  scene.perform(history);
  scene.clear_the_way();
  scene.simulation().run_for(kAnyWait + 20min + 1h);
  RC_ASSERT(scene.simulation().active(scene.bond()) == scene.sriov());
  RC_ASSERT(scene.simulation().primary(scene.bond()) == scene.sriov());
  const bool changed_by_others = std::any_of(history.begin(), history.end(), [](const Step& step) {
    return step.deed == Deed::reselect_always || step.deed == Deed::reselect_failure;
  });
  RC_ASSERT(changed_by_others ||
            scene.kernel().link(scene.bond())->bond->primary_reselect == set_by_operator);
}

RC_GTEST_PROP(ClosedLoopProperty, FastFailoverIsUndoneAfterItsHoldAndNoSooner, ()) {
  Scene scene(Mode::enforce, *any_bond(), *any_opt_ins());
  scene.perform(*any_history(false));
  std::optional<BootTime> moved;
  for (const auto& write : scene.simulation().writes()) {
    if (write.rule == WriteRule::fast_failover) moved = write.at;
    if (!watchdog::brings_back(write.rule) || !write.moved_from_healthy) continue;
    RC_ASSERT(!moved || write.at - *moved >= 5s);
  }
}

RC_GTEST_PROP(ClosedLoopProperty, QuietMeansNoWrites, ()) {
  Scene scene(Mode::enforce, *any_bond());
  scene.perform(*any_history());
  scene.clear_the_way();
  scene.simulation().run_for(kAnyWait);
  const std::size_t writes = scene.simulation().writes().size();
  scene.simulation().run_for(2 * kAnyWait);
  RC_ASSERT(scene.simulation().writes().size() == writes);
}

RC_GTEST_PROP(ClosedLoopProperty, ObserveNeverWrites, ()) {
  Scene scene(Mode::observe, *any_bond());
  scene.perform(*any_history());
  RC_ASSERT(scene.simulation().writes().empty());
}

RC_GTEST_PROP(ClosedLoopProperty, WritesAreFew, ()) {
  Scene scene(Mode::enforce, *any_bond());
  scene.perform(*any_history(false));
  constexpr std::size_t kMost = 8;
  const auto& writes = scene.simulation().writes();
  for (std::size_t last = kMost; last < writes.size(); ++last) {
    RC_ASSERT(writes[last].at - writes[last - kMost].at > 60s);
  }
}

// A write may move traffic from a slave that works at most once a minute.
RC_GTEST_PROP(ClosedLoopProperty, MovesAreSpaced, ()) {
  Scene scene(Mode::enforce, *any_bond());
  std::optional<BootTime> moved;
  std::size_t known = 0;
  for (const Step& step : *any_history(false)) {
    scene.perform(step);
    const auto& writes = scene.simulation().writes();
    for (; known < writes.size(); ++known) {
      if (!writes[known].moved_from_healthy) continue;
      RC_ASSERT(!moved || writes[known].at - *moved >= 60s);
      moved = writes[known].at;
    }
  }
}

RC_GTEST_PROP(ClosedLoopProperty, SameHistoryMakesTheSameWrites, ()) {
  const auto options = *any_bond();
  const auto history = *any_history();
  const auto writes_of = [&] {
    Scene scene(Mode::enforce, options);
    scene.perform(history);
    return scene.simulation().writes();
  };
  RC_ASSERT(writes_of() == writes_of());
}

RC_GTEST_PROP(ClosedLoopProperty, WritesOnlyTheSriovSlave, ()) {
  Scene scene(Mode::enforce, *any_bond());
  for (const Step& step : *any_history()) {
    const std::size_t before = scene.simulation().writes().size();
    scene.perform(step);
    const auto& writes = scene.simulation().writes();
    for (std::size_t index = before; index < writes.size(); ++index) {
      RC_ASSERT(writes[index].slave == scene.sriov());
    }
  }
}

}  // namespace

}  // namespace hnv::test
