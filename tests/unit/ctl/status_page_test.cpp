// SPDX-License-Identifier: Apache-2.0
// Whole pages, as a person sees them.
#include "ctl/status_page.hpp"

#include <gtest/gtest.h>

#include "tests/unit/ctl/sample_picture.hpp"

namespace hnv::ctl::test {
namespace {

using namespace std::chrono_literals;

std::string text(const Picture& picture, bool verbose = false) {
  // A leading newline, so that the expected page starts on a line of its own.
  return "\n" + to_bytes(status_page(picture, judge(picture, {}), verbose), false);
}

TEST(StatusPage, Healthy) {
  EXPECT_EQ(text(sample_picture()), R"(
hnv-watchdog   running for 2 d 3 h, mode enforce, pid 812
bonds          1 of 1 managed on the SR-IOV slave

bond191554c8  OK  the traffic is on enP16392p1s0 (sriov) for 2 d 3 h or longer
  SLAVE         ROLE     DRIVER     LINK  MII  MARKS
  enP16392p1s0  sriov    mlx5_core  up    up   active primary
  env3          virtual  ibmveth    up    up
)");
}

TEST(StatusPage, StrandedInHoldDown) {
  EXPECT_EQ(text(stranded_picture()), R"(
hnv-watchdog   running for 2 d 3 h, mode enforce, pid 812
bonds          1 of 1 managed NOT on the SR-IOV slave

bond191554c8  NOT OK  the traffic is on env3 (virtual) for 14 s, not on
                      enP16392p1s0 (sriov)
  why        the bond has no primary, so the kernel does not go back to
             enP16392p1s0
  next       hold_down: the watchdog moves the traffic to enP16392p1s0 in 7 s,
             if its link holds
  SLAVE         ROLE     DRIVER     LINK  MII  MARKS
  enP16392p1s0  sriov    mlx5_core  up    up
  env3          virtual  ibmveth    up    up   active
)");
}

TEST(StatusPage, PausedWhileHcnmgrRuns) {
  Picture picture = stranded_picture();
  set_state(picture, WatchState::paused, OffReason::paused);
  watched_of(picture).paused[PauseReason::hcnmgr] = true;
  picture.published.status->activity.processes.push_back(
      HcnProcess{HcnCommand::hcncfgdrc, 4711, picture.now, false});
  EXPECT_EQ(text(picture), R"(
hnv-watchdog   running for 2 d 3 h, mode enforce, pid 812
bonds          1 of 1 managed NOT on the SR-IOV slave

bond191554c8  NOT OK  the traffic is on env3 (virtual) for 14 s, not on
                      enP16392p1s0 (sriov)
  why        the bond has no primary, so the kernel does not go back to
             enP16392p1s0
  next       paused: the watchdog writes nothing: hcncfgdrc (pid 4711) is
             running; it goes on by itself afterwards
  SLAVE         ROLE     DRIVER     LINK  MII  MARKS
  enP16392p1s0  sriov    mlx5_core  up    up
  env3          virtual  ibmveth    up    up   active
)");
}

TEST(StatusPage, SaysWhoPausedItAlsoWhileAllIsWell) {
  Picture picture = sample_picture();
  OperatorPause pause;
  pause.bond = kBond;
  pause.by = "alice";
  pause.until = picture.now + 108min;
  pause.reason = "work on the switch";
  picture.published.status->activity.pauses = {pause};
  EXPECT_EQ(text(picture), R"(
hnv-watchdog   running for 2 d 3 h, mode enforce, pid 812
paused         bond191554c8: alice paused it for another 1 h 48 min: work on
               the switch
bonds          1 of 1 managed on the SR-IOV slave

bond191554c8  OK  the traffic is on enP16392p1s0 (sriov) for 2 d 3 h or longer
  SLAVE         ROLE     DRIVER     LINK  MII  MARKS
  enP16392p1s0  sriov    mlx5_core  up    up   active primary
  env3          virtual  ibmveth    up    up
)");
  picture.published.alive = false;
  EXPECT_EQ(text(picture).find("alice"), std::string::npos) << "nobody obeys it";
}

TEST(StatusPage, InAMigration) {
  Picture picture = sample_picture();
  take_sriov_away(picture);
  set_state(picture, WatchState::lpm, OffReason::lpm);
  set_last_failover(picture, std::chrono::seconds(14));
  picture.published.status->lpm.window_since = picture.now - std::chrono::seconds(75);
  EXPECT_EQ(text(picture), R"(
hnv-watchdog   running for 2 d 3 h, mode enforce, pid 812
migration      a migration (LPM) has been under way for 1 min 15 s
bonds          1 of 1 managed NOT on the SR-IOV slave

bond191554c8  NOT OK  the traffic is on env3 (virtual) for 14 s, not on an
                      SR-IOV slave
  why        a migration (LPM) is under way; the SR-IOV slave (driver
             mlx5_core) is not in the bond: unplugged, or taken out for a
             migration
  next       lpm: the watchdog writes nothing until the migration is over
  SLAVE   ROLE     DRIVER   LINK  MII  MARKS
  (away)  sriov    -        -     -
  env3    virtual  ibmveth  up    up   active
)");
}

TEST(StatusPage, StrandedWithoutWatchdog) {
  Picture picture = stranded_picture();
  remove_watchdog(picture);
  EXPECT_EQ(text(picture), R"(
hnv-watchdog   not running; nobody brings the traffic back: systemctl start
               hnv-watchdog
bonds          1 of 1 managed NOT on the SR-IOV slave

bond191554c8  NOT OK  the traffic is on env3 (virtual), not on enP16392p1s0
                      (sriov)
  why        the bond has no primary, so the kernel does not go back to
             enP16392p1s0
  next       the traffic stays where it is: hnv-watchdog is not running
  by hand    ip link set dev bond191554c8 type bond primary enP16392p1s0
  SLAVE         ROLE     DRIVER     LINK  MII  MARKS
  enP16392p1s0  sriov    mlx5_core  up    up
  env3          virtual  ibmveth    up    up   active
)");
}

TEST(StatusPage, Damped) {
  EXPECT_EQ(text(damped_picture()), R"(
hnv-watchdog   running for 2 d 3 h, mode enforce, pid 812
bonds          1 of 1 managed NOT on the SR-IOV slave

bond191554c8  NOT OK  the traffic is on env3 (virtual) for 1 min, not on
                      enP16392p1s0 (sriov)
  why        enP16392p1s0 has lost its link too often lately, and damping keeps
             the traffic off it; its penalty is 2820: 1000 for each loss,
             halved every 5 minutes
  next       suppressed: damping ends in 9 min 34 s at the latest; then the
             watchdog puts primary_reselect back to always, and the kernel goes
             back by itself
  warning    the watchdog has changed primary_reselect from always to failure
             because the SR-IOV slave loses its link too often, and puts it
             back by itself
  SLAVE         ROLE     DRIVER     LINK  MII  MARKS
  enP16392p1s0  sriov    mlx5_core  up    up   primary
  env3          virtual  ibmveth    up    up   active
)");
}

TEST(StatusPage, DampingLeftBehindByADeadWatchdog) {
  Picture picture = damped_picture();
  picture.published.alive = false;
  const std::string page = text(picture);
  EXPECT_NE(page.find(R"(
  why        primary_reselect is failure, so the kernel may not go back to
             enP16392p1s0 by itself
  next       the traffic stays where it is: hnv-watchdog is not running
  by hand    ip link set dev bond191554c8 type bond primary_reselect always
  warning    the watchdog has changed primary_reselect from always to failure
             and is not running to put it back
)"),
            std::string::npos)
      << page;
}

TEST(StatusPage, VerboseTellsOfFlapsAndFastFailovers) {
  Picture picture = damped_picture();
  BondStatus& status = watched_of(picture);
  status.fast_failovers = 2;
  status.fast_failovers_skipped[FastSkip::rate_limited] = 3;
  status.glitches = 1;
  std::string page = text(picture, true);
  EXPECT_NE(page.find(R"(
  damping    its penalty is 2820: 1000 for each loss, halved every 5 minutes;
             the watchdog has changed primary_reselect from always to failure
)"),
            std::string::npos)
      << page;
  EXPECT_NE(page.find(R"(
  fast       2 fast failovers; left to the kernel: rate_limited 3
  glitches   1 lost carrier that no tick of miimon saw
)"),
            std::string::npos)
      << page;
  // Counted only: nothing is done about it.
  status.saved_reselect.reset();
  status.state = WatchState::steady;
  page = text(picture, true);
  EXPECT_NE(page.find("minutes;\n             above the limit of damping, which is off\n"),
            std::string::npos)
      << page;
  picture.config.bonds[0].damping = true;
  EXPECT_EQ(text(picture, true).find("which is off"), std::string::npos);
}

TEST(StatusPage, SettlingAfterThePrimaryWasCleared) {
  Picture picture = sample_picture();
  set_primary(picture, "");
  set_state(picture, WatchState::settling, std::nullopt, 7s);
  EXPECT_EQ(text(picture), R"(
hnv-watchdog   running for 2 d 3 h, mode enforce, pid 812
bonds          1 of 1 managed on the SR-IOV slave

bond191554c8  WARNING  the traffic is on enP16392p1s0 (sriov) for 2 d 3 h or
                       longer
  next       settling: slaves came, left or changed names a moment ago; the
             watchdog makes enP16392p1s0 primary in 7 s
  warning    the bond has no primary, so the kernel does not go back to
             enP16392p1s0
  SLAVE         ROLE     DRIVER     LINK  MII  MARKS
  enP16392p1s0  sriov    mlx5_core  up    up   active
  env3          virtual  ibmveth    up    up
)");
}

TEST(StatusPage, SriovAbsent) {
  Picture picture = sample_picture();
  take_sriov_away(picture);
  set_last_failover(picture, 192s);
  set_state(picture, WatchState::on_virtual, OffReason::absent);
  EXPECT_EQ(text(picture), R"(
hnv-watchdog   running for 2 d 3 h, mode enforce, pid 812
bonds          1 of 1 managed NOT on the SR-IOV slave

bond191554c8  NOT OK  the traffic is on env3 (virtual) for 3 min 12 s, not on
                      an SR-IOV slave
  why        the SR-IOV slave (driver mlx5_core) is not in the bond: unplugged,
             or taken out for a migration
  next       on_virtual: the watchdog makes it primary when it is back
  SLAVE   ROLE     DRIVER   LINK  MII  MARKS
  (away)  sriov    -        -     -
  env3    virtual  ibmveth  up    up   active
)");
}

TEST(StatusPage, SriovAdminDown) {
  Picture picture = sample_picture();
  set_active(picture, kVirtual);
  set_carrier(slave_of(bond_of(picture), kSriov), false);
  slave_of(bond_of(picture), kSriov).link.admin_up = false;
  set_last_failover(picture, 60s);
  set_state(picture, WatchState::on_virtual, OffReason::admin);
  EXPECT_EQ(text(picture), R"(
hnv-watchdog   running for 2 d 3 h, mode enforce, pid 812
bonds          1 of 1 managed NOT on the SR-IOV slave

bond191554c8  NOT OK  the traffic is on env3 (virtual) for 1 min, not on
                      enP16392p1s0 (sriov)
  why        enP16392p1s0 has been set down by an operator
  next       on_virtual: the kernel goes back to it when enP16392p1s0 is set up
             again
  by hand    ip link set dev enP16392p1s0 up
  SLAVE         ROLE     DRIVER     LINK        MII   MARKS
  enP16392p1s0  sriov    mlx5_core  admin down  down  primary
  env3          virtual  ibmveth    up          up    active
)");
}

TEST(StatusPage, RolesUnknown) {
  Picture picture = sample_picture();
  for (SlaveReport& slave : bond_of(picture).slaves) slave.role = Role::unknown;
  bond_of(picture).finding = "2 slaves match driver mlx5_core: enP16392p1s0, env3";
  set_state(picture, WatchState::unmanaged, OffReason::unknown);
  EXPECT_EQ(text(picture), R"(
hnv-watchdog   running for 2 d 3 h, mode enforce, pid 812
bonds          1 of 1 managed NOT on the SR-IOV slave

bond191554c8  UNKNOWN  which slave is the SR-IOV one is not known; the traffic
                       is on enP16392p1s0
  why        2 slaves match driver mlx5_core: enP16392p1s0, env3
  SLAVE         ROLE     DRIVER     LINK  MII  MARKS
  enP16392p1s0  unknown  mlx5_core  up    up   active primary
  env3          unknown  ibmveth    up    up
)");
}

TEST(StatusPage, NoBondsAndNoConfiguration) {
  Picture picture;
  picture.config_file = "/etc/hnv/hnv.yaml";
  picture.config_found = false;
  EXPECT_EQ(text(picture), R"(
hnv-watchdog   not running
configuration  no bond is managed: none is an HNV bond, and /etc/hnv/hnv.yaml
               does not exist. Other bonds of an SR-IOV and a virtual device
               are named there, as hnv.yaml(5) shows
bonds          none
)");
}

TEST(StatusPage, ABondThatTheConfigurationDoesNotName) {
  Picture picture = sample_picture();
  picture.config.bonds.clear();
  bond_of(picture).managed = false;
  for (SlaveReport& slave : bond_of(picture).slaves) {
    slave.role = Role::unknown;
    slave.facts.hcn_id.reset();
  }
  remove_watchdog(picture);
  EXPECT_EQ(text(picture), R"(
hnv-watchdog   not running
configuration  no bond is managed: none is an HNV bond, and /etc/hnv/hnv.yaml
               names none. Other bonds of an SR-IOV and a virtual device are
               named there, as hnv.yaml(5) shows
bonds          none is managed

bond191554c8  not managed  the traffic is on enP16392p1s0
  why        no HNV bond, and not in /etc/hnv/hnv.yaml
  SLAVE         ROLE     DRIVER     LINK  MII  MARKS
  enP16392p1s0  unknown  mlx5_core  up    up   active primary
  env3          unknown  ibmveth    up    up
)");
}

TEST(StatusPage, TwoBondsTheBadOneFirst) {
  Picture picture = sample_picture();
  BondReport second = sample_bond(7);
  for (SlaveReport& slave : second.slaves) {
    set_carrier(slave, false);
    slave.active = false;
  }
  second.link.bond->active_slave.reset();
  picture.bonds.push_back(second);
  picture.config.bonds.push_back(BondConfig{"bond7", ByDriver{"mlx5_core"}, 2});
  BondStatus status = watched_of(picture);
  status.name = "bond7";
  status.index = second.link.index;
  status.active_device = "";
  status.state = WatchState::on_virtual;
  status.off_reason = OffReason::link_down;
  status.last_failover_unix_seconds = picture.unix_now - 3;
  picture.published.status->bonds.push_back(status);
  EXPECT_EQ(text(picture), R"(
hnv-watchdog   running for 2 d 3 h, mode enforce, pid 812
bonds          1 of 2 managed NOT on the SR-IOV slave

bond7  DOWN  no slave carries the traffic for 3 s
  why        the link of enP7 is down: no carrier
  next       on_virtual: the kernel goes back to it when its link is back
  SLAVE  ROLE     DRIVER     LINK        MII   MARKS
  enP7   sriov    mlx5_core  no carrier  down  primary
  env7   virtual  ibmveth    no carrier  down

bond191554c8  OK  the traffic is on enP16392p1s0 (sriov) for 2 d 3 h or longer
  SLAVE         ROLE     DRIVER     LINK  MII  MARKS
  enP16392p1s0  sriov    mlx5_core  up    up   active primary
  env3          virtual  ibmveth    up    up
)");
}

TEST(StatusPage, MacConflict) {
  Picture picture = sample_picture();
  slave_of(bond_of(picture), kVirtual).link.address = bond_of(picture).link.address;
  EXPECT_NE(text(picture).find(R"(
bond191554c8  WARNING  the traffic is on enP16392p1s0 (sriov) for 2 d 3 h or
                       longer
  warning    env3 is not active and has the bond's own address
             52:54:00:00:00:11: the switch sees one address on two ports
  SLAVE )"),
            std::string::npos)
      << text(picture);
}

TEST(StatusPage, VerboseAddsSettingsCountsAndAddresses) {
  Picture picture = stranded_picture();
  BondStatus& status = watched_of(picture);
  status.failovers[FailoverDirection::to_virtual][FailoverCause::link_down] = 2;
  status.failovers[FailoverDirection::to_virtual][FailoverCause::admin] = 1;
  status.failovers[FailoverDirection::to_sriov][FailoverCause::watchdog] = 2;
  status.restore_attempts = 3;
  status.restore_failures[RestoreFailure::overridden] = 1;
  status.primary_losses = 1;
  status.off_sriov[OffReason::link_down] = 3min + 2s;
  status.off_sriov[OffReason::hold_down] = 11s;  // and 9 s that run
  bond_of(picture).note = "env3 is virtual, and hcn_mode says sriov";
  const std::string page = text(picture, true);
  EXPECT_NE(page.find(R"(
  env3          virtual  ibmveth    up    up   active
  slave      enP16392p1s0, address 52:54:00:00:00:12, permanent
             52:54:00:00:00:11, link failures 1, carrier changes 2
  device     enP16392p1s0, role sriov (from hcn_mode), driver mlx5_core, bus
             pci, node pci@800000020004008/ethernet@0, drc index 20004008, at
             U78D2.001.WZS000A-P1-C1-T1
  slave      env3, address 52:54:00:00:00:11, permanent 52:54:00:00:00:12, link
             failures 1, carrier changes 2
  device     env3, role virtual (from driver), driver ibmveth, bus vio
  note       env3 is virtual, and hcn_mode says sriov
  settings   mode active-backup, miimon 100 ms, primary none, primary_reselect
             always, fail_over_mac follow, updelay 0 ms, downdelay 0 ms, hcn-id
             191554c8
  state      hold_down for 4 s; off the SR-IOV slave: hold_down for 9 s
  failovers  to_virtual: admin 1, link_down 2; to_sriov: watchdog 2; the last
             14 s ago
  restores   3 attempts, failures: overridden 1; primary lost again 1 time
  off sriov  link_down 3 min 2 s, hold_down 20 s
)"),
            std::string::npos)
      << page;
}

TEST(StatusPage, VerboseSaysWhenCountsAreOfADeadWatchdog) {
  Picture picture = stranded_picture();
  picture.published.alive = false;
  const std::string page = text(picture, true);
  EXPECT_NE(page.find("(last news 3 s ago)"), std::string::npos) << page;
  EXPECT_NE(page.find("(counted until the watchdog ended)"), std::string::npos) << page;
}

TEST(StatusPage, SaysWhenTheWatchdogIsSilentOrUnreadable) {
  Picture picture = sample_picture();
  picture.published.status->written_unix_seconds = picture.unix_now - 300;
  EXPECT_NE(text(picture).find("SILENT for 5 min"), std::string::npos) << text(picture);
  picture.published.status.reset();
  EXPECT_NE(text(picture).find("has not published anything yet"), std::string::npos);
  picture.published.error = base::Error{base::ErrorCode::invalid, "read status", "/s", "bad"};
  EXPECT_NE(text(picture).find("what it says is lost: read status /s: bad"), std::string::npos);
  picture.published.alive = false;
  EXPECT_NE(text(picture).find("hnv-watchdog   not known: read status /s: bad"), std::string::npos);
}

// The longest names that the kernel allows, everything wrong at once, and a path that no line
// holds.
TEST(StatusPage, NoLineIsLongerThanATerminal) {
  const std::string long_bond = "bond191554c8abc";
  const std::string long_sriov = "enP16392p1s0f0n";
  const std::string long_virtual = "env32768abcdefg";
  for (const auto state : base::all_values<WatchState>()) {
    Picture picture = stranded_picture();
    picture.config_file = "/" + std::string(100, 'x') + "/hnv.yaml";
    picture.config.bonds[0].name = long_bond;
    picture.published.status->mode = Mode::observe;
    set_state(picture, state, OffReason::settling, 3700s);
    set_last_failover(picture, 99 * 24h);
    watched_of(picture).name = long_bond;
    watched_of(picture, long_bond).active_device = long_virtual;
    BondReport& report = bond_of(picture);
    report.link.name = long_bond;
    report.link.bond->miimon = 0ms;
    report.slaves[0].link.name = long_sriov;
    report.slaves[0].facts.driver = "a_driver_with_a_long_name";
    report.slaves[0].link.address = report.link.address;
    report.slaves[0].link.slave->mii_status = bond::MiiStatus::going_down;
    report.slaves[0].link.lower_up = false;
    report.slaves[0].primary = true;
    report.slaves[1].link.name = long_virtual;
    report.slaves[1].primary = true;
    for (const bool verbose : {false, true}) {
      for (const Line& line : status_page(picture, judge(picture, {}), verbose)) {
        EXPECT_LE(width_of(line), kColumns) << to_bytes(line, false);
      }
    }
  }
}

TEST(StatusPage, ColoursTheVerdictOnly) {
  const Picture picture = stranded_picture();
  const std::string page = to_bytes(status_page(picture, judge(picture, {}), false), true);
  EXPECT_NE(page.find("\x1b[1;31mNOT OK\x1b[0m"), std::string::npos);
  EXPECT_EQ(text(picture).find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace hnv::ctl::test
