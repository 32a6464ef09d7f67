// SPDX-License-Identifier: Apache-2.0
#include "prober/service_words.hpp"

namespace hnv::prober {

std::string service_words(const std::vector<BondPath>& bonds) {
  if (bonds.empty()) return "no bond that is there has path in the configuration; nothing is sent";
  const std::string count = std::to_string(bonds.size()) + (bonds.size() == 1 ? " bond" : " bonds");
  std::string words;
  for (const BondPath& bond : bonds) {
    if (bond.verdict == PathVerdict::healthy) continue;
    words.append(bond.name).append(" ").append(base::name_of(bond.verdict));
    if (!bond.doubt.empty()) words.append(" (").append(bond.doubt).append(")");
    words.append("; ");
  }
  return words.empty() ? count + ", all healthy" : words + count;
}

}  // namespace hnv::prober
