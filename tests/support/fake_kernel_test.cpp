// SPDX-License-Identifier: Apache-2.0
#include "tests/support/contract_suite.hpp"
#include "tests/support/fake_world.hpp"

namespace hnv::test {

INSTANTIATE_TEST_SUITE_P(FakeKernel, BondContract, ::testing::Values(&make_fake_world));

}  // namespace hnv::test
