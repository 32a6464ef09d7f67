// SPDX-License-Identifier: Apache-2.0
// One bond of an SR-IOV and a virtual slave, the watchdog over it, and what an administrator would
// look at.
#pragma once

#include <gtest/gtest.h>

#include "tests/support/history.hpp"

namespace hnv::test {

using namespace std::chrono_literals;

class Story : public ::testing::Test {
 protected:
  Story() = default;
  explicit Story(const FakeBondOptions& options, Mode mode = Mode::enforce, OptIns opt_ins = {})
      : scene_(mode, options, opt_ins) {}

  Scene& scene() { return scene_; }
  Simulation& simulation() { return scene_.simulation(); }
  FakeKernel& kernel() { return scene_.kernel(); }
  IfIndex bond() { return scene_.bond(); }
  IfIndex sriov() { return scene_.sriov(); }
  IfIndex virtual_slave() { return scene_.virtual_slave(); }

  void run_for(base::BootClock::duration time) { simulation().run_for(time); }
  void plug() { kernel().set_plugged(sriov(), true); }
  void pull() { kernel().set_plugged(sriov(), false); }
  // The seed's problem: the link was lost and came back, and the traffic stays where it went.
  void strand() {
    pull();
    kernel().advance(1s);
    plug();
    kernel().advance(1s);
    ASSERT_EQ(active(), virtual_slave());
  }
  // Long enough for settle and hold-down, with the write that they hold back.
  void settle() { run_for(20s); }

  std::optional<IfIndex> active() { return simulation().active(bond()); }
  std::optional<IfIndex> primary() { return simulation().primary(bond()); }
  WatchState state() { return simulation().status(bond()).state; }
  std::optional<OffReason> off_reason() { return simulation().status(bond()).off_reason; }
  std::size_t writes() { return simulation().writes().size(); }
  std::uint64_t failures(RestoreFailure failure) {
    return simulation().status(bond()).restore_failures[failure];
  }

 private:
  Scene scene_{Mode::enforce};
};

}  // namespace hnv::test
