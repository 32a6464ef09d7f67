// SPDX-License-Identifier: Apache-2.0
// When a dump is made, which needs no bond. That what is read without one is what a dump would
// show is tested on real bonds in the guest (tests/guest).
#include "bond/link_cache.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/netns/netns.hpp"

namespace {

using namespace hnv;
using bond::LinkCache;

struct LinkCacheTest : testing::Test {
  static void SetUpTestSuite() { test::enter_own_network_namespace(); }

  LinkCache cache = LinkCache::open().value();
  base::BootTime now = base::BootClock::now();

  bool dumps_at(base::BootTime time) {
    const auto before = cache.dumps();
    EXPECT_TRUE(cache.read(time).has_value());
    return cache.dumps() != before;
  }
};

TEST_F(LinkCacheTest, DumpsOnceWhereNothingIsSaid) {
  EXPECT_TRUE(dumps_at(now));
  EXPECT_FALSE(dumps_at(now));
  EXPECT_FALSE(dumps_at(now + LinkCache::kLongestKept / 2));
}

TEST_F(LinkCacheTest, DumpsAfterEachMessage) {
  ASSERT_TRUE(dumps_at(now));
  for (const bool up : {true, false}) {
    test::set_loopback(up);
    EXPECT_TRUE(dumps_at(now));
    EXPECT_FALSE(dumps_at(now)) << "the message was about what this dump has shown";
  }
}

TEST_F(LinkCacheTest, DumpsAfterLostMessages) {
  ASSERT_TRUE(dumps_at(now));
  for (int change = 0; change < 2000; ++change) test::set_loopback(change % 2 == 0);
  EXPECT_TRUE(dumps_at(now));
  EXPECT_FALSE(dumps_at(now));
}

TEST_F(LinkCacheTest, KeepsNoDumpForEver) {
  ASSERT_TRUE(dumps_at(now));
  EXPECT_TRUE(dumps_at(now + LinkCache::kLongestKept));
  EXPECT_FALSE(dumps_at(now + LinkCache::kLongestKept));
}

TEST_F(LinkCacheTest, TakesNoNoticeOfForeignLinks) {
  ASSERT_TRUE(dumps_at(now));
  // NOLINTNEXTLINE(cert-env33-c,concurrency-mt-unsafe): a test's set-up
  ASSERT_EQ(std::system("ip link add g0 type veth peer name g1 && ip link set g0 up"), 0);
  EXPECT_FALSE(dumps_at(now));
}

}  // namespace
