// SPDX-License-Identifier: Apache-2.0
#include "sample_snapshot.hpp"

#include <algorithm>

#include "checks/doctor/check.hpp"

namespace hnv::exporter::test {

namespace {

bond::LinkStats stats_from(std::uint64_t base) {
  bond::LinkStats stats;
  stats.receive_bytes = base + 1;
  stats.receive_packets = base + 2;
  stats.receive_errors = base + 3;
  stats.receive_dropped = base + 4;
  stats.transmit_bytes = base + 5;
  stats.transmit_packets = base + 6;
  stats.transmit_errors = base + 7;
  stats.transmit_dropped = base + 8;
  return stats;
}

SlaveReport healthy_slave(std::uint32_t index, const std::string& name, const char* address) {
  SlaveReport report;
  bond::Link& link = report.link;
  link.index.value = index;
  link.name = name;
  link.admin_up = link.lower_up = link.running = true;
  link.carrier = true;
  link.carrier_changes = 3;
  link.slave_kind = "bond";
  link.slave.emplace();
  link.slave->mii_status = bond::MiiStatus::up;
  link.slave->link_failure_count = 1;
  link.slave->permanent_address = bond::MacAddress::parse(address);
  link.address = link.slave->permanent_address;
  link.stats = stats_from(std::uint64_t{index} * 1000);
  return report;
}

}  // namespace

SlaveReport sriov_slave(std::uint32_t index, const std::string& name) {
  SlaveReport report = healthy_slave(index, name, "52:54:00:00:00:11");
  report.role = Role::sriov;
  report.facts.driver = "mlx5_core";
  report.facts.bus = "pci";
  report.facts.location = "U78D3.001.WZS0A1B-P1-C4-T1-S2";
  report.role_source = RoleSource::hcn_mode;
  return report;
}

SlaveReport virtual_slave(std::uint32_t index, const std::string& name) {
  SlaveReport report = healthy_slave(index, name, "52:54:00:00:00:22");
  report.role = Role::virtual_device;
  report.facts.driver = "ibmveth";
  report.facts.bus = "vio";
  report.facts.location = "U9009.22A.13C2A50-V5-C3-T0";
  report.role_source = RoleSource::hcn_mode;
  return report;
}

SlaveReport& slave_of(BondReport& bond, std::uint32_t index) {
  return *std::find_if(bond.slaves.begin(), bond.slaves.end(), [index](const SlaveReport& slave) {
    return slave.link.index.value == index;
  });
}

void set_active(BondReport& bond, std::uint32_t index) {
  bond.link.bond->active_slave = bond::IfIndex{index};
  for (SlaveReport& slave : bond.slaves) slave.active = slave.link.index.value == index;
}

void set_primary(BondReport& bond, std::uint32_t index) {
  bond.link.bond->primary = bond::IfIndex{index};
  for (SlaveReport& slave : bond.slaves) slave.primary = slave.link.index.value == index;
}

void clear_primary(BondReport& bond) {
  bond.link.bond->primary.reset();
  for (SlaveReport& slave : bond.slaves) slave.primary = false;
}

void remove_slave(BondReport& bond, std::uint32_t index) {
  std::erase_if(bond.slaves,
                [index](const SlaveReport& slave) { return slave.link.index.value == index; });
}

BondReport healthy_bond(std::uint32_t first, const std::string& name) {
  BondReport bond;
  bond.link.index.value = first;
  bond.link.name = name;
  bond.link.admin_up = bond.link.lower_up = bond.link.running = true;
  bond.link.oper_state = 6;  // IF_OPER_UP
  bond.link.carrier_down_count = 2;
  bond.link.address = bond::MacAddress::parse("52:54:00:00:00:11");
  bond.link.kind = "bond";
  bond.link.stats = stats_from(std::uint64_t{first} * 1000);
  bond::BondInfo& info = bond.link.bond.emplace();
  info.mode = bond::BondMode::active_backup;
  info.primary_reselect = bond::PrimaryReselect::always;
  info.fail_over_mac = bond::FailOverMac::follow;
  info.miimon = std::chrono::milliseconds(100);
  bond.managed = true;
  bond.expected_slaves = 2;
  bond.hcn_id = HcnId{0x191554c8};
  bond.slaves = {sriov_slave(first + 1, "enP16392p" + std::to_string(first) + "s0"),
                 virtual_slave(first + 2, "env" + std::to_string(first + 2))};
  for (SlaveReport& slave : bond.slaves) slave.link.master = bond.link.index;
  set_active(bond, first + 1);
  set_primary(bond, first + 1);
  return bond;
}

BondStatus steady_account(const BondReport& bond) {
  BondStatus account;
  account.name = bond.link.name;
  account.index = bond.link.index;
  account.state = WatchState::steady;
  account.state_since = kNow - std::chrono::hours(2);
  account.failovers[FailoverDirection::to_virtual][FailoverCause::link_down] = 3;
  account.unseen_failures[UnseenFailure::link_failure_count] = 4;
  account.failovers[FailoverDirection::to_sriov][FailoverCause::watchdog] = 2;
  account.failovers[FailoverDirection::to_sriov][FailoverCause::link_up] = 1;
  account.off_sriov[OffReason::link_down] = std::chrono::milliseconds(12'500);
  account.last_failover_unix_seconds = kNowUnix - 7200;
  account.restore_attempts = 2;
  account.restore_failures[RestoreFailure::timeout] = 1;
  account.restore_duration.observe(0.0008);
  account.restore_duration.observe(3.0);
  return account;
}

Snapshot empty_snapshot() {
  Snapshot snapshot;
  snapshot.taken = kNow;
  snapshot.taken_unix_seconds = kNowUnix;
  return snapshot;
}

std::shared_ptr<const checks::DoctorReport> sample_report() {
  checks::DoctorReport report;
  report.unix_seconds = kNowUnix - 1800;
  report.findings = {
      {"D-PRIMARY", "Primary in the stored profile", "bond191554c8", checks::Severity::warn,
       "the profile names none", "sudo hnvctl persist bond191554c8"},
      {"D-FW", "Firmware level", checks::kPartition, checks::Severity::ok, "FW950.30", ""}};
  checks::ReportedReadiness ready{"bond191554c8", true, {}};
  checks::ReportedReadiness not_ready{"bond7", false, {}};
  not_ready.reasons[checks::ObstacleKind::backup_down] = true;
  checks::ReportedReadiness not_known{"bond8", std::nullopt, {}};
  not_known.reasons[checks::ObstacleKind::not_known] = true;
  report.readiness = {ready, not_ready, not_known,
                      checks::ReportedReadiness{checks::kPartition, false, {}}};
  return std::make_shared<const checks::DoctorReport>(std::move(report));
}

BondPath healthy_path(const BondReport& bond) {
  BondPath path;
  path.name = bond.link.name;
  path.index = bond.link.index;
  path.verdict = PathVerdict::healthy;
  path.since = kNow - std::chrono::hours(1);
  path.judged_at = kNow - std::chrono::milliseconds(500);
  path.interval = std::chrono::seconds(1);
  path.sriov_answers_in_row = 3599;
  for (const SlaveReport& slave : bond.slaves) {
    SlavePath way;
    way.device = slave.link.name;
    way.index = slave.link.index;
    way.address = *slave.link.address;
    way.role = slave.role;
    TargetPath target;
    target.target = *IpAddress::parse("192.0.2.1");
    target.up = true;
    target.probes = 3600;
    target.answers = 3599;
    target.late_answers = 2;
    target.answered_in_row = 3599;
    target.last_answer = kNow - std::chrono::milliseconds(250);
    way.targets = {target};
    way.rtt.observe(0.0004);
    way.rtt.observe(0.002);
    path.slaves.push_back(std::move(way));
  }
  path.crosses = {{Role::sriov, Role::virtual_device, true},
                  {Role::virtual_device, Role::sriov, true}};
  return path;
}

std::shared_ptr<const PathStatus> probed(std::vector<BondPath> paths) {
  PathStatus status;
  status.boot_id = "this-boot";
  status.version = "0.1.0";
  status.pid = 4712;
  status.started_unix_seconds = kNowUnix - 3600;
  status.written_unix_seconds = kNowUnix - 0.5;
  status.overslept = 1;
  status.bonds = std::move(paths);
  return std::make_shared<const PathStatus>(std::move(status));
}

Snapshot healthy_snapshot() {
  Snapshot snapshot = empty_snapshot();
  snapshot.bonds.push_back(healthy_bond(3, "bond191554c8"));
  snapshot.speeds = {{bond::IfIndex{4}, 12.5e9}};
  snapshot.watchdog.alive = true;
  WatchdogStatus& status = snapshot.watchdog.status.emplace();
  status.version = "0.1.0";
  status.pid = 4711;
  status.written_unix_seconds = kNowUnix - 10.25;
  status.links.messages = 1234;
  status.links.messages_lost = 5;
  status.status_write_failures = 2;
  status.links.overruns = 1;
  status.links.resyncs[bond::ResyncReason::overrun] = 1;
  status.lpm.windows[LpmOutcome::migrated] = 2;
  status.lpm.migrations[LpmKind::live][LpmResult::restored] = 2;
  status.lpm.last_window_seconds = 93.5;
  status.lpm.last_start_unix_seconds = kNowUnix - 86400;
  status.bonds.push_back(steady_account(snapshot.bonds[0]));
  snapshot.sources[Source::netlink].duration = std::chrono::microseconds(250);
  snapshot.process = ProcessFacts{
      0.125, kNowUnix - 3600, 9'000'000, 200'000'000, 18'446'744'073'709'551'615U, 30, 1024};
  return snapshot;
}

Snapshot full_snapshot() {
  Snapshot snapshot = healthy_snapshot();
  BondReport down = healthy_bond(10, "bond2a2a2a2a");
  down.hcn_id = HcnId{0x2a2a2a2a};
  bond::Link& port = slave_of(down, 11).link;
  port.lower_up = port.running = false;
  port.carrier = false;
  port.slave->mii_status = bond::MiiStatus::down;
  port.address = down.link.address;
  set_active(down, 12);
  BondStatus account = steady_account(down);
  account.state = WatchState::on_virtual;
  account.off_reason = OffReason::link_down;
  account.off_since = kNow - std::chrono::minutes(5);
  account.state_since = account.off_since;
  account.last_failover_unix_seconds = kNowUnix - 300;
  account.penalty = Penalty{4000, kNow - Penalty::kHalfLife};
  account.suppressed = true;
  account.fast_failovers = 3;
  account.fast_failovers_skipped[FastSkip::rate_limited] = 1;
  account.glitches = 2;
  snapshot.watchdog.status->bonds.push_back(account);
  snapshot.bonds.push_back(std::move(down));

  BondReport other;
  other.link.index.value = 20;
  other.link.name = "bond9";
  other.link.bond.emplace();
  other.finding = "the configuration does not name this bond";
  SlaveReport slave;
  slave.link.index.value = 21;
  slave.link.name = "eth0";
  slave.link.admin_up = true;
  slave.link.slave.emplace();
  other.slaves.push_back(slave);
  set_active(other, 21);
  snapshot.bonds.push_back(std::move(other));
  snapshot.doctor = sample_report();
  snapshot.paths = probed({healthy_path(snapshot.bonds[0])});
  snapshot.identity = PartitionIdentity{{"IBM,0212A345B", "IBM,9080-HEX"},
                                        7,
                                        "db-prod-1",
                                        "6b2b5c2e-7b0e-4a0e-9f51-0d1d0a5f7c11",
                                        "FW950.30 (VL950_092)",
                                        "2b1d9d0c-5f8e-4a39-8b53-1d3c5b1f0001"};
  return snapshot;
}

std::string metrics_body(const Snapshot& snapshot, ExpositionFormat format,
                         const MetricChoice& choice) {
  StringSink body;
  write_metrics(snapshot, format, choice, body);
  return std::move(body).text();
}

}  // namespace hnv::exporter::test
