// SPDX-License-Identifier: Apache-2.0
#include "watchdog/bond_keeper.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

using namespace hnv;
using namespace hnv::watchdog;
using namespace std::chrono_literals;
using base::BootTime;
using bond::IfIndex;
using testing::_;
using testing::AllOf;
using testing::Field;
using testing::Return;

class MockActuator : public Actuator {
 public:
  MOCK_METHOD(base::Expected<std::vector<bond::Link>>, read_bond, (IfIndex), (override));
  MOCK_METHOD(base::Expected<void>, write, (const Write&), (override));
};

class MockLookout : public Lookout {
 public:
  MOCK_METHOD(bool, is_quiet, (BootTime, Depth), (override));
};

constexpr IfIndex kBond{3};
constexpr IfIndex kSriov{5};
constexpr IfIndex kVirtual{7};

// A bond that is stranded on its virtual slave: the SR-IOV slave is healthy, and there is no
// primary.
struct Stranded : testing::Test {
  std::vector<bond::Link> links;
  bond::Topology topology;
  PolicyConfig policy;
  BondConfig config{"bond191554c8", ByDevice{"enP16392p1s0"}, 2};
  DeviceFactsCache facts{Paths{"/nonexistent", "/nonexistent", "/nonexistent"}};
  testing::StrictMock<MockActuator> actuator;
  testing::StrictMock<MockLookout> lookout;
  Situation situation;
  BondKeeper keeper{kBond, "bond191554c8"};
  BootTime start{1000s};

  void SetUp() override {
    bond::Link bond;
    bond.index = kBond;
    bond.name = "bond191554c8";
    bond.kind = "bond";
    bond.bond.emplace();
    bond.bond->mode = bond::BondMode::active_backup;
    bond.bond->miimon = 100ms;
    bond.bond->active_slave = kVirtual;
    links = {bond, slave(kSriov, "enP16392p1s0"), slave(kVirtual, "env3")};
    play();
  }

  static bond::Link slave(IfIndex index, const std::string& name) {
    bond::Link link;
    link.index = index;
    link.name = name;
    link.admin_up = link.lower_up = true;
    link.master = kBond;
    link.slave_kind = "bond";
    link.slave.emplace();
    link.slave->mii_status = bond::MiiStatus::up;
    return link;
  }

  void play() {
    for (const bond::Link& link : links) {
      bond::LinkEvent event;
      event.link = link;
      topology.apply(event);
    }
  }

  BondKeeper::Round look(BootTime now, bool fresh = true) {
    keeper.survey(topology, &config, facts, now);
    return keeper.look(Picture{&topology, fresh, 0, false},
                       BondContext{policy, &config, situation, facts, actuator, lookout}, now);
  }
};

bool has_event(const BondKeeper::Round& round, Event event) {
  return std::any_of(round.log.begin(), round.log.end(),
                     [event](const LogEntry& entry) { return entry.event == event; });
}

// Read when the round is over, as the daemon does: a key must not die with the one who made it.
std::vector<std::string> keys_of(const BondKeeper::Round& round, Event event) {
  std::vector<std::string> keys;
  for (const LogEntry& entry : round.log) {
    if (entry.event != event) continue;
    for (const base::LogField& field : entry.fields) keys.emplace_back(field.key);
  }
  return keys;
}

TEST_F(Stranded, IsBroughtBackAfterSettleAndHoldDown) {
  look(start);
  EXPECT_EQ(keeper.wake_at(), start + policy.settle);
  EXPECT_EQ(keeper.status().state, WatchState::settling);
  EXPECT_EQ(keeper.status().off_reason, OffReason::settling);

  EXPECT_CALL(actuator, read_bond(kBond)).WillOnce(Return(links));
  EXPECT_CALL(actuator, write(AllOf(Field(&Write::bond, kBond), Field(&Write::slave, kSriov))))
      .WillOnce(Return(base::Expected<void>{}));
  const auto round = look(start + policy.settle);
  EXPECT_EQ(keys_of(round, Event::write), (std::vector<std::string>{"bond", "primary", "rule"}));
  EXPECT_EQ(keeper.status().restore_attempts, 1U);
  EXPECT_EQ(keeper.status().state, WatchState::restoring);

  links[0].bond->active_slave = links[0].bond->primary = kSriov;
  play();
  EXPECT_TRUE(has_event(look(start + policy.settle + 2ms), Event::restored));
  EXPECT_EQ(keeper.status().state, WatchState::steady);
  EXPECT_EQ(keeper.status().off_reason, std::nullopt);
  EXPECT_EQ(keeper.status().restore_duration.count(), 1U);
}

