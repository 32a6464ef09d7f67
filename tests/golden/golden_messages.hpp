// SPDX-License-Identifier: Apache-2.0
// The recorded corpora: what a kernel said while something happened to a bond (lab/record.py).
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "bond/link.hpp"

namespace hnv::golden {

using Message = std::vector<std::byte>;

// The messages of one scene ("flap") of the one kernel recorded; throws when there are none.
std::vector<Message> messages(const std::string& scene);

// All scenes of events, without the dumps.
std::vector<std::string> scenes();

// The messages of a scene, parsed; throws on one that cannot be, and leaves out those of other
// families.
struct Recording {
  std::vector<bond::LinkEvent> before;    // the dump it begins with
  std::vector<bond::LinkEvent> happened;  // what was said after it
};
Recording recording(const std::string& scene);

// Both parts, in order.
std::vector<bond::LinkEvent> events(const std::string& scene);

}  // namespace hnv::golden
