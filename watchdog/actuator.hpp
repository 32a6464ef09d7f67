// SPDX-License-Identifier: Apache-2.0
// The watchdog's hands: the options that it writes, and the last look before it. The kernel's
// answer to a write comes back as an event like any other; nothing here touches the topology.
#pragma once

#include <vector>

#include "base/expected.hpp"
#include "bond/link.hpp"
#include "watchdog/write.hpp"

namespace hnv::watchdog {

class Actuator {
 public:
  Actuator() = default;
  Actuator(const Actuator&) = delete;
  Actuator& operator=(const Actuator&) = delete;
  virtual ~Actuator() = default;

  // The bond and its slaves as they are now. Error not_found: the bond has gone.
  virtual base::Expected<std::vector<bond::Link>> read_bond(bond::IfIndex bond) = 0;

  // Writes one option. Success is the kernel's acknowledgement and proves nothing yet. Errors:
  // permission, wrong_mode, not_found (no such bond), unsupported (no bond), invalid (not now),
  // timeout.
  virtual base::Expected<void> write(const Write& write) = 0;
};

}  // namespace hnv::watchdog
