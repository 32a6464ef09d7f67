// SPDX-License-Identifier: Apache-2.0
// What the watchdog knows beside what it publishes for others: the member "memory" of its own
// status file, from which it goes on after it was killed, stopped or upgraded. Valid for one boot,
// as its times (CLOCK_BOOTTIME) and ifindexes are. Values and their codec; no clock.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/expected.hpp"
#include "bond/topology.hpp"
#include "hnv/status.hpp"
#include "watchdog/migration.hpp"
#include "watchdog/policy.hpp"
#include "watchdog/recorder.hpp"

namespace hnv::watchdog {

// The kernel's own counters of losses at one moment: they tell of a loss that nobody watched. A
// slave's start anew with every enslaving, so any difference is one.
struct KernelCounts {
  struct Slave {
    std::optional<std::uint32_t> link_failures;
    std::optional<std::uint32_t> carrier_losses;
    bool operator==(const Slave&) const = default;
  };
  std::optional<std::uint32_t> carrier_losses;  // of the bond: total outages
  std::map<bond::IfIndex, Slave> slaves;
  bool operator==(const KernelCounts&) const = default;
};

KernelCounts kernel_counts_of(const bond::Topology& topology, bond::IfIndex bond);
// A slave that is not in both is taken for lost.
bool shows_loss(const KernelCounts& before, const KernelCounts& after, bond::IfIndex slave);

struct BondMemory {
  std::string name;
  bond::IfIndex index;
  // Without a pending write, whose outcome the next picture shows, and without what counts in this
  // process only: the generation of the membership (settle begins anew) and losses.
  PolicyState policy;
  RecorderMemory recorder;
  KernelCounts kernel;
  bool operator==(const BondMemory&) const = default;
};

struct Memory {
  std::vector<BondMemory> bonds;
  MigrationState migration;
  bool operator==(const Memory&) const = default;
};

// JSON. decode takes the whole status file, whose messages name `file`. Error invalid for anything
// that is not what encode writes, and for times that `now` has not reached: what has happened has
// happened, and no deadline is more than a day away.
std::string encode_memory(const Memory& memory);
base::Expected<Memory> decode_memory(std::string_view status, const std::string& file,
                                     base::BootTime now);

struct Remembered {
  WatchdogStatus status;
  Memory memory;
};

// Empty without a file of this boot. An error is about a file that is there and of no use: one of
// reading, of decode_status() or of decode_memory().
base::Expected<std::optional<Remembered>> read_remembered(const std::string& file,
                                                          const std::string& boot_id,
                                                          base::BootTime now);

// Renames it to what is returned, in place of an older one.
base::Expected<std::string> set_aside(const std::string& file);

}  // namespace hnv::watchdog
