// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/ctl/sample_picture.hpp"

#include <algorithm>
#include <stdexcept>

namespace hnv::ctl::test {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr base::BootTime kNow{std::chrono::hours(100)};
constexpr double kUnixNow = 1'800'000'000;
constexpr double kTwoDaysThreeHours = 51 * 3600;
const auto first_address = bond::MacAddress::parse("52:54:00:00:00:11");
const auto second_address = bond::MacAddress::parse("52:54:00:00:00:12");

SlaveReport sample_slave(bond::IfIndex index, bond::IfIndex master, const std::string& name) {
  SlaveReport slave;
  slave.link.index = index;
  slave.link.name = name;
  slave.link.admin_up = true;
  slave.link.lower_up = true;
  slave.link.running = true;
  slave.link.carrier_changes = 2;
  slave.link.master = master;
  slave.link.slave_kind = "bond";
  slave.link.slave.emplace();
  slave.link.slave->mii_status = bond::MiiStatus::up;
  slave.link.slave->link_failure_count = 1;
  return slave;
}

}  // namespace

BondReport sample_bond(unsigned number) {
  const bond::IfIndex index{number * 10};
  BondReport report;
  report.link.index = index;
  report.link.name = "bond" + std::to_string(number);
  report.link.admin_up = true;
  report.link.running = true;
  report.link.kind = "bond";
  report.link.address = first_address;
  bond::BondInfo& info = report.link.bond.emplace();
  info.mode = bond::BondMode::active_backup;
  info.miimon = milliseconds(100);
  info.arp_interval = milliseconds(0);
  info.updelay = milliseconds(0);
  info.downdelay = milliseconds(0);
  info.primary_reselect = bond::PrimaryReselect::always;
  info.fail_over_mac = bond::FailOverMac::follow;
  info.active_slave = bond::IfIndex{index.value + 1};
  info.primary = info.active_slave;

  SlaveReport sriov = sample_slave({index.value + 1}, index, "enP" + std::to_string(number));
  sriov.link.address = report.link.address;
  sriov.link.slave->permanent_address = report.link.address;
  sriov.facts.driver = "mlx5_core";
  sriov.facts.bus = "pci";
  sriov.facts.node_source = NodeSource::of_node;
  sriov.facts.node = "pci@800000020004008/ethernet@0";
  sriov.facts.node_type = NodeType::pci;
  sriov.facts.hcn_id = HcnId{0x191554c8};
  sriov.facts.hcn_mode = HcnMode::primary;
  sriov.facts.drc_index = 0x20004008;
  sriov.facts.location = "U78D2.001.WZS000A-P1-C1-T1";
  sriov.role = Role::sriov;
  sriov.role_source = RoleSource::hcn_mode;
  sriov.active = true;
  sriov.primary = true;
  SlaveReport fallback = sample_slave({index.value + 2}, index, "env" + std::to_string(number));
  fallback.link.address = second_address;
  fallback.link.slave->permanent_address = fallback.link.address;
  fallback.facts.driver = "ibmveth";
  fallback.facts.bus = "vio";
  fallback.role = Role::virtual_device;
  fallback.role_source = RoleSource::driver;

  report.slaves = {sriov, fallback};
  report.managed = true;
  report.expected_slaves = 2;
  return report;
}

Picture sample_picture() {
  Picture picture;
  picture.now = kNow;
  picture.unix_now = kUnixNow;
  picture.config_file = "/etc/hnv/hnv.yaml";
  picture.config.bonds = {BondConfig{kBond, ByDriver{"mlx5_core"}, 2}};

  BondReport report = sample_bond(1);
  report.link.name = kBond;
  report.slaves[0].link.name = kSriov;
  report.slaves[1].link.name = kVirtual;
  report.hcn_id = HcnId{0x191554c8};
  picture.bonds = {report};

  WatchdogStatus status;
  status.version = "0.1.0";
  status.pid = 812;
  status.started_unix_seconds = kUnixNow - kTwoDaysThreeHours;
  status.written_unix_seconds = kUnixNow - 3;
  BondStatus watched;
  watched.name = kBond;
  watched.index = report.link.index;
  watched.sriov_device = kSriov;
  watched.active_device = kSriov;
  watched.state = WatchState::steady;
  watched.state_since = kNow - seconds(4);
  status.bonds = {watched};
  picture.published.alive = true;
  picture.published.status = status;
  return picture;
}

BondReport& bond_of(Picture& picture, const std::string& name) {
  for (BondReport& report : picture.bonds) {
    if (report.link.name == name) return report;
  }
  throw std::out_of_range(name);
}

SlaveReport& slave_of(BondReport& bond, const std::string& name) {
  for (SlaveReport& slave : bond.slaves) {
    if (slave.link.name == name) return slave;
  }
  throw std::out_of_range(name);
}

