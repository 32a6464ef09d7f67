// SPDX-License-Identifier: Apache-2.0
// Whether the network of a partition would survive a migration now. Stronger than hcnmgr's own
// question, which is only whether another slave is in the bond; weaker than a test, because the
// path through the VIOS and the HMC's validation cannot be seen from inside.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/enum_names.hpp"
#include "checks/doctor/facts.hpp"

namespace hnv::checks {

// Why a migration now would not keep the network. The spellings are values of a label.
enum class ObstacleKind : std::uint8_t {
  no_bond,        // a pair of the device tree has none
  no_backup,      // the virtual device is not in the bond, or the roles are not known
  backup_down,    // it is, and could not carry the traffic
  path_dead,      // its link is up, and nothing answers behind it
  fail_over_mac,  // not follow
  mac_conflict,   // a slave that is not active has the bond's address
  no_profile,     // hcnmgr finds no profile by which it releases the SR-IOV port
  plain_port,     // an SR-IOV port without an hcn-id cannot move
  platform,       // the platform cannot migrate the partition
  vpmem,          // it has persistent memory
  busy,           // hcnmgr or drmgr is at work
  no_rmc,         // the HMC cannot be heard
  not_known,      // nothing of this is seen, and not everything could be
};

struct Obstacle {
  ObstacleKind kind = ObstacleKind::not_known;
  std::string text;
};

struct Readiness {
  std::string bond;                 // kPartition where there is none to ask about
  std::vector<Obstacle> obstacles;  // why not
  std::vector<std::string> untold;  // what could not be found out
  bool path_answers = false;        // the virtual device's, as hnv-prober says

  // Empty: nothing is in the way that can be seen, and not everything can.
  [[nodiscard]] std::optional<bool> ready() const {
    if (!obstacles.empty()) return false;
    if (!untold.empty()) return std::nullopt;
    return true;
  }
};

// "env3 is not up, the partition has vPMEM"
std::string joined(const std::vector<Obstacle>& obstacles);

// One for each HNV bond, and for each pair of the device tree that has none. Where there is
// neither, one for the partition if something keeps it from migrating, or if the device tree cannot
// tell. None elsewhere than on PowerVM. Pure.
std::vector<Readiness> readiness_of(const Facts& facts);

// What nobody inside the partition can test; and, unless a prober does, what nobody has.
inline constexpr const char* kUntested =
    "not tested: the path of the virtual device through the VIOS (ibmveth never shows a loss of "
    "link), and the HMC's validation";
inline constexpr const char* kUntestedBesidePath = "not tested: the HMC's validation";

// The second where hnv-prober gets answers behind the virtual devices of all of them.
const char* untested(const std::vector<Readiness>& readiness);

}  // namespace hnv::checks

template <>
struct hnv::base::EnumNames<hnv::checks::ObstacleKind> {
  static constexpr auto names = std::to_array<std::string_view>(
      {"no_bond", "no_backup", "backup_down", "path_dead", "fail_over_mac", "mac_conflict",
       "no_profile", "plain_port", "platform", "vpmem", "busy", "no_rmc", "not_known"});
};
