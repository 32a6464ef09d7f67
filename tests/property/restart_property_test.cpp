// SPDX-License-Identifier: Apache-2.0
// What holds however often the watchdog is killed, or stopped and started again, within one boot.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/property/histories.hpp"

namespace hnv::test {

namespace {

using namespace std::chrono_literals;

// How often the watchdog is killed: seldom enough for something to happen between two times.
bool any_kill() {
  return *rc::gen::weightedElement<bool>({{2, false}, {1, true}});
}

std::uint64_t total(const BondStatus& status) {
  std::uint64_t sum = 0;
  for (const auto direction : base::all_values<FailoverDirection>()) {
    for (const auto cause : base::all_values<FailoverCause>()) {
      sum += status.failovers[direction][cause];
    }
  }
  return sum;
}

// A watchdog that only observes does not change what happens, so another one that is never killed
// knows the truth.
RC_GTEST_PROP(RestartProperty, CountsNeverFallAndNeverExceedTheTruth, ()) {
  const auto options = *any_bond();
  Scene truth(Mode::observe, options);
  Scene killed(Mode::observe, options);
  std::uint64_t told = 0;
  const auto look = [&] {
    const auto& bonds = killed.simulation().published().status.bonds;
    if (bonds.empty()) return;
    RC_ASSERT(total(bonds.front()) >= told);
    told = total(bonds.front());
  };
  for (Step step : *any_history(false)) {
    killed.perform(step);
    look();
    step.watched = true;
    truth.perform(step);
    // The kernel does not tell of every loss of the last slave, but a look finds it. Nothing is
    // unread when the look begins or when it ends.
    truth.simulation().run_for(0ms);
    truth.simulation().overrun();
    truth.simulation().run_for(0ms);
    if (any_kill()) killed.simulation().restart_watchdog();
  }
  for (Scene* scene : {&truth, &killed}) scene->simulation().run_for(1min);
  look();
  RC_ASSERT(told <= total(truth.simulation().status(truth.bond())));
  RC_ASSERT(killed.simulation().active(killed.bond()) == truth.simulation().active(truth.bond()));
}

RC_GTEST_PROP(RestartProperty, TimeOffSriovNeverFallsAndNeverExceedsTheTime, ()) {
  Scene scene(Mode::enforce, *any_bond());
  base::BootClock::duration told{};
  for (const Step& step : *any_history(false)) {
    scene.perform(step);
    if (any_kill()) scene.simulation().restart_watchdog();
    scene.simulation().run_for(1ms);
    const BondStatus& status = scene.simulation().status(scene.bond());
    base::BootClock::duration off{};
    for (const auto reason : base::all_values<OffReason>()) off += status.off_sriov[reason];
    if (status.off_reason) off += scene.kernel().now() - status.off_since;
    RC_ASSERT(off >= told - 200ms);  // what was not published is told anew
    told = off;
    RC_ASSERT(off <= scene.kernel().now().time_since_epoch());
  }
}

RC_GTEST_PROP(RestartProperty, MovesAreSpaced, ()) {
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
    if (any_kill()) scene.simulation().restart_watchdog();
  }
}

}  // namespace

}  // namespace hnv::test
