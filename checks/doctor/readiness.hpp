// SPDX-License-Identifier: Apache-2.0
// Whether the network of a partition would survive a migration now. Stronger than hcnmgr's own
// question, which is only whether another slave is in the bond; weaker than a test, because the
// path through the VIOS and the HMC's validation cannot be seen from inside.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checks/doctor/facts.hpp"

namespace hnv::checks {

struct Readiness {
  std::string bond;                    // kPartition where there is none to ask about
  std::vector<std::string> obstacles;  // why not
  std::vector<std::string> untold;     // what could not be found out

  // Empty: nothing is in the way that can be seen, and not everything can.
  [[nodiscard]] std::optional<bool> ready() const {
    if (!obstacles.empty()) return false;
    if (!untold.empty()) return std::nullopt;
    return true;
  }
};

// One for each HNV bond, and for each pair of the device tree that has none. Where there is
// neither, one for the partition if something keeps it from migrating, or if the device tree cannot
// tell. None elsewhere than on PowerVM. Pure.
std::vector<Readiness> readiness_of(const Facts& facts);

// What nobody inside the partition can test.
inline constexpr const char* kUntested =
    "not tested: the path of the virtual device through the VIOS (ibmveth never shows a loss of "
    "link), and the HMC's validation";

}  // namespace hnv::checks
