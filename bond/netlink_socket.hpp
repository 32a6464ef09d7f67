// SPDX-License-Identifier: Apache-2.0
// A route netlink socket: opened with libnl, read with our own recvmsg, because libnl reports a
// lost message (ENOBUFS) and a lack of memory alike.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/expected.hpp"

struct nl_sock;

namespace hnv::bond {

struct NetlinkSocketOptions {
  bool link_events = false;  // join RTNLGRP_LINK, with the link filter; the socket does not block
  // Asked for with SO_RCVBUFFORCE (needs CAP_NET_ADMIN), else with SO_RCVBUF (up to
  // net.core.rmem_max); the kernel doubles it. 0 keeps libnl's default.
  std::size_t receive_buffer = 0;
  std::chrono::milliseconds answer_timeout{2000};  // for transact(); 0 waits for ever
};

class NetlinkSocket {
 public:
  static base::Expected<NetlinkSocket> open(const NetlinkSocketOptions& options);

  [[nodiscard]] int fd() const;
  [[nodiscard]] std::size_t receive_buffer() const { return receive_buffer_; }  // in force, bytes
  std::uint32_t next_sequence() { return ++sequence_; }

  base::Expected<void> send(std::span<const std::byte> request);

  enum class ReceiveStatus : std::uint8_t {
    data,
    would_block,  // drained
    overrun,      // ENOBUFS: messages were lost; what is still queued can be read
    truncated,    // a message was longer than the buffer: its rest is lost
  };
  struct Received {
    ReceiveStatus status = ReceiveStatus::would_block;
    std::span<const std::byte> batch;  // one or more messages; valid until the next receive()
  };
  base::Expected<Received> receive();

  // Messages that the kernel dropped on this socket since it was opened (SK_MEMINFO_DROPS), modulo
  // 2^32. Error unsupported: the kernel does not tell.
  [[nodiscard]] base::Expected<std::uint32_t> dropped() const;

  // Sends a request made with next_sequence() and reads until its acknowledgement or the end of its
  // dump; hands every other message of the answer to `on_message`. For sockets without link_events.
  // Errors carry `context` and `object`: permission (EPERM), wrong_mode (EACCES), unsupported,
  // not_found (ENODEV), interrupted, timeout.
  using OnMessage = std::function<base::Expected<void>(std::span<const std::byte>)>;
  base::Expected<void> transact(std::span<const std::byte> request, const char* context,
                                const std::string& object, const OnMessage& on_message = {});

 private:
  struct FreeSocket {
    void operator()(nl_sock* socket) const;
  };
  NetlinkSocket() = default;

  std::unique_ptr<nl_sock, FreeSocket> socket_;
  std::vector<std::byte> buffer_;
  std::size_t receive_buffer_ = 0;
  std::uint32_t sequence_ = 0;
};

// Takes the first message off `batch`; empty at its end or at a malformed length.
std::optional<std::span<const std::byte>> take_message(std::span<const std::byte>& batch);

}  // namespace hnv::bond
