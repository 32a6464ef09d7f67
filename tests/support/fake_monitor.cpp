// SPDX-License-Identifier: Apache-2.0
#include "tests/support/fake_monitor.hpp"

#include <algorithm>
#include <utility>

namespace hnv::test {

using bond::LinkEvent;
using bond::LinkEventCause;
using bond::LinkMonitor;

FakeMonitor::FakeMonitor(FakeKernel& kernel) : kernel_(kernel) {
  kernel_.take_messages();  // told before anybody listened
  start_dump(std::nullopt);
}

void FakeMonitor::pull() {
  for (LinkEvent& event : kernel_.take_messages()) inbox_.push_back(Item{std::move(event), false});
}

void FakeMonitor::lose_unread() {
  kernel_.take_messages();
  overrun_ = true;
}

std::vector<LinkMonitor::News> FakeMonitor::drain() {
  std::vector<LinkMonitor::News> news;
  if (overrun_) {
    ++overruns_;
    synchronised_ = false;
  }
  pull();
  for (; !inbox_.empty(); inbox_.pop_front()) {
    const Item& item = inbox_.front();
    item.ends_dump ? end_dump(news) : handle(item.event, news);
  }
  if (std::exchange(overrun_, false)) {
    for (const IfIndex bond : refresh_queue_) ++refreshes_[bond];
    refresh_queue_.clear();
    start_dump(std::nullopt);
  } else {
    start_next_dump();
  }
  return news;
}

// As LinkMonitor::handle_link.
void FakeMonitor::handle(const LinkEvent& event, std::vector<LinkMonitor::News>& news) {
  LinkMonitor::News item{topology_.apply(event), first_dump_done_ && !synchronised_};
  const bool tells_too_little =
      event.cause == LinkEventCause::features || event.cause == LinkEventCause::bonding_options;
  if (event.link.is_bond() && event.type == LinkEvent::Type::new_link && tells_too_little) {
    queue_refresh(event.link.index);
  }
  const bool by_event = !dumping_ || dump_master_.has_value();
  if (item.change.membership && by_event) {
    if (item.change.bond) queue_refresh(*item.change.bond);
    if (item.change.left_bond) queue_refresh(*item.change.left_bond);
  }
  if (item.change.kind != bond::Change::Kind::unchanged) news.push_back(std::move(item));
}

void FakeMonitor::end_dump(std::vector<LinkMonitor::News>& news) {
  dumping_ = false;
  for (bond::Change& change : topology_.end_dump(true)) {
    news.push_back(LinkMonitor::News{std::move(change), first_dump_done_ && !synchronised_});
  }
  if (dump_master_) {
    ++refreshes_[*dump_master_];
  } else if (!overrun_) {
    synchronised_ = true;
    first_dump_done_ = true;
  }
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
    inbox_.push_back(Item{std::move(event), false});
  }
  inbox_.push_back(Item{{}, true});
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
      inbox_.push_back(Item{std::move(event), false});
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
