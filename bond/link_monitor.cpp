// SPDX-License-Identifier: Apache-2.0
#include "bond/link_monitor.hpp"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "bond/audit.hpp"
#include "bond/link_message.hpp"
#include "bond/link_request.hpp"

namespace hnv::bond {

namespace {

using base::BootTime;
using base::Expected;
using base::failure;

constexpr std::chrono::seconds kDumpDeadline{5};

Expected<NetlinkSocket> subscribe(std::size_t receive_buffer) {
  NetlinkSocketOptions options;
  options.link_events = true;
  options.receive_buffer = receive_buffer;
  return NetlinkSocket::open(options);
}

}  // namespace

Expected<LinkMonitor> LinkMonitor::open(BootTime now, std::size_t receive_buffer) {
  auto socket = subscribe(receive_buffer);
  if (!socket) return failure(socket.error());
  LinkMonitor monitor(std::move(*socket), receive_buffer);
  // Subscribed already: what happens from here on is either in the dump or told by an event.
  if (auto started = monitor.start_dump(std::nullopt, now); !started) {
    return failure(started.error());
  }
  return monitor;
}

Expected<void> LinkMonitor::reopen(BootTime now) {
  auto socket = subscribe(wanted_buffer_);
  if (!socket) return failure(socket.error());
  counters_.messages_lost += losses_.note(dropped());
  socket_ = std::move(*socket);
  losses_ = LossMeter{};
  resync_wanted_ = ResyncReason::socket;
  return resync(now);
}

Expected<std::vector<LinkNews>> LinkMonitor::drain(BootTime now) {
  std::vector<LinkNews> news = std::exchange(undelivered_, {});
  if (auto done = read_all(now, news); !done) {
    undelivered_ = std::move(news);
    return failure(done.error());
  }
  return news;
}

Expected<void> LinkMonitor::read_all(BootTime now, std::vector<LinkNews>& news) {
  while (true) {
    auto received = socket_.receive();
    if (!received) return failure(received.error());
    switch (received->status) {
      case NetlinkSocket::ReceiveStatus::data:
        while (const auto message = take_message(received->batch)) handle(*message, news);
        break;
      case NetlinkSocket::ReceiveStatus::overrun:
        note_overrun();
        break;
      case NetlinkSocket::ReceiveStatus::truncated:
        resync_wanted_ = ResyncReason::truncated;
        break;
      case NetlinkSocket::ReceiveStatus::would_block:
        if (!resync_wanted_) return start_next_dump(now);
        // Until the queue is empty the kernel goes on dropping without saying so again.
        counters_.messages_lost += losses_.note(dropped());
        return resync(now);
    }
  }
}

void LinkMonitor::note_overrun() {
  ++counters_.overruns;
  resync_wanted_ = ResyncReason::overrun;
  synchronised_ = false;
  counters_.messages_lost += losses_.note_overrun(dropped());
}

std::optional<std::uint32_t> LinkMonitor::dropped() const {
  const auto count = socket_.dropped();
  return count ? std::optional(*count) : std::nullopt;
}

void LinkMonitor::handle(std::span<const std::byte> message, std::vector<LinkNews>& news) {
  nlmsghdr header{};
  std::memcpy(&header, message.data(), sizeof header);
  const bool of_dump = dump_ && header.nlmsg_seq == dump_->sequence;
  if (of_dump && (header.nlmsg_flags & NLM_F_DUMP_INTR) != 0) dump_->interrupted = true;
  switch (header.nlmsg_type) {
    case RTM_NEWLINK:
    case RTM_DELLINK:
      handle_link(message, of_dump && (header.nlmsg_flags & NLM_F_MULTI) != 0, news);
      break;
    case NLMSG_DONE:
      if (of_dump) end_dump(!dump_->interrupted, news);
      break;
    case NLMSG_ERROR:
      // The end of a get, or a dump that could not start (EBUSY: one that lost its reader is still
      // running).
      if (of_dump) end_dump(false, news);
      break;
    default:
      break;
  }
}

void LinkMonitor::handle_link(std::span<const std::byte> message, bool of_dump,
                              std::vector<LinkNews>& news) {
  ++counters_.messages;
  const auto event = parse_link_message(message);
  if (!event) {
    resync_wanted_ = ResyncReason::truncated;
    return;
  }
  if (!*event) return;
  const Link& link = (*event)->link;
  const bool mismatch = of_dump && is_mismatch(link);
  LinkNews item = news_of(topology_.apply(**event), link.index, of_dump, mismatch);
  // The events that announce a changed set of slaves or changed options without telling all of it:
  // FEATURES comes with every enslaving and release (bond_compute_features), while a released veth
  // no longer looks like ours; BONDING_OPTIONS with every sysfs write, also of slave options; a
  // renamed primary changes the bond without any message of the bond.
  const bool tells_too_little = (*event)->cause == LinkEventCause::features ||
                                (*event)->cause == LinkEventCause::bonding_options;
  if (link.is_bond() && (*event)->type == LinkEvent::Type::new_link && tells_too_little) {
    queue_refresh(link.index);
  }
  // What a full dump reports is complete in itself.
  const bool by_full_dump = of_dump && !dump_->master;
  if (item.change.membership && !by_full_dump) {
    if (item.change.bond) queue_refresh(*item.change.bond);
    if (item.change.left_bond) queue_refresh(*item.change.left_bond);
  }
  if (topology_.bond(link.index) == nullptr) refreshes_.erase(link.index);
  if (item.change.kind != Change::Kind::unchanged) news.push_back(std::move(item));
}

// Of a bond that is not fresh it is known that a dump shows more.
bool LinkMonitor::is_mismatch(const Link& link) const {
  if (!dump_->audit || !contradicts(topology_, link)) return false;
  const SlaveRecord* known = topology_.slave(link.index);
  return fresh(link.index) && (!link.master || fresh(*link.master)) &&
         (known == nullptr || fresh(known->bond));
}

LinkNews LinkMonitor::news_of(Change change, IfIndex link, bool of_dump, bool mismatch) {
  if (mismatch) {
    ++counters_.audit_mismatches;
    ++dump_->mismatches;
  }
  return link_news(std::move(change), {of_dump, doubted_.erase(link) > 0, mismatch});
}

void LinkMonitor::end_dump(bool complete, std::vector<LinkNews>& news) {
  if (dump_->audit) return end_audit(complete, news);
  const RunningDump dump = *std::exchange(dump_, std::nullopt);
  for (Change& change : topology_.end_dump(complete)) {
    const IfIndex gone = change.slave.value_or(*change.bond);
    news.push_back(news_of(std::move(change), gone, true, false));
  }
  if (!complete) {
    if (!resync_wanted_) resync_wanted_ = ResyncReason::interrupted;
    return;
  }
  if (dump.master) {
    ++refreshes_[*dump.master];
  } else if (!resync_wanted_) {
    synchronised_ = true;
    doubted_.clear();
  }
}

// One that was interrupted has compared what it saw; nothing is in doubt for that.
void LinkMonitor::end_audit(bool complete, std::vector<LinkNews>& news) {
  for (Change& change : topology_.end_dump(complete)) {
    const IfIndex gone = change.slave.value_or(*change.bond);
    const bool mismatch = fresh(*change.bond);
    news.push_back(news_of(std::move(change), gone, true, mismatch));
  }
  if (dump_->mismatches > 0) ++counters_.resyncs[ResyncReason::audit];
  dump_.reset();
}

Expected<void> LinkMonitor::resync(BootTime now) {
  const ResyncReason reason = *std::exchange(resync_wanted_, std::nullopt);
  ++counters_.resyncs[reason];
  synchronised_ = false;
  if (reason != ResyncReason::interrupted) {
    for (const Link& link : topology_.links()) doubted_.insert(link.index);
  }
  // Whatever a dump under way still brings is read as ordinary news; the full dump covers every
  // refresh.
  topology_.end_dump(false);
  if (dump_ && dump_->master) ++refreshes_[*dump_->master];
  for (const IfIndex bond : refresh_queue_) ++refreshes_[bond];
  refresh_queue_.clear();
  return start_dump(std::nullopt, now);
}

Expected<void> LinkMonitor::start_dump(std::optional<IfIndex> master, BootTime now) {
  const std::uint32_t sequence = socket_.next_sequence();
  if (auto sent = socket_.send(dump_links_request(sequence, master)); !sent) return sent;
  dump_ = RunningDump{};
  dump_->sequence = sequence;
  dump_->master = master;
  dump_->deadline = now + kDumpDeadline;
  dump_->audit = synchronised_ && !master;
  if (!master) audit_at_ = now + kAuditInterval;
  topology_.begin_dump(master);
  return {};
}

Expected<void> LinkMonitor::start_next_dump(BootTime now) {
  if (dump_ || refresh_queue_.empty()) return {};
  const IfIndex bond = refresh_queue_.front();
  refresh_queue_.pop_front();
  if (topology_.bond(bond) == nullptr) return start_next_dump(now);
  if (auto sent = socket_.send(get_link_request(socket_.next_sequence(), bond)); !sent) return sent;
  return start_dump(bond, now);
}

void LinkMonitor::queue_refresh(IfIndex bond) {
  if (!awaits_refresh(bond)) refresh_queue_.push_back(bond);
}

bool LinkMonitor::awaits_refresh(IfIndex bond) const {
  return std::find(refresh_queue_.begin(), refresh_queue_.end(), bond) != refresh_queue_.end();
}

Expected<void> LinkMonitor::refresh(IfIndex bond, BootTime now) {
  queue_refresh(bond);
  return start_next_dump(now);
}

std::uint64_t LinkMonitor::refreshes(IfIndex bond) const {
  const auto found = refreshes_.find(bond);
  return found != refreshes_.end() ? found->second : 0;
}

bool LinkMonitor::fresh(IfIndex bond) const {
  if (!synchronised_ || resync_wanted_) return false;
  if (dump_ && dump_->master == bond) return false;
  return !awaits_refresh(bond);
}

std::optional<BootTime> LinkMonitor::wake_at() const {
  if (dump_) return dump_->deadline;
  return synchronised_ ? std::optional(audit_at_) : std::nullopt;
}

Expected<void> LinkMonitor::on_timer(BootTime now) {
  if (dump_) {
    if (now < dump_->deadline) return {};
    resync_wanted_ = ResyncReason::socket;
    return resync(now);
  }
  if (!synchronised_ || now < audit_at_) return {};
  return start_dump(std::nullopt, now);
}

}  // namespace hnv::bond
