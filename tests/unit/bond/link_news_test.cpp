// SPDX-License-Identifier: Apache-2.0
#include "bond/link_news.hpp"

#include <gtest/gtest.h>

namespace hnv::bond {
namespace {

Change counted(std::uint32_t link_failures, std::uint32_t carrier_losses) {
  Change change;
  change.kind = Change::Kind::updated;
  change.link_failures = link_failures;
  change.carrier_losses = carrier_losses;
  return change;
}

// The message itself is what the watchdog counts.
TEST(LinkNews, HasNothingUnseenWhileNothingWasLost) {
  const LinkNews news = link_news(counted(1, 1), {});
  EXPECT_FALSE(news.resync);
  EXPECT_EQ(news.unseen_link_failures, 0U);
  EXPECT_EQ(news.unseen_carrier_losses, 0U);
}

TEST(LinkNews, LeavesOutTheLossThatTheFirstMessageAfterAnOverrunTells) {
  const LinkNews news = link_news(counted(4, 3), {.after_loss = true});
  EXPECT_TRUE(news.resync);
  EXPECT_EQ(news.unseen_link_failures, 3U);
  EXPECT_EQ(news.unseen_carrier_losses, 2U);
}

TEST(LinkNews, OfNoLossAfterAnOverrunIsNotNegative) {
  const LinkNews news = link_news(counted(0, 0), {.after_loss = true});
  EXPECT_EQ(news.unseen_link_failures, 0U);
  EXPECT_EQ(news.unseen_carrier_losses, 0U);
}

// A dump tells of no loss by itself.
TEST(LinkNews, HasAllLossesUnseenThatADumpShowsAfterAnOverrun) {
  const LinkNews news = link_news(counted(4, 3), {.by_dump = true, .after_loss = true});
  EXPECT_EQ(news.unseen_link_failures, 4U);
  EXPECT_EQ(news.unseen_carrier_losses, 3U);
}

TEST(LinkNews, OfAnAuditLeavesTheBondsCarrierToItsLateMessage) {
  const LinkNews news = link_news(counted(2, 1), {.by_dump = true, .mismatch = true});
  EXPECT_TRUE(news.resync);
  EXPECT_EQ(news.unseen_link_failures, 2U);
  EXPECT_EQ(news.unseen_carrier_losses, 0U);
}

}  // namespace
}  // namespace hnv::bond