TEST_F(Stranded, TellsWhoPausedItAndWhenThatChanges) {
  OperatorPause pause;
  pause.bond = "bond191554c8";
  pause.by = "alice";
  situation.operator_pauses = {pause};
  situation.pauses[PauseReason::operator_request] = true;
  EXPECT_EQ(keys_of(look(start), Event::paused),
            (std::vector<std::string>{"bond", "reasons", "by"}));
  EXPECT_FALSE(has_event(look(start + 1s), Event::paused)) << "no news";
  situation.operator_pauses[0].until = start + 1h;
  EXPECT_EQ(keys_of(look(start + 2s), Event::paused),
            (std::vector<std::string>{"bond", "reasons", "by", "for_s"}));
  situation.operator_pauses[0] = decode_pause("bond191554c8", "nonsense", "");
  const auto round = look(start + 3s);
  ASSERT_EQ(keys_of(round, Event::paused),
            (std::vector<std::string>{"bond", "reasons", "err", "hint"}));
  EXPECT_EQ(round.log.front().level, base::LogLevel::warn);
}

TEST_F(Stranded, IsNotWrittenWhenTheLastLookShowsADeadLink) {
  look(start);
  auto changed = links;
  changed[1].lower_up = false;
  EXPECT_CALL(actuator, read_bond(kBond)).WillOnce(Return(changed));
  EXPECT_CALL(actuator, write(_)).Times(0);
  look(start + policy.settle);
  EXPECT_EQ(keeper.status().restore_attempts, 0U);
}

TEST_F(Stranded, IsNotWrittenWhenTheSlaveHasLeftAtTheLastLook) {
  look(start);
  const std::vector<bond::Link> without_sriov{links[0], links[2]};
  EXPECT_CALL(actuator, read_bond(kBond)).WillOnce(Return(without_sriov));
  EXPECT_CALL(actuator, write(_)).Times(0);
  look(start + policy.settle);
}

TEST_F(Stranded, IsNotWrittenWhenSomeoneElseWasFaster) {
  look(start);
  auto changed = links;
  changed[0].bond->primary = changed[0].bond->active_slave = kSriov;
  EXPECT_CALL(actuator, read_bond(kBond)).WillOnce(Return(changed));
  EXPECT_CALL(actuator, write(_)).Times(0);
  look(start + policy.settle);
}

TEST_F(Stranded, IsLeftAloneWhileThePictureIsNotFresh) {
  look(start);
  look(start + policy.settle, false);  // the strict mock fails on any call
  EXPECT_EQ(keeper.status().state, WatchState::settling);
}

// The first state has none before it; the second tells how long the first lasted.
TEST_F(Stranded, TellsHowLongAStateLasted) {
  const auto field = [](const BondKeeper::Round& round, std::string_view key) {
    std::optional<double> found;
    for (const LogEntry& entry : round.log) {
      if (entry.event != Event::state) continue;
      for (const base::LogField& one : entry.fields) {
        if (one.key == key) found = std::get<double>(one.value);
      }
    }
    return found;
  };
  EXPECT_FALSE(field(look(start), "after_s").has_value());
  EXPECT_CALL(actuator, read_bond(kBond)).WillOnce(Return(links));
  EXPECT_CALL(actuator, write(AllOf(Field(&Write::bond, kBond), Field(&Write::slave, kSriov))))
      .WillOnce(Return(base::Expected<void>{}));
  const double settle = base::to_seconds(policy.settle);
  EXPECT_EQ(field(look(start + policy.settle), "after_s"), settle);
  links[0].bond->active_slave = links[0].bond->primary = kSriov;
  play();
  const auto round = look(start + policy.settle + 250ms);
  EXPECT_EQ(field(round, "after_s"), 0.25);
  EXPECT_TRUE(field(round, "off_s").has_value());
}

