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
rc::Gen<OptIns> any_opt_ins();

std::ostream& operator<<(std::ostream& out, const FakeBondOptions& options);
std::ostream& operator<<(std::ostream& out, const OptIns& opt_ins);

}  // namespace hnv::test
