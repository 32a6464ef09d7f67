// SPDX-License-Identifier: Apache-2.0
// Latencies on the guest's kernel bond, each beside its own yardstick in the same run:
//   move    from the decision to the message that shows it, by our code and by a bare netlink
//   request, alternating return  from the link's return to the SR-IOV slave being active with its
//   primary latched, with hnv-watchdog running and
//           stopped (SIGSTOP), alternating
// usage: restore_latency move|return ROUNDS [WATCHDOG-PID]
#include <poll.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <thread>

#include "bond/link_message.hpp"
#include "bond/link_monitor.hpp"
#include "tests/guest/kernel_bond.hpp"
#include "tests/support/fake_surroundings.hpp"
#include "watchdog/bond_keeper.hpp"
#include "watchdog/netlink_actuator.hpp"

namespace {

using namespace hnv;
using namespace std::chrono_literals;
using base::BootClock;
using test::BondWorld;
using test::KernelBond;
using Milliseconds = std::chrono::duration<double, std::milli>;

void report(const char* name, std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto at = [&values](double share) {
    return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
  };
  std::printf("%-24s n=%zu ms min %.3f p50 %.3f p90 %.3f max %.3f\n", name, values.size(),
              values.front(), at(0.5), at(0.9), values.back());
}

// Waits on `monitor` until the bond's active slave is `wanted`.
void await_active(bond::LinkMonitor& monitor, bond::IfIndex bond, bond::IfIndex wanted) {
  pollfd readable{monitor.fd(), POLLIN, 0};
  while (monitor.topology().bond(bond) == nullptr ||
         monitor.topology().bond(bond)->bond->active_slave != wanted) {
    if (::poll(&readable, 1, 5000) <= 0) std::abort();
    monitor.drain(BootClock::now()).value();
  }
}

// Lets everything that follows a failover arrive, so that no round pays for the one before.
void quieten(bond::LinkMonitor& monitor, bond::IfIndex bond) {
  pollfd readable{monitor.fd(), POLLIN, 0};
  while (::poll(&readable, 1, 100) > 0) monitor.drain(BootClock::now()).value();
  if (!monitor.fresh(bond)) std::abort();
}

double bare_move(bond::LinkMonitor& monitor, bond::IfIndex bond, bond::IfIndex sriov) {
  auto socket = bond::NetlinkSocket::open({}).value();
  const auto request = bond::set_primary_request(socket.next_sequence(), bond, sriov);
  const auto start = BootClock::now();
  if (!socket.send(request)) std::abort();
  await_active(monitor, bond, sriov);
  return Milliseconds(BootClock::now() - start).count();
}

// A running daemon has its socket open and knows the devices.
double our_move(bond::LinkMonitor& monitor, bond::IfIndex bond, watchdog::Actuator& actuator,
                DeviceFactsCache& facts) {
  watchdog::PolicyConfig policy;
  policy.hold_down = policy.settle = policy.move_spacing = 0s;
  const BondConfig config{BondWorld::kBond, ByDevice{BondWorld::kSriov}, 2};
  test::FakeSurroundings lookout;
  const watchdog::Situation situation;
  watchdog::BondKeeper keeper(bond, BondWorld::kBond);
  pollfd readable{monitor.fd(), POLLIN, 0};
  while (true) {
    keeper.survey(monitor.topology(), &config, facts, BootClock::now());
    keeper.look(watchdog::Picture{&monitor.topology(), monitor.fresh(bond), 0, false},
                watchdog::BondContext{policy, &config, situation, facts, actuator, lookout},
                BootClock::now());
    if (keeper.status().restore_duration.count() == 1) {
      return keeper.status().restore_duration.sum_seconds * 1000;
    }
    if (::poll(&readable, 1, 5000) <= 0) std::abort();
    monitor.drain(BootClock::now()).value();
  }
}

int measure_moves(int rounds) {
  KernelBond world;
  world.make({});
  const auto bond = world.link(BondWorld::kBond)->index;
  const auto sriov = world.link(BondWorld::kSriov)->index;
  const auto backup = world.link(BondWorld::kVirtual)->index;
  auto monitor = bond::LinkMonitor::open(BootClock::now()).value();
  watchdog::NetlinkActuator actuator;
  DeviceFactsCache facts{Paths{}};
  const auto links = actuator.read_bond(bond).value();
  for (const bond::Link& link : links) facts.facts_of(link, base::BootClock::now());
  std::vector<double> bare;
  std::vector<double> ours;
  for (int round = 0; round < 2 * rounds; ++round) {
    world.write_primary("");
    world.write_active_slave(BondWorld::kVirtual);
    await_active(monitor, bond, backup);
    quieten(monitor, bond);
    if (round % 2 == 0) bare.push_back(bare_move(monitor, bond, sriov));
    if (round % 2 != 0) {
      ours.push_back(our_move(monitor, bond, actuator, facts));
    }
  }
  report("move, bare request", bare);
  report("move, ours", ours);
  return 0;
}

int measure_returns(int rounds, pid_t watchdog) {
  KernelBond world;
  test::BondWorldOptions options;
  options.miimon = 100ms;
  world.make(options);
  world.write_primary(BondWorld::kSriov);
  const auto bond = world.link(BondWorld::kBond)->index;
  const auto sriov = world.link(BondWorld::kSriov)->index;
  const auto backup = world.link(BondWorld::kVirtual)->index;
  auto monitor = bond::LinkMonitor::open(BootClock::now()).value();
  std::mt19937 random(11);  // NOLINT(cert-msc51-cpp): the same phases on every run
  std::vector<double> with;
  std::vector<double> without;
  for (int round = 0; round < 2 * rounds; ++round) {
    const bool running = round % 2 == 0;
    ::kill(watchdog, running ? SIGCONT : SIGSTOP);
    world.set_plugged(BondWorld::kSriov, false);
    await_active(monitor, bond, backup);
    // Any phase of the kernel's tick.
    std::this_thread::sleep_for(150ms + std::chrono::microseconds(random() % 100'000));
    const auto start = BootClock::now();
    world.set_plugged(BondWorld::kSriov, true);
    await_active(monitor, bond, sriov);
    (running ? with : without).push_back(Milliseconds(BootClock::now() - start).count());
  }
  ::kill(watchdog, SIGCONT);
  report("return, kernel alone", without);
  report("return, with watchdog", with);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 2 ? argv[1] : "";
  if (what == "move") return measure_moves(std::atoi(argv[2]));
  if (what == "return" && argc > 3) return measure_returns(std::atoi(argv[2]), std::atoi(argv[3]));
  std::fprintf(stderr, "usage: restore_latency move|return ROUNDS [WATCHDOG-PID]\n");
  return 2;
}
