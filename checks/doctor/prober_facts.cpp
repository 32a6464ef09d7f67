// SPDX-License-Identifier: Apache-2.0
#include "checks/doctor/prober_facts.hpp"

#include "hnv/config.hpp"
#include "hnv/paths.hpp"

namespace hnv::checks {

base::Expected<std::set<std::string>> read_bonds_with_path(const Tree& tree) {
  const auto text = tree.read(kConfigFile);
  if (!text) {
    if (text.error().code == base::ErrorCode::not_found) return std::set<std::string>{};
    return base::failure(text.error());
  }
  const auto config = parse_config(*text, kConfigFile);
  if (!config) return base::failure(config.error());
  std::set<std::string> names;
  for (const BondConfig& bond : config->bonds) {
    if (bond.path) names.insert(bond.name);
  }
  return names;
}

}  // namespace hnv::checks
