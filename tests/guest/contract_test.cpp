// SPDX-License-Identifier: Apache-2.0
// The contract suite on the running kernel, and facts about its netlink interface that FakeKernel
// has no words for.
#include "tests/guest/kernel_bond.hpp"
#include "tests/guest/kernel_bond_requests.hpp"
#include "tests/support/contract_suite.hpp"

namespace hnv::test {

INSTANTIATE_TEST_SUITE_P(Kernel, BondContract, ::testing::Values(&make_kernel_bond));

TEST(KernelBond, SetLinkAcceptsAPrimaryAndIgnoresIt) {
  KernelBond kernel;
  kernel.make({});
  const auto bond = kernel.link(BondWorld::kBond)->index;
  const auto slave = kernel.link(BondWorld::kSriov)->index;
  kernel.must(set_primary_by_setlink_request(kernel.next_sequence(), bond, slave));
  EXPECT_EQ(kernel.link(BondWorld::kBond)->bond->primary, std::nullopt);
}

}  // namespace hnv::test