TEST_F(Stranded, CountsAMissingPrivilegeAndSaysWhatToDo) {
  look(start);
  EXPECT_CALL(actuator, read_bond(kBond)).WillOnce(Return(links));
  EXPECT_CALL(actuator, write(AllOf(Field(&Write::bond, kBond), Field(&Write::slave, kSriov))))
      .WillOnce(Return(base::failure(base::from_errno("set primary", "bond191554c8", EPERM))));
  const auto round = look(start + policy.settle);
  EXPECT_EQ(keeper.status().restore_failures[RestoreFailure::permission], 1U);
  EXPECT_EQ(keeper.status().state, WatchState::backing_off);
  ASSERT_TRUE(has_event(round, Event::restore_failed));
  const auto& fields = std::find_if(round.log.begin(), round.log.end(), [](const LogEntry& entry) {
                         return entry.event == Event::restore_failed;
                       })->fields;
  EXPECT_EQ(fields.back().key, "hint");
  EXPECT_GT(keeper.wake_at(), start + policy.settle);
}

TEST_F(Stranded, IsOnlyReportedInModeObserve) {
  policy.mode = Mode::observe;
  look(start);
  const auto round = look(start + policy.settle);
  EXPECT_TRUE(has_event(round, Event::write_withheld));
  EXPECT_EQ(keeper.status().state, WatchState::observing);
  EXPECT_EQ(keeper.status().off_reason, OffReason::observe);
  EXPECT_FALSE(has_event(look(start + policy.settle + 1s), Event::write_withheld)) << "said once";
}

TEST_F(Stranded, SaysWhichSlaveHasTheBondsAddress) {
  const bond::MacAddress address = *bond::MacAddress::parse("52:54:00:00:00:11");
  links[0].bond->fail_over_mac = bond::FailOverMac::follow;
  for (bond::Link& link : links) link.address = address;
  play();
  EXPECT_TRUE(has_event(look(start), Event::mac_conflict));
  EXPECT_EQ(keeper.status().mac_conflict, "enP16392p1s0");
  EXPECT_FALSE(has_event(look(start + 1s), Event::mac_conflict)) << "said once";
  links[1].address = *bond::MacAddress::parse("52:54:00:00:00:12");
  play();
  EXPECT_TRUE(has_event(look(start + 2s), Event::mac_conflict)) << "and that it is over";
  EXPECT_EQ(keeper.status().mac_conflict, "");
}

TEST_F(Stranded, SaysWhatHoldsItsWritesBack) {
  situation.pauses[PauseReason::hcnmgr] = true;
  EXPECT_TRUE(has_event(look(start), Event::paused));
  EXPECT_TRUE(keeper.status().paused[PauseReason::hcnmgr]);
  EXPECT_EQ(keeper.status().state, WatchState::paused);
  EXPECT_FALSE(has_event(look(start + 1s), Event::paused)) << "said once";
  situation = {};
  EXPECT_TRUE(has_event(look(start + 2s), Event::paused));
  EXPECT_FALSE(keeper.status().paused[PauseReason::hcnmgr]);
}

TEST_F(Stranded, IsUnmanagedWithoutLinkMonitoring) {
  links[0].bond->miimon = 0ms;
  play();
  const auto round = look(start);
  EXPECT_EQ(keeper.status().state, WatchState::unmanaged);
  EXPECT_EQ(keeper.status().finding, "no link monitoring: miimon and arp_interval are 0");
  EXPECT_TRUE(has_event(round, Event::finding));
}

TEST_F(Stranded, IsUnmanagedInAnotherMode) {
  links[0].bond->mode = bond::BondMode::balance_rr;
  play();
  look(start);
  EXPECT_EQ(keeper.status().state, WatchState::unmanaged);
  EXPECT_EQ(keeper.status().finding, "mode is balance-rr, not active-backup");
}

}  // namespace
