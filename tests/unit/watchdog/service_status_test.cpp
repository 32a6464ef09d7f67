// SPDX-License-Identifier: Apache-2.0
#include "watchdog/service_status.hpp"

#include <gtest/gtest.h>

namespace {

using namespace hnv;
using namespace std::chrono_literals;
using base::BootTime;
using watchdog::service_status;

BondStatus on_sriov(const std::string& name) {
  BondStatus bond;
  bond.name = name;
  bond.state = WatchState::steady;
  bond.active_device = "enP16392p1s0";
  return bond;
}

BondStatus off_sriov(const std::string& name, BootTime since) {
  BondStatus bond = on_sriov(name);
  bond.state = WatchState::on_virtual;
  bond.active_device = "env3";
  bond.off_reason = OffReason::link_down;
  bond.off_since = since;
  return bond;
}

BondStatus unmanaged(const std::string& name) {
  BondStatus bond;
  bond.name = name;
  bond.off_reason = OffReason::unknown;
  return bond;
}

const BootTime kNow{1000000s};

TEST(ServiceStatus, SaysThatAllIsWell) {
  EXPECT_EQ(service_status({}, {}, Mode::enforce, kNow), "0 bonds; mode enforce");
  EXPECT_EQ(service_status({unmanaged("a")}, {}, Mode::repair, kNow),
            "1 bond, none managed; mode repair");
  EXPECT_EQ(service_status({on_sriov("a"), unmanaged("b")}, {}, Mode::enforce, kNow),
            "1 bond on SR-IOV; mode enforce");
  EXPECT_EQ(service_status({on_sriov("a"), on_sriov("b")}, {}, Mode::observe, kNow),
            "2 bonds, all on SR-IOV; mode observe");
}

TEST(ServiceStatus, NamesTheBondThatIsOff) {
  const auto off_for = [](base::BootClock::duration age) {
    return service_status({on_sriov("a"), off_sriov("b", kNow - age)}, {}, Mode::enforce, kNow);
  };
  EXPECT_EQ(off_for(59s), "b off SR-IOV (on env3): link_down; mode enforce");
  EXPECT_EQ(off_for(61s), "b off SR-IOV (on env3) for 1 min: link_down; mode enforce");
  EXPECT_EQ(off_for(119s), off_for(61s)) << "changes at most once a minute";
  EXPECT_EQ(off_for(3h), "b off SR-IOV (on env3) for 3 h: link_down; mode enforce");
  EXPECT_EQ(off_for(50h), "b off SR-IOV (on env3) for 2 d: link_down; mode enforce");
  BondStatus none = off_sriov("c", kNow);
  none.active_device = "";
  EXPECT_EQ(service_status({none}, {}, Mode::enforce, kNow),
            "c off SR-IOV (on none): link_down; mode enforce");
}

TEST(ServiceStatus, NamesTheOneThatIsOffLongest) {
  EXPECT_EQ(service_status({off_sriov("a", kNow - 2min), off_sriov("b", kNow - 3min),
                            off_sriov("c", kNow - 1min)},
                           {}, Mode::enforce, kNow),
            "b off SR-IOV (on env3) for 3 min: link_down; 2 bonds more off SR-IOV; mode enforce");
}

TEST(ServiceStatus, SaysWhoPausedItAndUntilWhen) {
  OperatorPause pause;
  pause.bond = OperatorPause::kAllBonds;
  pause.by = "alice";
  pause.until = kNow + 95min - 1s;
  EXPECT_EQ(service_status({on_sriov("a")}, {pause}, Mode::enforce, kNow),
            "1 bond on SR-IOV; mode enforce; paused by alice for another 95 min");
  pause = decode_pause("a", "", "");
  EXPECT_EQ(service_status({on_sriov("a")}, {pause}, Mode::enforce, kNow),
            "1 bond on SR-IOV; mode enforce; a paused by an operator without end");
}

}  // namespace
