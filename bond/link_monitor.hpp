// SPDX-License-Identifier: Apache-2.0
// The topology, kept fresh: subscribes, then dumps on the same socket, follows events, and reads
// again whatever the events could not tell. Dump parts and events form one ordered queue (both are
// made under RTNL), so the last message wins.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "base/clock.hpp"
#include "base/enum_names.hpp"
#include "base/expected.hpp"
#include "bond/link_news.hpp"
#include "bond/loss_meter.hpp"
#include "bond/netlink_socket.hpp"
#include "bond/topology.hpp"

namespace hnv::bond {

// Why everything was read again.
enum class ResyncReason : std::uint8_t {
  overrun,      // the kernel dropped messages: ENOBUFS
  truncated,    // a message could not be read as a whole
  interrupted,  // links came or went during the dump
  audit,        // a periodic comparison found a difference, and repaired it
  socket,       // the socket failed, or a dump was never answered
};

}  // namespace hnv::bond

template <>
struct hnv::base::EnumNames<hnv::bond::ResyncReason> {
  static constexpr auto names =
      std::to_array<std::string_view>({"overrun", "truncated", "interrupted", "audit", "socket"});
};

namespace hnv::bond {

struct LinkCounters {
  std::uint64_t messages = 0;  // link messages that reached us
  // What the kernel says it dropped on our socket; at least 1 for an overrun where it does not say.
  std::uint64_t messages_lost = 0;
  std::uint64_t overruns = 0;
  base::EnumArray<ResyncReason, std::uint64_t> resyncs;
  std::uint64_t audit_mismatches = 0;  // links that an audit found otherwise than told
  bool operator==(const LinkCounters&) const = default;
};

class LinkMonitor {
 public:
  // Room for about 500 failovers that nobody reads.
  static constexpr std::size_t kReceiveBuffer = std::size_t{16} * 1024 * 1024;
  // From one full dump to the next that is made only to compare.
  static constexpr std::chrono::seconds kAuditInterval{60};

  // Subscribes and asks for the first dump.
  static base::Expected<LinkMonitor> open(base::BootTime now,
                                          std::size_t receive_buffer = kReceiveBuffer);

  [[nodiscard]] int fd() const { return socket_.fd(); }
  [[nodiscard]] std::size_t receive_buffer() const { return socket_.receive_buffer(); }

  // Reads until nothing is left. An error means that the socket is unusable: reopen(). What had
  // been read before it comes with the next drain.
  base::Expected<std::vector<LinkNews>> drain(base::BootTime now);

  // A new socket in place of one that failed. What happened between the two is found by the new
  // one's first dump, as after lost messages; topology and counters go on.
  base::Expected<void> reopen(base::BootTime now);

  // False while this bond may differ from what the topology says: before the first dump, after an
  // overrun until the dump that repairs it, and while its slaves are being read again. An audit
  // doubts nothing.
  [[nodiscard]] bool fresh(IfIndex bond) const;
  [[nodiscard]] bool synchronised() const {
    return synchronised_;
  }  // the last full dump is complete

  // Reads one bond and its slaves again.
  base::Expected<void> refresh(IfIndex bond, base::BootTime now);
  // Rises when a refresh of this bond is complete.
  [[nodiscard]] std::uint64_t refreshes(IfIndex bond) const;

  // When to call on_timer: a dump that stays unanswered is asked for again, and an audit is due
  // whenever the last full dump is kAuditInterval old.
  [[nodiscard]] std::optional<base::BootTime> wake_at() const;
  base::Expected<void> on_timer(base::BootTime now);

  [[nodiscard]] const Topology& topology() const { return topology_; }
  [[nodiscard]] const LinkCounters& counters() const { return counters_; }
  // Before the first drain(): goes on from what a monitor before this one counted.
  void adopt_counters(const LinkCounters& counters) { counters_ = counters; }

 private:
  LinkMonitor(NetlinkSocket socket, std::size_t receive_buffer)
      : socket_(std::move(socket)), wanted_buffer_(receive_buffer) {}

  struct RunningDump {
    std::uint32_t sequence = 0;
    std::optional<IfIndex> master;
    bool interrupted = false;
    base::BootTime deadline;
    bool audit = false;            // made while everything is known, to compare
    std::uint64_t mismatches = 0;  // that the audit has found
  };

  base::Expected<void> resync(base::BootTime now);
  base::Expected<void> start_dump(std::optional<IfIndex> master, base::BootTime now);
  base::Expected<void> start_next_dump(base::BootTime now);
  void queue_refresh(IfIndex bond);
  [[nodiscard]] bool awaits_refresh(IfIndex bond) const;
  base::Expected<void> read_all(base::BootTime now, std::vector<LinkNews>& news);
  void note_overrun();
  [[nodiscard]] std::optional<std::uint32_t> dropped() const;
  // Of a part of the running dump: whether that is an audit, and a message should have told this.
  [[nodiscard]] bool is_mismatch(const Link& link) const;
  [[nodiscard]] LinkNews news_of(Change change, IfIndex link, bool of_dump, bool mismatch);
  void handle(std::span<const std::byte> message, std::vector<LinkNews>& news);
  void handle_link(std::span<const std::byte> message, bool of_dump, std::vector<LinkNews>& news);
  void end_dump(bool complete, std::vector<LinkNews>& news);
  void end_audit(bool complete, std::vector<LinkNews>& news);

  NetlinkSocket socket_;
  std::size_t wanted_buffer_;
  Topology topology_;
  LinkCounters counters_;
  LossMeter losses_;
  std::vector<LinkNews> undelivered_;  // read before the socket failed

  bool synchronised_ = false;
  // Links of which nothing was heard since messages were lost. The kernel drops everything until
  // the queue is empty, so what is read until then was told before the loss.
  std::set<IfIndex> doubted_;
  std::optional<ResyncReason> resync_wanted_;
  std::optional<RunningDump> dump_;  // the kernel runs one dump a socket at a time
  base::BootTime audit_at_;
  std::deque<IfIndex> refresh_queue_;
  std::map<IfIndex, std::uint64_t> refreshes_;
};

}  // namespace hnv::bond
