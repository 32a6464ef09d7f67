// SPDX-License-Identifier: Apache-2.0
#include "exporter/event_log.hpp"

#include <iterator>
#include <utility>

namespace hnv::exporter {

EventLog::EventLog(const std::string& status_file, const std::string& boot_id)
    : reader_(watchdog_events_file(status_file), boot_id) {}

void EventLog::update() {
  auto news = reader_.read();
  error_.reset();
  if (!news) {
    if (news.error().code != base::ErrorCode::not_found) error_ = news.error();
    return;
  }
  if (news->empty()) return;
  Events all = *events_;
  // A journal that was begun anew counts from 1 again.
  if (!all.empty() && news->front().events.front().sequence <= all.back().sequence) all.clear();
  for (JournalReader::News& part : *news) {
    all.insert(all.end(), std::make_move_iterator(part.events.begin()),
               std::make_move_iterator(part.events.end()));
  }
  if (all.size() > kMost) all.erase(all.begin(), all.end() - kMost);
  events_ = std::make_shared<const Events>(std::move(all));
}

}  // namespace hnv::exporter
