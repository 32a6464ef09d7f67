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
#include "bond/netlink_socket.hpp"
#include "bond/topology.hpp"

namespace hnv::bond {

// Why everything was read again.
enum class ResyncReason : std::uint8_t {
  overrun,      // the kernel dropped messages: ENOBUFS
  truncated,    // a message could not be read as a whole
  interrupted,  // links came or went during the dump
  audit,        // a periodic comparison found a difference
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
  std::uint64_t messages = 0;       // link messages that reached us
  std::uint64_t messages_lost = 0;  // exact: what the kernel says it dropped on our socket
  std::uint64_t overruns = 0;
  base::EnumArray<ResyncReason, std::uint64_t> resyncs;
  std::uint64_t audit_mismatches = 0;
  bool operator==(const LinkCounters&) const = default;
};

class LinkMonitor {
 public:
  // Room for about 500 failovers that nobody reads.
  static constexpr std::size_t kReceiveBuffer = std::size_t{16} * 1024 * 1024;

  // Subscribes and asks for the first dump.
  static base::Expected<LinkMonitor> open(base::BootTime now,
                                          std::size_t receive_buffer = kReceiveBuffer);

  [[nodiscard]] int fd() const { return socket_.fd(); }
  [[nodiscard]] std::size_t receive_buffer() const { return socket_.receive_buffer(); }

  struct News {
    Change change;
    // Found by the dump after lost messages, not told by a message of its own: changes in between
    // may be missing.
    bool resync = false;
  };
  // Reads until nothing is left. An error means that the socket is unusable: open a new monitor.
  base::Expected<std::vector<News>> drain(base::BootTime now);

  // False while this bond may differ from what the topology says: before the first dump, after an
  // overrun until the dump that repairs it, and while its slaves are being read again.
  [[nodiscard]] bool fresh(IfIndex bond) const;
  [[nodiscard]] bool synchronised() const {
    return synchronised_;
  }  // the last full dump is complete

  // Reads one bond and its slaves again.
  base::Expected<void> refresh(IfIndex bond, base::BootTime now);
  // Rises when a refresh of this bond is complete.
  [[nodiscard]] std::uint64_t refreshes(IfIndex bond) const;

  // When to call on_timer: a dump that stays unanswered is asked for again.
  [[nodiscard]] std::optional<base::BootTime> wake_at() const;
  base::Expected<void> on_timer(base::BootTime now);

  [[nodiscard]] const Topology& topology() const { return topology_; }
  [[nodiscard]] const LinkCounters& counters() const { return counters_; }

 private:
  explicit LinkMonitor(NetlinkSocket socket) : socket_(std::move(socket)) {}

  struct RunningDump {
    std::uint32_t sequence = 0;
    std::optional<IfIndex> master;
    bool interrupted = false;
    base::BootTime deadline;
  };

  base::Expected<void> resync(base::BootTime now);
  base::Expected<void> start_dump(std::optional<IfIndex> master, base::BootTime now);
  base::Expected<void> start_next_dump(base::BootTime now);
  void queue_refresh(IfIndex bond);
  void note_overrun();
  void handle(std::span<const std::byte> message, std::vector<News>& news);
  void handle_link(std::span<const std::byte> message, std::vector<News>& news);
  void end_dump(bool complete, std::vector<News>& news);

  NetlinkSocket socket_;
  Topology topology_;
  LinkCounters counters_;
  std::uint32_t last_dropped_ = 0;

  bool synchronised_ = false;
  bool first_dump_done_ = false;
  std::optional<ResyncReason> resync_wanted_;
  std::optional<RunningDump> dump_;  // the kernel runs one dump a socket at a time
  std::deque<IfIndex> refresh_queue_;
  std::map<IfIndex, std::uint64_t> refreshes_;
};

}  // namespace hnv::bond
