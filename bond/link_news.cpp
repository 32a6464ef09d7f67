// SPDX-License-Identifier: Apache-2.0
#include "bond/link_news.hpp"

#include <algorithm>
#include <utility>

namespace hnv::bond {

LinkNews link_news(Change change, const Told& told) {
  LinkNews news{std::move(change), told.after_loss || told.mismatch, 0, 0};
  if (!news.resync) return news;
  news.unseen_link_failures = news.change.link_failures;
  // The message about a bond's carrier is late by up to a second: what only an audit shows may
  // still be told.
  if (!told.mismatch) news.unseen_carrier_losses = news.change.carrier_losses;
  // The first event after a loss tells one of them itself, the last.
  if (!told.by_dump) {
    news.unseen_link_failures -= std::min(news.unseen_link_failures, 1U);
    news.unseen_carrier_losses -= std::min(news.unseen_carrier_losses, 1U);
  }
  return news;
}

}  // namespace hnv::bond
