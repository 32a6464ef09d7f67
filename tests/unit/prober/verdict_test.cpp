// SPDX-License-Identifier: Apache-2.0
// Each row of the table in docs/prober.md.
#include "prober/verdict.hpp"

#include <gtest/gtest.h>

namespace {

using namespace hnv;
using namespace hnv::prober;

constexpr Evidence kUp = Evidence::up;
constexpr Evidence kFailing = Evidence::failing;
constexpr Evidence kDead = Evidence::dead;
constexpr Evidence kRecovering = Evidence::recovering;
constexpr Evidence kUnknown = Evidence::unknown;

struct VerdictRow {
  PathFacts facts;  // sriov, virtual, to virtual, to sriov, active
  std::optional<PathVerdict> verdict;
};

class VerdictTable : public testing::TestWithParam<VerdictRow> {};

TEST_P(VerdictTable, Holds) {
  EXPECT_EQ(judge(GetParam().facts), GetParam().verdict);
}

INSTANTIATE_TEST_SUITE_P(
    SriovActive, VerdictTable,
    testing::Values(VerdictRow{{kUp, kUp, kUp, kUp, Role::sriov}, PathVerdict::healthy},
                    VerdictRow{{kUp, kUp, kDead, kUp, Role::sriov}, PathVerdict::healthy},
                    VerdictRow{{kUp, kUp, kUnknown, kUnknown, Role::sriov}, PathVerdict::healthy},
                    VerdictRow{{kFailing, kFailing, kUp, kUp, Role::sriov}, PathVerdict::healthy},
                    VerdictRow{{kUp, kUp, kDead, kDead, Role::sriov}, PathVerdict::isolated},
                    VerdictRow{{kUp, kDead, kUp, kUp, Role::sriov}, PathVerdict::virtual_dead},
                    VerdictRow{{kUp, kDead, kDead, kDead, Role::sriov}, PathVerdict::virtual_dead},
                    VerdictRow{{kUp, kDead, kUnknown, kUnknown, Role::sriov},
                               PathVerdict::virtual_dead},
                    VerdictRow{{kDead, kUp, kDead, kDead, Role::sriov}, PathVerdict::sriov_dead},
                    VerdictRow{{kDead, kUp, kDead, kUp, Role::sriov}, PathVerdict::sriov_dead},
                    VerdictRow{{kDead, kUp, kUp, kDead, Role::sriov}, PathVerdict::sriov_dead},
                    VerdictRow{{kDead, kUp, kUp, kUp, Role::sriov}, PathVerdict::target_filtered},
                    VerdictRow{{kDead, kDead, kUp, kUp, Role::sriov}, PathVerdict::target_dead},
                    VerdictRow{{kDead, kDead, kDead, kDead, Role::sriov}, PathVerdict::both_dead},
                    VerdictRow{{kDead, kDead, kUp, kDead, Role::sriov}, PathVerdict::both_dead}));

INSTANTIATE_TEST_SUITE_P(
    VirtualActive, VerdictTable,
    testing::Values(
        VerdictRow{{kUp, kDead, kDead, kDead, Role::virtual_device}, PathVerdict::virtual_dead},
        VerdictRow{{kUp, kDead, kUp, kUp, Role::virtual_device}, PathVerdict::target_filtered},
        VerdictRow{{kDead, kUp, kUp, kUp, Role::virtual_device}, PathVerdict::sriov_dead},
        VerdictRow{{kDead, kUp, kDead, kDead, Role::virtual_device}, PathVerdict::sriov_dead}));

INSTANTIATE_TEST_SUITE_P(
    NotJudged, VerdictTable,
    testing::Values(VerdictRow{{kUnknown, kUp, kUp, kUp, Role::sriov}, PathVerdict::not_judged},
                    VerdictRow{{kUp, kUnknown, kUp, kUp, Role::sriov}, PathVerdict::not_judged},
                    VerdictRow{{kDead, kUp, kUp, kUp, Role::unknown}, PathVerdict::not_judged}));

// Two paths that break or heal together are not seen to in the same round; nobody is blamed
// between.
INSTANTIATE_TEST_SUITE_P(
    Unsure, VerdictTable,
    testing::Values(VerdictRow{{kDead, kFailing, kUp, kUp, Role::sriov}, std::nullopt},
                    VerdictRow{{kFailing, kDead, kUp, kUp, Role::sriov}, std::nullopt},
                    VerdictRow{{kRecovering, kUp, kUp, kUp, Role::sriov}, std::nullopt},
                    VerdictRow{{kUp, kRecovering, kUp, kUp, Role::sriov}, std::nullopt},
                    VerdictRow{{kDead, kRecovering, kUp, kUp, Role::sriov}, std::nullopt},
                    VerdictRow{{kDead, kUp, kFailing, kUp, Role::sriov}, std::nullopt},
                    VerdictRow{{kDead, kUp, kUnknown, kUp, Role::sriov}, std::nullopt},
                    VerdictRow{{kDead, kDead, kUp, kFailing, Role::sriov}, std::nullopt},
                    VerdictRow{{kFailing, kUp, kDead, kDead, Role::sriov}, std::nullopt}));

}  // namespace
