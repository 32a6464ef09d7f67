// SPDX-License-Identifier: Apache-2.0
#include "tests/support/fake_monitor.hpp"

#include <algorithm>
#include <utility>

#include "bond/audit.hpp"

namespace hnv::test {

using bond::LinkEvent;
using bond::LinkEventCause;
using bond::LinkNews;

FakeMonitor::FakeMonitor(FakeKernel& kernel) : kernel_(kernel) {
  kernel_.take_messages();  // told before anybody listened
  start_dump(std::nullopt);
}

void FakeMonitor::pull() {
  for (LinkEvent& event : kernel_.take_messages())
    inbox_.push_back(Item{std::move(event), false, false});
}

void FakeMonitor::lose_unread() {
  kernel_.take_messages();
  overrun_ = true;
}

std::vector<LinkNews> FakeMonitor::drain() {
  std::vector<LinkNews> news;
  if (overrun_) {
    ++overruns_;
    synchronised_ = false;
    kernel_.take_messages();
  }
  pull();
  for (; !inbox_.empty(); inbox_.pop_front()) {
    const Item& item = inbox_.front();
    item.ends_dump ? end_dump(news) : handle(item, news);
  }
  if (std::exchange(overrun_, false)) {
    for (const IfIndex bond : refresh_queue_) ++refreshes_[bond];
    refresh_queue_.clear();
    for (const bond::Link& link : topology_.links()) doubted_.insert(link.index);
    start_dump(std::nullopt);
  } else {
    start_next_dump();
  }
  return news;
}

// As LinkMonitor::handle_link.
void FakeMonitor::handle(const Item& item, std::vector<LinkNews>& news) {
  const LinkEvent& event = item.event;
  const bool mismatch = item.of_dump && is_mismatch(event.link);
  LinkNews heard = news_of(topology_.apply(event), event.link.index, item.of_dump, mismatch);
  const bool tells_too_little =
      event.cause == LinkEventCause::features || event.cause == LinkEventCause::bonding_options;
  if (event.link.is_bond() && event.type == LinkEvent::Type::new_link && tells_too_little) {
    queue_refresh(event.link.index);
  }
  const bool by_full_dump = item.of_dump && !dump_master_;
  if (heard.change.membership && !by_full_dump) {
    if (heard.change.bond) queue_refresh(*heard.change.bond);
    if (heard.change.left_bond) queue_refresh(*heard.change.left_bond);
  }
  if (heard.change.kind != bond::Change::Kind::unchanged) news.push_back(std::move(heard));
}

// As LinkMonitor::is_mismatch.
bool FakeMonitor::is_mismatch(const bond::Link& link) const {
  if (!auditing_ || !bond::contradicts(topology_, link)) return false;
  const bond::SlaveRecord* known = topology_.slave(link.index);
  return fresh(link.index) && (!link.master || fresh(*link.master)) &&
         (known == nullptr || fresh(known->bond));
}

// As LinkMonitor::news_of.
LinkNews FakeMonitor::news_of(bond::Change change, IfIndex link, bool of_dump, bool mismatch) {
  if (mismatch) ++audit_mismatches_;
  return bond::link_news(std::move(change), {of_dump, doubted_.erase(link) > 0, mismatch});
}

void FakeMonitor::end_dump(std::vector<LinkNews>& news) {
  dumping_ = false;
  const bool audit = std::exchange(auditing_, false);
  for (bond::Change& change : topology_.end_dump(true)) {
    const IfIndex gone = change.slave.value_or(*change.bond);
    const bool mismatch = audit && fresh(*change.bond);
    news.push_back(news_of(std::move(change), gone, true, mismatch));
  }
  if (dump_master_) {
    ++refreshes_[*dump_master_];
  } else if (!overrun_) {
    synchronised_ = true;
    doubted_.clear();
  }
}

void FakeMonitor::audit() {
  if (dumping_ || !synchronised_ || overrun_) return;
  start_dump(std::nullopt);
  auditing_ = true;
}

// The kernel's answer is fixed at the moment of the question; what happens until it is read comes
// after it.
void FakeMonitor::start_dump(std::optional<IfIndex> master) {
  dumping_ = true;
  dump_master_ = master;
  topology_.begin_dump(master);
  pull();
  for (bond::Link& link : kernel_.dump(master)) {
    LinkEvent event;
    event.link = std::move(link);
    inbox_.push_back(Item{std::move(event), true, false});
  }
  inbox_.push_back(Item{{}, true, true});
}

void FakeMonitor::start_next_dump() {
  while (!dumping_ && !refresh_queue_.empty()) {
    const IfIndex bond = refresh_queue_.front();
    refresh_queue_.pop_front();
    if (topology_.bond(bond) == nullptr) continue;
    pull();
    if (auto link = kernel_.link(bond)) {
      LinkEvent event;
      event.link = std::move(*link);
      inbox_.push_back(Item{std::move(event), false, false});
    }
    start_dump(bond);
  }
}

void FakeMonitor::queue_refresh(IfIndex bond) {
  if (std::find(refresh_queue_.begin(), refresh_queue_.end(), bond) == refresh_queue_.end()) {
    refresh_queue_.push_back(bond);
  }
}

void FakeMonitor::refresh(IfIndex bond) {
  queue_refresh(bond);
  start_next_dump();
}

bool FakeMonitor::fresh(IfIndex bond) const {
  if (!synchronised_ || overrun_) return false;
  if (dumping_ && dump_master_ == bond) return false;
  return std::find(refresh_queue_.begin(), refresh_queue_.end(), bond) == refresh_queue_.end();
}

std::uint64_t FakeMonitor::refreshes(IfIndex bond) const {
  const auto found = refreshes_.find(bond);
  return found != refreshes_.end() ? found->second : 0;
}

}  // namespace hnv::test
