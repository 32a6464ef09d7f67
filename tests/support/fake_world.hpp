// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "tests/support/bond_world.hpp"

namespace hnv::test {

// A world on a FakeKernel whose devices behave as veth pairs do.
std::unique_ptr<BondWorld> make_fake_world();

}  // namespace hnv::test
