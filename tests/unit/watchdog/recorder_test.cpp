// SPDX-License-Identifier: Apache-2.0
// Causes are attributed from recorded messages of a real kernel.
#include "watchdog/recorder.hpp"

#include <gtest/gtest.h>

#include "tests/golden/golden_messages.hpp"

namespace {

using namespace hnv;
using namespace hnv::watchdog;
using namespace std::chrono_literals;
using base::BootTime;

// One scene played into a recorder, as the daemon does: message by message, then settled once time
// has passed.
struct Played {
  bond::Topology topology;
  Recorder recorder;
  std::vector<Failover> failovers;

  explicit Played(const std::string& scene, std::optional<Write> pending = std::nullopt,
                  bool resync = false, const Situation& situation = {})
      : recorder(bond_of(scene), "bond191554c8") {
    const golden::Recording recording = golden::recording(scene);
    for (const auto& event : recording.before) play(event, resync, pending, BootTime(1s));
    BootTime now(100s);
    for (const auto& event : recording.happened) play(event, resync, pending, now += 1ms);
    failovers = recorder.settle(topology, situation, now + 1s, 1000.0);
  }

  void play(const bond::LinkEvent& event, bool resync, const std::optional<Write>& pending,
            BootTime now) {
    const bond::Change change = topology.apply(event);
    if (change.bond == recorder.status().index) {
      recorder.note_news({change, resync, 0, 0}, pending, now);
    }
    for (const auto* slave : topology.slaves_of(recorder.status().index)) {
      const std::string& name = slave->link.name;
      recorder.note_slave(slave->link.index, name,
                          name == "env3" || name == "v1" ? Role::virtual_device : Role::sriov);
    }
  }

  static bond::IfIndex bond_of(const std::string& scene) {
    for (const auto& event : golden::events(scene)) {
      if (event.link.is_bond()) return event.link.index;
    }
    return {};
  }

