// SPDX-License-Identifier: Apache-2.0
// What the exporter itself adds to a scrape, for 10 to 1000 bonds: the table, the text, the page.
// The kernel's dump is not in it.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <string>

#include "exporter/gzip.hpp"
#include "exporter/metrics.hpp"
#include "exporter/status_page.hpp"
#include "sample_snapshot.hpp"

namespace {

using namespace hnv::exporter;

Snapshot snapshot_of(std::int64_t bonds) {
  Snapshot snapshot = test::healthy_snapshot();
  const hnv::BondReport bond = snapshot.bonds.front();
  const hnv::BondStatus account = snapshot.watchdog.status->bonds.front();
  snapshot.bonds.clear();
  snapshot.watchdog.status->bonds.clear();
  for (std::int64_t number = 0; number < bonds; ++number) {
    snapshot.bonds.push_back(bond);
    snapshot.watchdog.status->bonds.push_back(account);
    snapshot.bonds.back().link.name = snapshot.watchdog.status->bonds.back().name =
        "bond" + std::to_string(10'000'000 + number);
  }
  return snapshot;
}

void metrics_text(benchmark::State& state) {
  const Snapshot snapshot = snapshot_of(state.range(0));
  for (auto _ : state) {
    StringSink text;
    write_metrics(snapshot, ExpositionFormat::openmetrics, {}, text);
    benchmark::DoNotOptimize(text);
  }
  const std::string body = test::metrics_body(snapshot, ExpositionFormat::openmetrics);
  state.counters["bytes"] = static_cast<double>(body.size());
  const auto lines = std::count(body.begin(), body.end(), '\n');
  state.counters["lines"] = static_cast<double>(lines);
  state.counters["us/bond"] = benchmark::Counter(
      static_cast<double>(state.range(0)) * 1e-6,
      benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}
BENCHMARK(metrics_text)->Arg(2)->Arg(10)->Arg(100)->Arg(1000)->Unit(benchmark::kMicrosecond);

// The text, compressed while it is written.
void metrics_packed(benchmark::State& state) {
  const Snapshot snapshot = snapshot_of(state.range(0));
  std::size_t bytes = 0;
  for (auto _ : state) {
    GzipSink packed;
    write_metrics(snapshot, ExpositionFormat::openmetrics, {}, packed);
    bytes = std::move(packed).packed().size();
    benchmark::DoNotOptimize(bytes);
  }
  state.counters["bytes"] = static_cast<double>(bytes);
}
BENCHMARK(metrics_packed)->Arg(2)->Arg(10)->Arg(100)->Arg(1000)->Unit(benchmark::kMicrosecond);

void status_page(benchmark::State& state) {
  const Snapshot snapshot = snapshot_of(state.range(0));
  const ThroughputHistory history;
  for (auto _ : state) {
    benchmark::DoNotOptimize(render_status_page(snapshot, history, {"host", "/metrics"}, true));
  }
}
BENCHMARK(status_page)->Arg(2)->Arg(10)->Arg(100)->Arg(1000)->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
