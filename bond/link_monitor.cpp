// SPDX-License-Identifier: Apache-2.0
#include "bond/link_monitor.hpp"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "bond/link_message.hpp"
#include "bond/link_request.hpp"

namespace hnv::bond {

namespace {

using base::BootTime;
using base::Expected;
using base::failure;

constexpr std::chrono::seconds kDumpDeadline{5};

}  // namespace

Expected<LinkMonitor> LinkMonitor::open(BootTime now, std::size_t receive_buffer) {
  NetlinkSocketOptions options;
  options.link_events = true;
  options.receive_buffer = receive_buffer;
  auto socket = NetlinkSocket::open(options);
  if (!socket) return failure(socket.error());
  LinkMonitor monitor(std::move(*socket));
  // Subscribed already: what happens from here on is either in the dump or told by an event.
  if (auto started = monitor.start_dump(std::nullopt, now); !started) {
    return failure(started.error());
  }
  return monitor;
}

Expected<std::vector<LinkMonitor::News>> LinkMonitor::drain(BootTime now) {
  std::vector<News> news;
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
        if (resync_wanted_) {
          if (auto started = resync(now); !started) return failure(started.error());
        } else if (auto started = start_next_dump(now); !started) {
          return failure(started.error());
        }
        return news;
    }
  }
}

void LinkMonitor::note_overrun() {
  ++counters_.overruns;
  resync_wanted_ = ResyncReason::overrun;
  synchronised_ = false;
  if (const auto dropped = socket_.dropped()) {
    counters_.messages_lost += *dropped - last_dropped_;  // modulo 2^32, as the kernel counts
    last_dropped_ = *dropped;
  }
}

void LinkMonitor::handle(std::span<const std::byte> message, std::vector<News>& news) {
  nlmsghdr header{};
  std::memcpy(&header, message.data(), sizeof header);
  const bool of_dump = dump_ && header.nlmsg_seq == dump_->sequence;
  if (of_dump && (header.nlmsg_flags & NLM_F_DUMP_INTR) != 0) dump_->interrupted = true;
  switch (header.nlmsg_type) {
    case RTM_NEWLINK:
    case RTM_DELLINK:
      handle_link(message, news);
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

void LinkMonitor::handle_link(std::span<const std::byte> message, std::vector<News>& news) {
  ++counters_.messages;
  const auto event = parse_link_message(message);
  if (!event) {
    resync_wanted_ = ResyncReason::truncated;
    return;
  }
  if (!*event) return;
  const Link& link = (*event)->link;
  News item{topology_.apply(**event), first_dump_done_ && !synchronised_};
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
  const bool by_event = !dump_ || dump_->master.has_value();
  if (item.change.membership && by_event) {
    if (item.change.bond) queue_refresh(*item.change.bond);
    if (item.change.left_bond) queue_refresh(*item.change.left_bond);
  }
  if (topology_.bond(link.index) == nullptr) refreshes_.erase(link.index);
  if (item.change.kind != Change::Kind::unchanged) news.push_back(std::move(item));
}

void LinkMonitor::end_dump(bool complete, std::vector<News>& news) {
  const RunningDump dump = *std::exchange(dump_, std::nullopt);
  for (Change& change : topology_.end_dump(complete)) {
    news.push_back(News{std::move(change), first_dump_done_ && !synchronised_});
  }
  if (!complete) {
    if (!resync_wanted_) resync_wanted_ = ResyncReason::interrupted;
    return;
  }
  if (dump.master) {
    ++refreshes_[*dump.master];
  } else if (!resync_wanted_) {
    synchronised_ = true;
    first_dump_done_ = true;
  }
}

Expected<void> LinkMonitor::resync(BootTime now) {
  ++counters_.resyncs[*std::exchange(resync_wanted_, std::nullopt)];
  synchronised_ = false;
  // Whatever a dump under way still brings is read as ordinary news; the full dump covers every
  // refresh.
  topology_.end_dump(false);
  for (const IfIndex bond : refresh_queue_) ++refreshes_[bond];
  refresh_queue_.clear();
  return start_dump(std::nullopt, now);
}

Expected<void> LinkMonitor::start_dump(std::optional<IfIndex> master, BootTime now) {
  const std::uint32_t sequence = socket_.next_sequence();
  if (auto sent = socket_.send(dump_links_request(sequence, master)); !sent) return sent;
  dump_ = RunningDump{sequence, master, false, now + kDumpDeadline};
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
  const bool queued =
      std::find(refresh_queue_.begin(), refresh_queue_.end(), bond) != refresh_queue_.end();
  if (!queued) refresh_queue_.push_back(bond);
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
  return std::find(refresh_queue_.begin(), refresh_queue_.end(), bond) == refresh_queue_.end();
}

std::optional<BootTime> LinkMonitor::wake_at() const {
  return dump_ ? std::optional(dump_->deadline) : std::nullopt;
}

Expected<void> LinkMonitor::on_timer(BootTime now) {
  if (!dump_ || now < dump_->deadline) return {};
  resync_wanted_ = ResyncReason::socket;
  return resync(now);
}

}  // namespace hnv::bond
