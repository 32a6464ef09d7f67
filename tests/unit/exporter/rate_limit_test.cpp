// SPDX-License-Identifier: Apache-2.0
#include "exporter/front/rate_limit.hpp"

#include <gtest/gtest.h>

namespace {

using hnv::exporter::front::RateLimit;
using hnv::exporter::front::RateLimitConfig;
using namespace std::chrono_literals;

constexpr RateLimit::Clock::time_point kStart{1h};

TEST(RateLimit, WithoutOneEverythingPasses) {
  RateLimit rate;
  for (int request = 0; request < 1000; ++request) EXPECT_FALSE(rate.take(std::nullopt, kStart));
}

TEST(RateLimit, ABurstPassesAndThenOneInEachInterval) {
  const RateLimitConfig config{1s, 3};
  RateLimit rate;
  for (int request = 0; request < 3; ++request) EXPECT_FALSE(rate.take(config, kStart)) << request;
  EXPECT_EQ(rate.take(config, kStart + 400ms), 600ms) << "that is when the next may";
  EXPECT_EQ(rate.take(config, kStart + 400ms), 600ms) << "who is refused takes nothing";
  EXPECT_FALSE(rate.take(config, kStart + 1s));
  EXPECT_EQ(rate.take(config, kStart + 1s), 1s);
}

TEST(RateLimit, TheBucketFillsUpAndNoFurther) {
  const RateLimitConfig config{1s, 3};
  RateLimit rate;
  for (int request = 0; request < 3; ++request) EXPECT_FALSE(rate.take(config, kStart));
  for (int request = 0; request < 3; ++request) EXPECT_FALSE(rate.take(config, kStart + 1h));
  EXPECT_EQ(rate.take(config, kStart + 1h), 1s);
}

TEST(RateLimit, AnotherConfigurationBeginsWithAFullBucket) {
  RateLimit rate;
  EXPECT_FALSE(rate.take(RateLimitConfig{1h, 1}, kStart));
  EXPECT_EQ(rate.take(RateLimitConfig{1h, 1}, kStart), 1h);
  EXPECT_FALSE(rate.take(RateLimitConfig{1s, 1}, kStart));
  EXPECT_EQ(rate.take(RateLimitConfig{1s, 1}, kStart), 1s);
  EXPECT_FALSE(rate.take(std::nullopt, kStart));
}

}  // namespace
