// SPDX-License-Identifier: Apache-2.0
#include "bond/loss_meter.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace {

using hnv::bond::LossMeter;

TEST(LossMeter, AddsWhatTheKernelDroppedSinceTheLastReading) {
  LossMeter meter;
  EXPECT_EQ(meter.note_overrun(7), 7U);
  EXPECT_EQ(meter.note(9), 2U);
  EXPECT_EQ(meter.note(9), 0U);
  EXPECT_EQ(meter.note_overrun(10), 1U);
}

TEST(LossMeter, FollowsACountThatWraps) {
  LossMeter meter;
  meter.note_overrun(std::numeric_limits<std::uint32_t>::max() - 1);
  EXPECT_EQ(meter.note_overrun(3), 5U);
}

TEST(LossMeter, CountsAtLeastOneLossWhereTheKernelDoesNotTell) {
  LossMeter meter;
  EXPECT_EQ(meter.note_overrun(std::nullopt), 1U);
  EXPECT_EQ(meter.note(std::nullopt), 0U) << "no overrun, no assumption";
  EXPECT_EQ(meter.note_overrun(std::nullopt), 1U);
}

TEST(LossMeter, CountsNothingTwiceWhenTheCountCanBeReadAgain) {
  LossMeter meter;
  meter.note_overrun(4);
  EXPECT_EQ(meter.note_overrun(std::nullopt), 1U);
  EXPECT_EQ(meter.note_overrun(10), 5U) << "6 since the last reading, 1 of them assumed";
  EXPECT_EQ(meter.note_overrun(12), 2U);
}

}  // namespace
