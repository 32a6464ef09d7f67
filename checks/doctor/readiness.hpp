// SPDX-License-Identifier: Apache-2.0
// Whether the network of a partition would survive a migration now. Stronger than hcnmgr's own
// question, which is only whether another slave is in the bond; weaker than a test, because the
// path through the VIOS and the HMC's validation cannot be seen from inside.
#pragma once

#include <string>
#include <vector>

#include "checks/doctor/facts.hpp"

namespace hnv::checks {

struct Readiness {
  std::string bond;
  std::vector<std::string> obstacles;  // why not; empty: ready, as far as can be told
  std::vector<std::string> untold;     // what could not be found out

  [[nodiscard]] bool is_ready() const { return obstacles.empty(); }
};

// One for each HNV bond. Pure.
std::vector<Readiness> readiness_of(const Facts& facts);

// What nobody inside the partition can test.
inline constexpr const char* kUntested =
    "not tested: the path of the virtual device through the VIOS (ibmveth never shows a loss of "
    "link), and the HMC's validation";

}  // namespace hnv::checks
