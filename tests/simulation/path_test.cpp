// SPDX-License-Identifier: Apache-2.0
// A path that is dead behind a live carrier: the prober's word against what the kernel sees.
#include "tests/simulation/story.hpp"

namespace hnv::test {

namespace {

class DeadPath : public Story {
 protected:
  explicit DeadPath(bool act = true)
      : Story({}, Mode::enforce, OptIns{.path = PathConfig{}, .act_on_path = act}) {}

  void SetUp() override {
    settle();
    ASSERT_EQ(active(), sriov());
  }

  // As the prober would: once a second, about the slaves that are there now.
  void judge_for(base::BootClock::duration time, PathVerdict verdict, std::uint32_t answers = 0) {
    for (const auto end = kernel().now() + time; kernel().now() < end;) {
      simulation().tell_paths(said(verdict, answers));
      run_for(1s);
    }
  }
  PathStatus said(PathVerdict verdict, std::uint32_t answers) {
    const bond::Topology& topology = simulation().monitor().topology();
    BondPath path;
    path.name = topology.bond(bond())->name;
    path.index = bond();
    path.verdict = verdict;
    path.judged_at = kernel().now();
    path.interval = 1s;
    path.sriov_answers_in_row = answers;
    for (const bond::SlaveRecord* slave : topology.slaves_of(bond())) {
      SlavePath one;
      one.device = slave->link.name;
      one.index = slave->link.index;
      one.address = slave->link.address.value_or(bond::MacAddress{});
      one.role = slave->link.index == sriov() ? Role::sriov : Role::virtual_device;
      path.slaves.push_back(one);
    }
    PathStatus status;
    status.boot_id = Simulation::kBootId;
    status.bonds = {path};
    return status;
  }
  std::uint64_t moves_away() {
    return simulation().status(bond()).failovers[FailoverDirection::to_virtual]
                                                [FailoverCause::path];
  }
};

TEST_F(DeadPath, IsLeftAndComesBackByItself) {
  judge_for(2s, PathVerdict::sriov_dead);
  EXPECT_EQ(active(), virtual_slave());
  EXPECT_EQ(moves_away(), 1U);
  EXPECT_EQ(primary(), sriov());
  judge_for(50s, PathVerdict::healthy, 50);
  EXPECT_EQ(active(), virtual_slave()) << "a minute at least";
  EXPECT_EQ(off_reason(), OffReason::path_dead);
  judge_for(20s, PathVerdict::healthy, 50);
  EXPECT_EQ(active(), sriov());
  EXPECT_EQ(state(), WatchState::steady);
}

TEST_F(DeadPath, OfADeadProberIsForgotten) {
  judge_for(2s, PathVerdict::sriov_dead);
  ASSERT_EQ(active(), virtual_slave());
  run_for(70s);
  EXPECT_EQ(active(), sriov()) << "nobody says that it is dead";
}

TEST_F(DeadPath, ThatComesAndGoesMovesTheTrafficOnceInFiveMinutes) {
  for (int turn = 0; turn < 40; ++turn) {
    judge_for(3s, PathVerdict::sriov_dead);
    judge_for(3s, PathVerdict::healthy, 3);
  }
  EXPECT_EQ(active(), virtual_slave()) << "never ten answers in a row";
  EXPECT_EQ(moves_away(), 1U);
  EXPECT_EQ(simulation().failovers(bond(), FailoverDirection::to_sriov), 0U);
}

TEST_F(DeadPath, IsRememberedByTheNextWatchdog) {
  judge_for(2s, PathVerdict::sriov_dead);
  ASSERT_EQ(active(), virtual_slave());
  simulation().restart_watchdog();
  run_for(1s);
  judge_for(30s, PathVerdict::healthy, 50);
  EXPECT_EQ(active(), virtual_slave()) << "the minute goes on";
  judge_for(60s, PathVerdict::healthy, 50);
  EXPECT_EQ(active(), sriov());
  judge_for(30s, PathVerdict::sriov_dead);
  EXPECT_EQ(active(), sriov()) << "and so do the five minutes";
}

TEST_F(DeadPath, OfTheBackupHoldsNothingBack) {
  kernel().write_primary(bond(), "");
  judge_for(30s, PathVerdict::virtual_dead);
  EXPECT_EQ(primary(), sriov());
  EXPECT_EQ(active(), sriov());
  EXPECT_EQ(moves_away(), 0U);
}

TEST_F(DeadPath, LosesItsVerdictWithItsCarrier) {
  judge_for(2s, PathVerdict::sriov_dead);
  ASSERT_EQ(active(), virtual_slave());
  pull();
  run_for(1s);
  plug();
  run_for(2s);
  EXPECT_EQ(active(), sriov()) << "the kernel goes back by itself, and nobody can keep it";
}

class DeadPathTold : public DeadPath {
 protected:
  DeadPathTold() : DeadPath(false) {}
};

TEST_F(DeadPathTold, WhereNobodyAskedForMoreThanToBeTold) {
  judge_for(400s, PathVerdict::sriov_dead);
  EXPECT_EQ(active(), sriov());
  EXPECT_EQ(state(), WatchState::path_dead);
  EXPECT_EQ(off_reason(), std::nullopt);
}

TEST_F(DeadPathTold, AndWhatSomebodyMovedAwayStaysWhereSomethingAnswers) {
  kernel().write_active_slave(bond(), virtual_slave());
  judge_for(120s, PathVerdict::sriov_dead);
  EXPECT_EQ(active(), virtual_slave());
  EXPECT_EQ(off_reason(), OffReason::path_dead);
  judge_for(15s, PathVerdict::healthy, 10);
  EXPECT_EQ(active(), sriov());
}

}  // namespace

}  // namespace hnv::test
