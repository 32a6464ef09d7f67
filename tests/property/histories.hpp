// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <rapidcheck.h>

#include <ostream>
#include <vector>

#include "tests/support/history.hpp"

namespace hnv::test {

// Random histories of a bond. `with_losses`: messages may be lost and the watchdog restarted.
rc::Gen<std::vector<Step>> any_history(bool with_losses = true);
rc::Gen<FakeBondOptions> any_bond();

std::ostream& operator<<(std::ostream& out, const FakeBondOptions& options);

}  // namespace hnv::test
