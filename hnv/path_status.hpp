// SPDX-License-Identifier: Apache-2.0
// What hnv-prober publishes for the watchdog, the exporter and hnvctl: one file, replaced as a
// whole, valid for one boot. Readers run with more rights than its writer and trust nothing in it;
// hnv/path_health.hpp says what may be believed. Times are CLOCK_BOOTTIME unless their name says
// unix.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/expected.hpp"
#include "bond/mac_address.hpp"
#include "bond/types.hpp"
#include "hnv/ip_address.hpp"
#include "hnv/status.hpp"
#include "hnv/vocabulary.hpp"

namespace hnv {

// One target, asked through one slave. Counters are of this boot, or since the prober's start.
struct TargetPath {
  IpAddress target;
  std::optional<bool> up;  // empty: not known yet
  std::uint64_t probes = 0;
  std::uint64_t answers = 0;
  std::uint64_t late_answers = 0;  // that came after the next probe had left; in answers, too
  std::uint32_t lost_in_row = 0;
  std::uint32_t answered_in_row = 0;
  std::optional<base::BootTime> last_answer;
  bool operator==(const TargetPath&) const = default;
};

struct SlavePath {
  std::string device;
  bond::IfIndex index;
  bond::MacAddress address;  // that it probed from
  Role role = Role::unknown;
  std::string not_probed;    // why it is not asked for now, for people; "" when it is
  std::uint64_t errors = 0;  // of sending and receiving; no loss of packets
  std::vector<TargetPath> targets;
  DurationHistogram rtt;
  bool operator==(const SlavePath&) const = default;
};

// From one slave to the other, one way, without any target.
struct CrossPath {
  Role from = Role::unknown;
  Role to = Role::unknown;
  std::optional<bool> up;  // empty: not known yet, or not usable here
  bool operator==(const CrossPath&) const = default;
};

struct BondPath {
  std::string name;
  bond::IfIndex index;
  PathVerdict verdict = PathVerdict::not_judged;
  std::string doubt;         // why it is not judged, for people; "" otherwise
  base::BootTime since;      // of the verdict
  base::BootTime judged_at;  // when it was last confirmed; a verdict ages
  base::BootClock::duration interval{};
  std::uint32_t sriov_answers_in_row = 0;  // of its best target; how sure a return is
  std::vector<SlavePath> slaves;
  std::vector<CrossPath> crosses;
  bool operator==(const BondPath&) const = default;

  // nullptr: not spoken of. The first, should the file repeat one.
  [[nodiscard]] const SlavePath* slave(bond::IfIndex wanted) const;
};

struct PathStatus {
  static constexpr int kSchema = 1;

  std::string boot_id;
  std::string version;
  std::int64_t pid = 0;
  double started_unix_seconds = 0;
  double written_unix_seconds = 0;
  std::uint64_t overslept =
      0;  // rounds that the prober itself was too late for, so that none judged
  std::vector<BondPath> bonds;
  bool operator==(const PathStatus&) const = default;

  [[nodiscard]] const BondPath* bond(std::string_view name) const;
};

// JSON. decode: error unsupported for another schema, invalid for anything that is not what encode
// writes: unknown members, more than kMostPathBonds bonds, 32 slaves a bond or 8 targets a slave,
// names that are no interface's. `file` is for messages.
std::string encode_path_status(const PathStatus& status);
base::Expected<PathStatus> decode_path_status(std::string_view json, const std::string& file);

inline constexpr std::size_t kLargestPathStatusFile = std::size_t{4} * 1024 * 1024;
inline constexpr std::size_t kMostPathBonds = 1024;

}  // namespace hnv
