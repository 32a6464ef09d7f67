// SPDX-License-Identifier: Apache-2.0
// What the configuration wants of hnv-prober: of this machine, or of a copy.
#pragma once

#include "checks/doctor/facts.hpp"

namespace hnv::checks {

// Names of the bonds with `path` in hnv.yaml; none without such a file.
base::Expected<std::set<std::string>> read_bonds_with_path(const Tree& tree);

}  // namespace hnv::checks
