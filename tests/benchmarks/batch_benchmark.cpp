// SPDX-License-Identifier: Apache-2.0
// One failover as the kernel tells it, from bytes to the decision: what the watchdog does between
// two waits.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>

#include "bond/link_message.hpp"
#include "hnv/status.hpp"
#include "tests/golden/golden_messages.hpp"
#include "tests/support/fake_surroundings.hpp"
#include "watchdog/bond_keeper.hpp"

namespace {

using namespace hnv;
using namespace std::chrono_literals;

class NoActuator final : public watchdog::Actuator {
 public:
  base::Expected<std::vector<bond::Link>> read_bond(bond::IfIndex) override {
    return base::failure({});
  }
  base::Expected<void> write(const watchdog::Write&) override { return base::failure({}); }
};

void one_failover(benchmark::State& state) {
  const auto recording = golden::recording("flap");
  bond::Topology topology;
  for (const auto& event : recording.before) topology.apply(event);
  // Up to the last message that is sent at once; IGMP_RESEND comes a jiffy later.
  std::vector<golden::Message> batch;
  for (const auto& message : golden::messages("flap")) {
    const auto event = bond::parse_link_message(message).value();
    if (event == recording.happened.front()) batch.clear();
    batch.push_back(message);
    if (event->cause == bond::LinkEventCause::notify_peers) break;
  }
  const bond::IfIndex bond = topology.bonds().begin()->first;
  watchdog::BondKeeper keeper(bond, "bond191554c8");
  const BondConfig config{"bond191554c8", ByDevice{"enP16392p1s0"}, 2};
  DeviceFactsCache facts{Paths{}};
  NoActuator actuator;
  test::FakeSurroundings lookout;
  const watchdog::Situation situation;
  const watchdog::PolicyConfig policy;
  base::BootTime now(1000s);
  for (auto _ : state) {
    now += 1s;
    for (const auto& message : batch) {
      const auto event = bond::parse_link_message(message).value();
      keeper.note({topology.apply(*event), false, 0, 0}, now);
    }
    keeper.survey(topology, &config, facts, now);
    benchmark::DoNotOptimize(keeper.look(
        watchdog::Picture{&topology, true, 0, false},
        watchdog::BondContext{policy, &config, situation, facts, actuator, lookout}, now));
  }
  state.counters["messages"] = static_cast<double>(batch.size());
}
BENCHMARK(one_failover)->Unit(benchmark::kMicrosecond);

// The same message beside more and more bonds: its cost must not grow with them.
void message_among_bonds(benchmark::State& state) {
  const auto events = golden::events("dump_100_bonds");
  bond::Topology topology;
  for (std::int64_t copy = 0; copy < state.range(0) / 100; ++copy) {
    for (bond::LinkEvent event : events) {
      const auto offset = static_cast<std::uint32_t>(copy) * 10'000;
      event.link.index.value += offset;
      if (event.link.master) event.link.master->value += offset;
      topology.apply(event);
    }
  }
  const auto slave = std::find_if(events.begin(), events.end(),
                                  [](const auto& event) { return event.link.is_slave_of_bond(); });
  bond::LinkEvent up = *slave;
  bond::LinkEvent down = *slave;
  down.link.lower_up = false;
  for (auto _ : state) {
    benchmark::DoNotOptimize(topology.apply(down));
    benchmark::DoNotOptimize(topology.apply(up));
  }
}
BENCHMARK(message_among_bonds)->Arg(100)->Arg(1000)->Arg(10000);

WatchdogStatus status_of(std::int64_t bonds) {
  WatchdogStatus status;
  for (std::int64_t bond = 0; bond < bonds; ++bond) {
    status.bonds.emplace_back().name = "bond" + std::to_string(bond);
  }
  return status;
}

void encode_status_of(benchmark::State& state) {
  const WatchdogStatus status = status_of(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(encode_status(status));
}
BENCHMARK(encode_status_of)->Arg(2)->Arg(10)->Arg(100)->Arg(1000)->Unit(benchmark::kMicrosecond);

void decode_status_of(benchmark::State& state) {
  const std::string text = encode_status(status_of(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(decode_status(text, "status"));
}
BENCHMARK(decode_status_of)->Arg(2)->Arg(10)->Arg(100)->Arg(1000)->Unit(benchmark::kMicrosecond);

// As the file is where nothing happens: written again twice a minute.
void decode_status_again(benchmark::State& state) {
  WatchdogStatus status = status_of(state.range(0));
  std::array<std::string, 2> texts;
  for (std::string& text : texts) {
    status.written_unix_seconds += 30;
    text = encode_status(status);
  }
  StatusDecoder decoder("status");
  std::size_t next = 0;
  for (auto _ : state) benchmark::DoNotOptimize(decoder.decode(texts[next++ % texts.size()]));
}
BENCHMARK(decode_status_again)->Arg(2)->Arg(10)->Arg(100)->Arg(1000)->Unit(benchmark::kMicrosecond);

}  // namespace
