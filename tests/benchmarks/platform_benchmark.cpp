// SPDX-License-Identifier: Apache-2.0
// What looking at the platform costs: the device tree of a large partition, and its identity.
#include <benchmark/benchmark.h>

#include "hnv/device_tree.hpp"
#include "hnv/identity.hpp"
#include "tests/support/device_tree_fixture.hpp"

namespace {

using namespace hnv;

// 10 HNV pairs, the most that a partition has, among 200 nodes of other kinds.
void fill(const test::DeviceTreeFixture& tree) {
  const std::string address = test::bytes_of({0x2e, 0x7a, 0x30, 0x83, 0xf5, 0});
  for (std::uint32_t pair = 0; pair < 10; ++pair) {
    const std::string number = std::to_string(pair);
    const std::string bridge = "pci@80000002900800" + number;
    tree.hnv_node(bridge + "/ethernet@0", pair, "primary", address);
    tree.property(bridge, "ibm,my-drc-index", test::cell(pair));
    tree.hnv_node("vdevice/vnic@3000000" + number, pair, "backup", address);
  }
  for (int other = 0; other < 50; ++other) {
    const std::string number = std::to_string(other);
    tree.property("cpus/PowerPC,POWER10@" + number, "reg", "x");
    tree.property("vdevice/l-lan@300001" + number, "local-mac-address", address);
    tree.property("vdevice/v-scsi@300002" + number, "reg", "x");
    tree.property("pci@80000003" + number + "/ethernet@0", "local-mac-address", address);
  }
}

void scan_large_device_tree(benchmark::State& state) {
  const test::DeviceTreeFixture tree;
  fill(tree);
  std::size_t nodes = 0;
  for (auto _ : state) nodes = scan_device_tree(tree.root()).nodes.size();
  state.counters["nodes"] = static_cast<double>(nodes);
}
BENCHMARK(scan_large_device_tree)->Unit(benchmark::kMicrosecond);

// What a watchdog asks every few seconds to see whether it still runs on the same machine.
void poll_frame_key(benchmark::State& state) {
  const test::DeviceTreeFixture tree;
  tree.property("", "system-id", test::nul_ended("IBM,0212A345B"));
  tree.property("", "model", test::nul_ended("IBM,9080-HEX"));
  const Paths paths = tree.paths();
  for (auto _ : state) benchmark::DoNotOptimize(read_frame_key(paths));
}
BENCHMARK(poll_frame_key)->Unit(benchmark::kMicrosecond);

}  // namespace