BondStatus& watched_of(Picture& picture, const std::string& name) {
  for (BondStatus& watched : picture.published.status.value().bonds) {
    if (watched.name == name) return watched;
  }
  throw std::out_of_range(name);
}

Verdict judge_sample(const Picture& picture) {
  return judge(picture, {kBond}).at(0);
}

void set_active(Picture& picture, const std::string& device) {
  BondReport& report = bond_of(picture);
  report.link.bond->active_slave.reset();
  for (SlaveReport& slave : report.slaves) {
    slave.active = slave.link.name == device;
    if (slave.active) report.link.bond->active_slave = slave.link.index;
  }
  // fail_over_mac=follow: the active slave has the bond's address, the other one the second.
  for (SlaveReport& slave : report.slaves) {
    slave.link.address = slave.active ? report.link.address : second_address;
  }
  if (picture.published.status) watched_of(picture).active_device = device;
}

void set_primary(Picture& picture, const std::string& device) {
  BondReport& report = bond_of(picture);
  report.link.bond->primary.reset();
  for (SlaveReport& slave : report.slaves) {
    slave.primary = slave.link.name == device;
    if (slave.primary) report.link.bond->primary = slave.link.index;
  }
}

void set_carrier(SlaveReport& slave, bool up) {
  slave.link.lower_up = up;
  slave.link.slave->mii_status = up ? bond::MiiStatus::up : bond::MiiStatus::down;
}

void set_state(Picture& picture, WatchState state, std::optional<OffReason> reason,
               std::optional<milliseconds> waits) {
  BondStatus& bond = watched_of(picture);
  bond.state = state;
  bond.off_reason = reason;
  bond.off_since = picture.now - seconds(9);
  bond.waits_until.reset();
  if (waits) bond.waits_until = picture.now + *waits;
}

void set_path(Picture& picture, PathVerdict verdict) {
  const BondReport& report = bond_of(picture);
  BondPath path;
  path.name = report.link.name;
  path.index = report.link.index;
  path.verdict = verdict;
  path.judged_at = picture.now - std::chrono::milliseconds(300);
  path.interval = std::chrono::seconds(1);
  const auto is_dead = [verdict](Role role) {
    return verdict == PathVerdict::both_dead ||
           (verdict == PathVerdict::sriov_dead && role == Role::sriov) ||
           (verdict == PathVerdict::virtual_dead && role == Role::virtual_device);
  };
  for (const SlaveReport& slave : report.slaves) {
    SlavePath way;
    way.device = slave.link.name;
    way.index = slave.link.index;
    way.address = *slave.link.address;
    way.role = slave.role;
    TargetPath target;
    target.target = *IpAddress::parse("192.0.2.1");
    target.up = !is_dead(slave.role);
    way.targets = {target};
    path.slaves.push_back(std::move(way));
  }
  PathStatus& status = picture.paths.emplace();
  status.boot_id = "this-boot";
  status.bonds = {std::move(path)};
}

void set_last_failover(Picture& picture, seconds ago) {
  watched_of(picture).last_failover_unix_seconds =
      picture.unix_now - static_cast<double>(ago.count());
}

void remove_watchdog(Picture& picture) {
  picture.published = PublishedStatus{};
}

void take_sriov_away(Picture& picture) {
  BondReport& report = bond_of(picture);
  set_active(picture, kVirtual);
  set_primary(picture, "");
  std::erase_if(report.slaves, [](const SlaveReport& slave) { return slave.role == Role::sriov; });
}

Picture stranded_picture() {
  Picture picture = sample_picture();
  set_active(picture, kVirtual);
  set_primary(picture, "");
  set_last_failover(picture, seconds(14));
  set_state(picture, WatchState::hold_down, OffReason::hold_down, milliseconds(6500));
  return picture;
}

Picture link_lost_picture() {
  Picture picture = sample_picture();
  set_active(picture, kVirtual);
  set_carrier(slave_of(bond_of(picture), kSriov), false);
  set_state(picture, WatchState::on_virtual, OffReason::link_down);
  return picture;
}

Picture damped_picture() {
  Picture picture = sample_picture();
  set_active(picture, kVirtual);
  set_last_failover(picture, seconds(60));
  bond_of(picture).link.bond->primary_reselect = bond::PrimaryReselect::failure;
  set_state(picture, WatchState::suppressed, OffReason::suppressed);
  BondStatus& watched = watched_of(picture);
  watched.penalty = Penalty{2820, picture.now};
  watched.suppressed = true;
  watched.saved_reselect = bond::PrimaryReselect::always;
  return picture;
}

}  // namespace hnv::ctl::test
