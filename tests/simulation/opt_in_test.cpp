// SPDX-License-Identifier: Apache-2.0
// What is done by opt-in only: fast failover and damping.
#include "tests/simulation/story.hpp"

namespace hnv::test {

namespace {

using bond::PrimaryReselect;

class FastFailover : public Story {
 protected:
  FastFailover() : Story({}, Mode::enforce, OptIns{false, true, 0ms}) {}

  void SetUp() override {
    settle();
    run_for(61ms);  // between two ticks of miimon
  }
  std::uint64_t away() { return simulation().failovers(bond(), FailoverDirection::to_virtual); }
  std::uint64_t back() { return simulation().failovers(bond(), FailoverDirection::to_sriov); }
  std::uint64_t by(FailoverCause cause) {
    return simulation().status(bond()).failovers[FailoverDirection::to_virtual][cause];
  }
};

TEST_F(FastFailover, BeatsTheTick) {
  pull();
  run_for(3ms);
  EXPECT_EQ(active(), virtual_slave());
  run_for(1s);
  EXPECT_EQ(by(FailoverCause::fast_failover), 1U);
}

TEST_F(FastFailover, LossAndReturnAreOneFailoverAndOneFailback) {
  pull();
  run_for(2s);
  plug();
  run_for(2s);
  EXPECT_EQ(active(), sriov());
  EXPECT_EQ(away(), 1U);
  EXPECT_EQ(back(), 1U);
  EXPECT_EQ(simulation().status(bond()).fast_failovers, 1U);
}

TEST_F(FastFailover, GlitchComesBackAfterTheHold) {
  pull();
  run_for(5ms);
  plug();
  run_for(4900ms);
  EXPECT_EQ(active(), virtual_slave());
  run_for(500ms);
  EXPECT_EQ(active(), sriov());
  run_for(1s);
  EXPECT_EQ(away(), 1U);
  EXPECT_EQ(back(), 1U);
  EXPECT_EQ(simulation().status(bond()).glitches, 1U);
}

TEST_F(FastFailover, FlapTrainIsOnePairOfFailovers) {
  for (int glitches = 0; glitches < 10; ++glitches) {
    pull();
    run_for(30ms);
    plug();
    run_for(70ms);
  }
  run_for(20s);
  EXPECT_EQ(active(), sriov());
  EXPECT_LE(away(), 2U);  // one more if the kernel saw one of them itself
  EXPECT_EQ(away(), back());
}

TEST_F(FastFailover, BothLinksAtOnceIsNotRetried) {
  kernel().set_plugged(virtual_slave(), false);
  pull();
  run_for(2s);
  EXPECT_EQ(simulation().status(bond()).fast_failovers, 0U);
  EXPECT_EQ(active(), std::nullopt);
  plug();
  run_for(2s);
  EXPECT_EQ(active(), sriov());
}

class Damping : public Story {
 protected:
  Damping() : Story({}, Mode::enforce, OptIns{true, false, 0ms}) {}

  void SetUp() override { settle(); }
  void flap() {
    pull();
    run_for(1s);
    plug();
    run_for(1s);
  }
  void flap_until_suppressed() {
    for (int flaps = 0; flaps < 3; ++flaps) flap();
    ASSERT_TRUE(simulation().status(bond()).suppressed);
  }
  std::optional<PrimaryReselect> reselect() {
    return kernel().link(bond())->bond->primary_reselect;
  }
};

TEST_F(Damping, ThirdFlapKeepsTheTrafficOnTheVirtualSlave) {
  flap();
  flap();
  EXPECT_EQ(active(), sriov());
  flap();
  EXPECT_EQ(active(), virtual_slave());
  EXPECT_EQ(reselect(), PrimaryReselect::failure);
  EXPECT_EQ(state(), WatchState::suppressed);
  EXPECT_EQ(simulation().status(bond()).saved_reselect, PrimaryReselect::always);
}

TEST_F(Damping, CalmLinkGetsTheTrafficBack) {
  flap_until_suppressed();
  run_for(11min);
  EXPECT_EQ(active(), sriov());
  EXPECT_EQ(reselect(), PrimaryReselect::always);
  EXPECT_EQ(state(), WatchState::steady);
}

TEST_F(Damping, KernelStillTakesTheSriovSlaveWhenTheVirtualOneFails) {
  flap_until_suppressed();
  kernel().set_plugged(virtual_slave(), false);
  run_for(1s);
  EXPECT_EQ(active(), sriov());
}

TEST_F(Damping, NothingIsChangedThatCannotBeKept) {
  simulation().let_nothing_be_kept();
  flap_until_suppressed();
  EXPECT_EQ(reselect(), PrimaryReselect::always);
  EXPECT_EQ(active(), sriov());
}

TEST_F(Damping, StopForGoodPutsItBack) {
  flap_until_suppressed();
  simulation().stop_for_good();
  EXPECT_EQ(reselect(), PrimaryReselect::always);
}

}  // namespace

}  // namespace hnv::test