  [[nodiscard]] std::uint64_t count(FailoverDirection direction, FailoverCause cause) const {
    return recorder.status().failovers[direction][cause];
  }
  [[nodiscard]] std::uint64_t total() const {
    std::uint64_t sum = 0;
    for (const auto direction : base::all_values<FailoverDirection>()) {
      for (const auto cause : base::all_values<FailoverCause>()) sum += count(direction, cause);
    }
    return sum;
  }
};

TEST(Recorder, CountsAFlapAsLostAndFoundLinks) {
  const Played played("flap");
  EXPECT_EQ(played.count(FailoverDirection::to_virtual, FailoverCause::link_down), 1U);
  EXPECT_EQ(played.count(FailoverDirection::to_sriov, FailoverCause::link_up), 1U);
  EXPECT_EQ(played.total(), 2U);
  ASSERT_EQ(played.failovers.size(), 2U);
  EXPECT_EQ(played.failovers[0].from, "enP16392p1s0");
  EXPECT_EQ(played.failovers[0].to, "env3");
}

// Messages come a millisecond apart here, but for those before the flap: at 1 s, the flap from 100
// s.
TEST(Recorder, TellsHowLongTheSlaveBeforeHadCarriedTheTraffic) {
  const Played played("flap");
  ASSERT_EQ(played.failovers.size(), 2U);
  ASSERT_TRUE(played.failovers[0].after && played.failovers[1].after);
  EXPECT_GE(*played.failovers[0].after, 99s);
  EXPECT_LT(*played.failovers[0].after, 100s);
  EXPECT_GE(*played.failovers[1].after, 1ms);
  EXPECT_LT(*played.failovers[1].after, 1s);
}

TEST(Recorder, TellsAnOperatorsLinkDownFromALostLink) {
  const Played played("admin_down");
  EXPECT_EQ(played.count(FailoverDirection::to_virtual, FailoverCause::admin), 1U);
  EXPECT_EQ(played.total(), 2U);
}

TEST(Recorder, KnowsThatTheSlaveWasUnplugged) {
  const Played played("removal");
  EXPECT_EQ(played.count(FailoverDirection::to_virtual, FailoverCause::removed), 1U);
  EXPECT_EQ(played.total(), 1U);
}

TEST(Recorder, KnowsThatAHealthySlaveWasReleased) {
  const Played played("veth_release");
  EXPECT_EQ(played.count(FailoverDirection::to_virtual, FailoverCause::removed), 1U);
}

TEST(Recorder, KnowsThatTheSlaveHadJustJoined) {
  const Played played("return_same_name");
  EXPECT_EQ(played.count(FailoverDirection::to_sriov, FailoverCause::enslaved), 1U);
  EXPECT_EQ(played.total(), 1U);
}

TEST(Recorder, CountsATotalOutageAsGoingToNone) {
  const Played played("total_outage");
  EXPECT_EQ(played.count(FailoverDirection::to_none, FailoverCause::link_down), 1U);
  EXPECT_EQ(played.count(FailoverDirection::to_virtual, FailoverCause::link_up), 1U);
  EXPECT_EQ(played.total(), 2U);
}

TEST(Recorder, KnowsTheWatchdogsOwnMove) {
  // Recorded while another program set primary; with a write of ours under way the same messages
  // are ours.
  const auto to = Played("return_other_name")
                      .topology.slaves_of(Played::bond_of("return_other_name"))
                      .back()
                      ->link.index;
  const Write write{Played::bond_of("return_other_name"), to, WriteRule::bring_back};
  EXPECT_EQ(Played("return_other_name", write)
                .count(FailoverDirection::to_sriov, FailoverCause::watchdog),
            1U);
}

TEST(Recorder, DoesNotTakeAFailoverBesideALatchForItsOwn) {
  const auto to = Played("flap").topology.slaves_of(Played::bond_of("flap")).front()->link.index;
  const Write write{Played::bond_of("flap"), to, WriteRule::latch};
  EXPECT_EQ(Played("flap", write).count(FailoverDirection::to_sriov, FailoverCause::link_up), 1U);
}

TEST(Recorder, InventsNoCauseAfterLostMessages) {
  const Played played("flap", std::nullopt, true);
  EXPECT_EQ(played.count(FailoverDirection::to_virtual, FailoverCause::resync), 1U);
}

Situation in_window() {
  Situation situation;
  situation.lpm_window = true;
  return situation;
}

TEST(Recorder, AttributesWhatHappensInAWindowToTheMigration) {
  const Played left("removal", std::nullopt, false, in_window());
  EXPECT_EQ(left.count(FailoverDirection::to_virtual, FailoverCause::lpm), 1U);
  const Played back("return_same_name", std::nullopt, false, in_window());
  EXPECT_EQ(back.count(FailoverDirection::to_sriov, FailoverCause::lpm), 1U);
}

TEST(Recorder, CountsItsOwnWriteAsItsOwnInAWindowToo) {
  const auto bond = Played::bond_of("return_other_name");
  const auto to = Played("return_other_name").topology.slaves_of(bond).back()->link.index;
  const Write write{bond, to, WriteRule::bring_back};
  EXPECT_EQ(Played("return_other_name", write, false, in_window())
                .count(FailoverDirection::to_sriov, FailoverCause::watchdog),
            1U);
}

// hcnmgr writes primary once it has put the SR-IOV slave into the bond.
TEST(Recorder, AttributesAMoveByHcnmgrToTheSlavesArrival) {
  Situation situation;
  situation.hcnmgr_at_work = true;
  const Played played("return_other_name", std::nullopt, false, situation);
  EXPECT_EQ(played.count(FailoverDirection::to_sriov, FailoverCause::external), 0U);
  EXPECT_EQ(played.count(FailoverDirection::to_sriov, FailoverCause::enslaved), 1U);
  const Played flap("flap", std::nullopt, false, situation);
  EXPECT_EQ(flap.count(FailoverDirection::to_virtual, FailoverCause::link_down), 1U)
      << "what has a reason of its own keeps it";
}

TEST(Recorder, CallsAChangeWithoutAnyReasonExternal) {
  Recorder recorder(bond::IfIndex{3}, "bond0");
  recorder.note_slave(bond::IfIndex{4}, "env3", Role::virtual_device);
  recorder.note_slave(bond::IfIndex{5}, "enP1", Role::sriov);
  bond::Topology topology;
  for (const std::uint32_t index : {4U, 5U}) {
    bond::LinkEvent event;
    event.link.index = bond::IfIndex{index};
    event.link.master = bond::IfIndex{3};
    event.link.slave.emplace();
    event.link.slave->mii_status = bond::MiiStatus::up;
    event.link.admin_up = event.link.lower_up = true;
    topology.apply(event);
  }
  bond::Change change;
  change.active_slave = bond::ActiveSlaveChange{
      bond::IfIndex{3}, bond::IfIndex{5}, bond::IfIndex{4}, topology.slave(bond::IfIndex{5})->link};
  recorder.note_news({change, false, 0, 0}, std::nullopt, BootTime(10s));
  EXPECT_EQ(recorder.wake_at(), BootTime(10s) + Recorder::kCauseDelay);
  EXPECT_TRUE(recorder.settle(topology, Situation{}, BootTime(10s), 1000).empty())
      << "too early to tell";
  const auto failovers = recorder.settle(topology, Situation{}, BootTime(11s), 1000);
  ASSERT_EQ(failovers.size(), 1U);
  EXPECT_EQ(failovers[0].cause, FailoverCause::external);
  EXPECT_EQ(recorder.status().last_failover_unix_seconds, 999.0) << "when it happened";
  EXPECT_FALSE(recorder.wake_at().has_value());
}

TEST(Recorder, AddsUpTheTimeOffSriovByReason) {
  Recorder recorder(bond::IfIndex{3}, "bond0");
  recorder.note_assessment({WatchState::on_virtual, OffReason::link_down}, BootTime(10s));
  recorder.note_assessment({WatchState::on_virtual, OffReason::link_down}, BootTime(12s));
  EXPECT_EQ(recorder.status().off_since, BootTime(10s));
  recorder.note_assessment({WatchState::hold_down, OffReason::hold_down}, BootTime(15s));
  recorder.note_assessment({WatchState::steady, std::nullopt}, BootTime(16s));
  recorder.note_assessment({WatchState::on_virtual, OffReason::link_down}, BootTime(20s));
  const BondStatus& status = recorder.status();
  EXPECT_EQ(status.off_sriov[OffReason::link_down], 5s) << "the interval that runs is not in it";
  EXPECT_EQ(status.off_sriov[OffReason::hold_down], 1s);
  EXPECT_EQ(status.off_since, BootTime(20s));
  EXPECT_EQ(status.state_since, BootTime(20s));
}

TEST(Recorder, AddsUpUnseenFailuresAndTakesNoneForAFailover) {
  Recorder recorder(bond::IfIndex{3}, "bond0");
  recorder.note_news({bond::Change{}, true, 2, 0}, std::nullopt, BootTime(10s));
  recorder.note_news({bond::Change{}, true, 1, 4}, std::nullopt, BootTime(11s));
  const BondStatus& status = recorder.status();
  EXPECT_EQ(status.unseen_failures[UnseenFailure::link_failure_count], 3U);
  EXPECT_EQ(status.unseen_failures[UnseenFailure::carrier_losses], 4U);
  EXPECT_FALSE(recorder.wake_at().has_value()) << "no change of the active slave is open";
  EXPECT_EQ(status.failovers, FailoverCounts{});
}

TEST(Recorder, CountsOutcomesOfWrites) {
  Recorder recorder(bond::IfIndex{3}, "bond0");
  recorder.note_attempt(WriteRule::bring_back);
  recorder.note_attempt(WriteRule::bring_back);
  recorder.note_outcome(WriteConfirmed{{}, 2ms});
  recorder.note_outcome(WriteFailed{{}, RestoreFailure::overridden});
  EXPECT_EQ(recorder.status().restore_attempts, 2U);
  EXPECT_EQ(recorder.status().restore_duration.count(), 1U);
  EXPECT_EQ(recorder.status().restore_failures[RestoreFailure::overridden], 1U);
}

}  // namespace
