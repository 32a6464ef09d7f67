// SPDX-License-Identifier: Apache-2.0
// The configuration file: one YAML file for all programs. Its defaults are the initialisers below
// and stand nowhere else.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/expected.hpp"
#include "bond/mac_address.hpp"
#include "hnv/ip_address.hpp"
#include "hnv/vocabulary.hpp"

namespace hnv {

// How a slave is recognised as the SR-IOV one. Permanent addresses and drivers survive the new name
// that a port gets after a migration; a device name does not.
struct ByDevice {
  std::string name;
  bool operator==(const ByDevice&) const = default;
};
struct ByDriver {
  std::string driver;
  bool operator==(const ByDriver&) const = default;
};
struct ByBus {
  std::string bus;
  bool operator==(const ByBus&) const = default;
};
struct ByPermanentAddress {
  bond::MacAddress address;
  bool operator==(const ByPermanentAddress&) const = default;
};
using SriovSelector = std::variant<ByDevice, ByDriver, ByBus, ByPermanentAddress>;

// What hnv-prober asks through each slave of a bond; docs/prober.md.
struct PathConfig {
  std::vector<IpAddress> targets;  // at most kMostPathTargets; empty: the default gateway
  std::chrono::milliseconds interval = std::chrono::seconds(1);
  unsigned dead_after = 3;   // probes in a row without an answer
  unsigned alive_after = 3;  // answers in a row
  bool operator==(const PathConfig&) const = default;
};
inline constexpr std::size_t kMostPathTargets = 4;
inline constexpr std::chrono::milliseconds kShortestPathInterval{200};
inline constexpr std::chrono::milliseconds kLongestPathInterval = std::chrono::minutes(1);

struct BondConfig {
  std::string name;                    // of the bond's network interface
  std::optional<SriovSelector> sriov;  // empty: the platform tells, as for a bond that is not named
  unsigned expected_slaves = 2;
  bool ignore = false;  // exported and never touched, even if the platform calls it an HNV bond
  // What is done only where it is asked for; docs/policy.md.
  bool damping = false;
  bool fast_failover = false;
  std::chrono::milliseconds fast_failover_delay{0};
  std::optional<PathConfig> path = std::nullopt;  // without it, the bond is not probed
  bool act_on_path = false;  // move the traffic away from a dead path; needs `path`
  bool operator==(const BondConfig&) const = default;
};

// How a migration is recognised, and how long it may take; docs/policy.md.
struct MigrationTimes {
  std::chrono::milliseconds settle = std::chrono::seconds(30);
  std::chrono::milliseconds query_quiet = std::chrono::seconds(120);
  std::chrono::milliseconds hook_timeout = std::chrono::minutes(30);
  std::chrono::milliseconds absent_timeout = std::chrono::minutes(30);
  std::chrono::milliseconds restore_timeout = std::chrono::minutes(15);
  std::chrono::milliseconds stuck_after = std::chrono::minutes(15);
  bool operator==(const MigrationTimes&) const = default;
};

struct Config {
  Mode mode = Mode::enforce;
  std::chrono::milliseconds hold_down = std::chrono::seconds(10);
  std::chrono::milliseconds settle = std::chrono::seconds(15);
  std::chrono::milliseconds fast_failover_hold = std::chrono::seconds(5);
  unsigned moves_per_hour = 12;
  MigrationTimes migration;
  std::vector<BondConfig> bonds;
  bool operator==(const Config&) const = default;

  [[nodiscard]] const BondConfig* bond(std::string_view name) const;
  // Whether the bond should be there, with a slave that carries the traffic.
  [[nodiscard]] bool expects(std::string_view name) const;
};

// Limits of the durations: longer ones are mistakes of unit.
inline constexpr std::chrono::milliseconds kLongestWait = std::chrono::hours(1);

// `file` is for messages. The error's object is the place, "hnv.yaml:3:7", and its reason names
// the key, what was found and what is allowed, as in "unknown key 'hold-down' in the file; allowed:
// mode, hold_down, ...". One error, the first in the file.
base::Expected<Config> parse_config(std::string_view yaml, const std::string& file);

base::Expected<Config> read_config(const std::string& file);

// "permanent_address 52:54:00:00:00:11": the selector in words, for messages.
std::string to_string(const SriovSelector& selector);

}  // namespace hnv
