// SPDX-License-Identifier: Apache-2.0
#include "page_scenes.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <stdexcept>

#include "sample_snapshot.hpp"

namespace hnv::exporter::test {

namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::chrono::minutes kFailoverAge(5);

// Bytes carried from the boot until then, by a load that swells and ebbs: between a half and one
// and a half of `rate`, up and down in straight lines. Not by a sine: glibc's for Power uses an
// instruction that POWER8 ignores and its emulator refuses.
double carried(double rate, base::BootTime until) {
  constexpr double kWave = 240;  // seconds
  const double at = base::to_seconds(until.time_since_epoch());
  const double phase = at / kWave - std::floor(at / kWave);
  // The integral of the triangle: -1 to 1 and back over one phase.
  const double swell = phase < 0.5 ? phase * (2 * phase - 1) : 3 * phase - 2 * phase * phase - 1;
  return rate * (at + 0.5 * kWave * swell);
}

void load(SlaveReport& slave, double rate, base::BootTime from, base::BootTime until) {
  constexpr double kSent = 0.4;
  const double bytes = carried(rate, std::max(from, until)) - carried(rate, from);
  slave.link.stats->receive_bytes = static_cast<std::uint64_t>(bytes);
  slave.link.stats->transmit_bytes = static_cast<std::uint64_t>(bytes * kSent);
}

JournalEvent failover(std::uint64_t sequence, const BondReport& bond, bool to_sriov,
                      double unix_seconds, FailoverCause cause) {
  JournalEvent event;
  event.sequence = sequence;
  event.unix_seconds = unix_seconds;
  event.name = "failover";
  const std::string& sriov = bond.slaves[0].link.name;
  const std::string& other = bond.slaves[1].link.name;
  event.fields = {
      {"bond", bond.link.name},
      {"from", to_sriov ? other : sriov},
      {"to", to_sriov ? sriov : other},
      {"direction", std::string(base::name_of(to_sriov ? FailoverDirection::to_sriov
                                                       : FailoverDirection::to_virtual))},
      {"cause", std::string(base::name_of(cause))},
      {"after_s", to_sriov ? 12.5 : 7200.0}};
  return event;
}

void add_bond(Snapshot& snapshot, std::uint32_t first, const std::string& name) {
  BondReport bond = healthy_bond(first, name);
  const base::BootTime boot;
  load(bond.slaves[0], 1.1e9, boot, snapshot.taken);
  load(bond.slaves[1], 900, boot, snapshot.taken);
  snapshot.speeds[bond.slaves[0].link.index] = 25e9 / 8;
  snapshot.watchdog.status->bonds.push_back(steady_account(bond));
  snapshot.bonds.push_back(std::move(bond));
}

Snapshot watched(base::BootClock::duration later) {
  Snapshot snapshot = healthy_snapshot();
  snapshot.taken = kNow + later;
  snapshot.taken_unix_seconds = kNowUnix + base::to_seconds(later);
  snapshot.watchdog.status->written_unix_seconds = snapshot.taken_unix_seconds - 10;
  snapshot.watchdog.status->bonds.clear();
  snapshot.bonds.clear();
  snapshot.speeds.clear();
  return snapshot;
}

// The SR-IOV link went down five minutes before kNow.
void fail_over(Snapshot& snapshot, std::size_t number) {
  BondReport& bond = snapshot.bonds[number];
  BondStatus& account = snapshot.watchdog.status->bonds[number];
  const base::BootTime when = kNow - kFailoverAge;
  const base::BootTime boot;
  load(bond.slaves[0], 1.1e9, boot, std::min(when, snapshot.taken));
  load(bond.slaves[1], 2.4e8, when, snapshot.taken);
  if (snapshot.taken < when) return;
  bond::Link& port = bond.slaves[0].link;
  port.lower_up = port.running = false;
  port.carrier = false;
  port.slave->mii_status = bond::MiiStatus::down;
  // fail_over_mac=follow
  bond.slaves[1].link.address = port.address;
  port.address = bond.slaves[1].link.slave->permanent_address;
  snapshot.speeds.erase(port.index);
  set_active(bond, bond.slaves[1].link.index.value);
  account.state = WatchState::on_virtual;
  account.off_reason = OffReason::link_down;
  account.state_since = account.off_since = when;
  account.last_failover_unix_seconds = kNowUnix - base::to_seconds(kFailoverAge);
}

Snapshot many(base::BootClock::duration later, std::uint32_t count) {
  Snapshot snapshot = watched(later);
  constexpr std::uint32_t kIndices = 3;
  for (std::uint32_t number = 0; number < count; ++number) {
    add_bond(snapshot, 3 + number * kIndices, "bond" + std::to_string(100 + number));
  }
  fail_over(snapshot, count / 2);
  return snapshot;
}

Snapshot good(base::BootClock::duration later) {
  Snapshot snapshot = watched(later);
  add_bond(snapshot, 3, "bond191554c8");
  const BondReport& bond = snapshot.bonds[0];
  snapshot.events = std::make_shared<const Events>(
      Events{failover(17, bond, false, kNowUnix - 7212.5, FailoverCause::link_down),
             failover(18, bond, true, kNowUnix - 7200, FailoverCause::watchdog)});
  return snapshot;
}

Snapshot failed_over(base::BootClock::duration later) {
  Snapshot snapshot = good(later);
  fail_over(snapshot, 0);
  Events events = *snapshot.events;
  const double when = kNowUnix - base::to_seconds(kFailoverAge);
  events.push_back(failover(19, snapshot.bonds[0], false, when, FailoverCause::link_down));
  snapshot.events = std::make_shared<const Events>(std::move(events));
  return snapshot;
}

Snapshot stale(base::BootClock::duration later) {
  Snapshot snapshot = failed_over(later);
  snapshot.watchdog.alive = false;
  clear_primary(snapshot.bonds[0]);
  return snapshot;
}

Snapshot unreadable(base::BootClock::duration later) {
  Snapshot snapshot = watched(later);
  snapshot.sources[Source::netlink].error =
      base::Error{base::ErrorCode::timeout, "read links", "", "the kernel did not answer in time"};
  return snapshot;
}

Snapshot empty(base::BootClock::duration later) {
  Snapshot snapshot = watched(later);
  snapshot.watchdog = {};
  return snapshot;
}

Snapshot migrating(base::BootClock::duration later) {
  Snapshot snapshot = good(later);
  WatchdogStatus& status = *snapshot.watchdog.status;
  status.lpm.window_since = kNow - minutes(3);
  status.bonds[0].state = WatchState::lpm;
  status.bonds[0].state_since = kNow - minutes(3);
  status.bonds[0].off_reason = OffReason::lpm;
  status.bonds[0].off_since = kNow - minutes(2);
  status.bonds[0].waits_until = snapshot.taken + seconds(30);
  const std::uint32_t port = snapshot.bonds[0].slaves[0].link.index.value;
  remove_slave(snapshot.bonds[0], port);
  set_active(snapshot.bonds[0], snapshot.bonds[0].slaves[0].link.index.value);
  return snapshot;
}

// Names that the kernel takes: all but '/', ':', blanks and the end of the string.
Snapshot hostile(base::BootClock::duration later) {
  Snapshot snapshot = watched(later);
  const std::vector<std::string> names = {"<img/onerror=x",
                                          "\"'><svg",
                                          "&lt;b&gt;",
                                          "\xFF\xFE\x80\xC0",
                                          "\xE2\x80\xAE"
                                          "dnob",
                                          "\x01\x1B[31mred",
                                          "</p><script>"};
  std::uint32_t first = 3;
  for (const std::string& name : names) {
    add_bond(snapshot, first, name);
    BondReport& bond = snapshot.bonds.back();
    bond.slaves[0].link.name = name;
    bond.slaves[1].link.name = "${7*7}`" + name.substr(0, 8);
    first += 3;
  }
  snapshot.bonds[0].slaves[1].link.address = snapshot.bonds[0].link.address;
  snapshot.watchdog.status->bonds[1].finding = names[0];
  snapshot.watchdog.status->version = names.back();
  snapshot.missing_bonds = {names[1]};
  snapshot.sources[Source::sysfs].error =
      base::Error{base::ErrorCode::io, "read", names[0], names.back()};
  snapshot.events = std::make_shared<const Events>(
      Events{failover(1, snapshot.bonds[0], false, kNowUnix - 60, FailoverCause::external)});
  return snapshot;
}

// The backup's link is up, and nothing answers behind it.
Snapshot backup_path_dead(base::BootClock::duration later) {
  Snapshot snapshot = good(later);
  BondPath path = healthy_path(snapshot.bonds[0]);
  path.verdict = PathVerdict::virtual_dead;
  path.since = snapshot.taken - kFailoverAge;
  path.judged_at = snapshot.taken;
  path.slaves[1].targets[0].up = false;
  path.slaves[1].targets[0].lost_in_row = 300;
  path.crosses = {{Role::sriov, Role::virtual_device, false},
                  {Role::virtual_device, Role::sriov, false}};
  snapshot.paths = probed({std::move(path)});
  return snapshot;
}

using Make = Snapshot (*)(base::BootClock::duration);

const std::map<std::string, Make>& makers() {
  static const std::map<std::string, Make> all{
      {"good", good},
      {"failover", failed_over},
      {"stale", stale},
      {"unreadable", unreadable},
      {"empty", empty},
      {"migrating", migrating},
      {"hostile", hostile},
      {"path_dead", backup_path_dead},
      {"three", [](base::BootClock::duration later) { return many(later, 3); }},
      {"ten", [](base::BootClock::duration later) { return many(later, 10); }},
      {"hundred", [](base::BootClock::duration later) { return many(later, 100); }}};
  return all;
}

}  // namespace

const std::vector<std::string>& scene_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const auto& [name, make] : makers()) all.push_back(name);
    return all;
  }();
  return names;
}

Snapshot scene(const std::string& name, base::BootClock::duration later) {
  const auto found = makers().find(name);
  if (found == makers().end()) throw std::invalid_argument("no scene is called " + name);
  return found->second(later);
}

}  // namespace hnv::exporter::test
