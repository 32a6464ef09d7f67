// SPDX-License-Identifier: Apache-2.0
#include "bond/netlink_socket.hpp"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/socket.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>

#include "bond/link_filter.hpp"

namespace hnv::bond {

namespace {

using base::ErrorCode;
using base::Expected;
using base::failure;

constexpr const char* kSocketName = "netlink socket";
// The kernel fills dump buffers up to 32 KiB; single link messages are far smaller.
constexpr std::size_t kReadBuffer = std::size_t{64} * 1024;

std::size_t set_receive_buffer(int fd, std::size_t wanted) {
  if (wanted != 0) {
    const int bytes = static_cast<int>(wanted);
    if (::setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0) {
      ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    }
  }
  int effective = 0;
  socklen_t length = sizeof effective;
  ::getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &effective, &length);
  return static_cast<std::size_t>(effective);
}

void set_option(int fd, int option) {
  const int on = 1;
  // Better messages where the kernel offers them; everything works without.
  ::setsockopt(fd, SOL_NETLINK, option, &on, sizeof on);
}

void set_timeout(int fd, std::chrono::milliseconds timeout) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(timeout);
  const auto rest = std::chrono::duration_cast<std::chrono::microseconds>(timeout - seconds);
  const timeval value{seconds.count(), rest.count()};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &value, sizeof value);
}

nlmsghdr header_of(std::span<const std::byte> message) {
  nlmsghdr header{};
  std::memcpy(&header, message.data(), sizeof header);
  return header;
}

// The kernel's extended acknowledgement text, "" without one.
std::string extended_text(std::span<const std::byte> message, const nlmsghdr& header) {
  const std::size_t offset = NLMSG_HDRLEN + sizeof(nlmsgerr);
  if ((header.nlmsg_flags & NLM_F_ACK_TLVS) == 0 || message.size() <= offset) return {};
  auto* head = reinterpret_cast<nlattr*>(const_cast<std::byte*>(message.data() + offset));
  std::array<nlattr*, NLMSGERR_ATTR_MAX + 1> attributes{};
  std::array<nla_policy, NLMSGERR_ATTR_MAX + 1> policy{};
  policy[NLMSGERR_ATTR_MSG].type = NLA_STRING;
  if (nla_parse(attributes.data(), NLMSGERR_ATTR_MAX, head,
                static_cast<int>(message.size() - offset), policy.data()) < 0 ||
      attributes[NLMSGERR_ATTR_MSG] == nullptr) {
    return {};
  }
  return nla_get_string(attributes[NLMSGERR_ATTR_MSG]);
}

// What an NLMSG_ERROR message says; success is error number 0. Kernel errors are negative in
// nlmsgerr.
Expected<void> answer_of(std::span<const std::byte> message, const char* context,
                         const std::string& object) {
  const nlmsghdr header = header_of(message);
  nlmsgerr answer{};
  if (message.size() < NLMSG_HDRLEN + sizeof answer) {
    return failure({ErrorCode::invalid, context, object, "truncated answer"});
  }
  std::memcpy(&answer, message.data() + NLMSG_HDRLEN, sizeof answer);
  if (answer.error == 0) return {};
  base::Error error = base::from_errno(context, object, -answer.error);
  // A privilege is missing: EPERM. The bonding driver uses EACCES for "not in this bond mode"
  // (bond_opt_check_deps).
  if (answer.error == -EACCES) error.code = ErrorCode::wrong_mode;
  if (const std::string text = extended_text(message, header); !text.empty()) {
    error.reason.append(" (").append(text).append(")");
  }
  return failure(std::move(error));
}

// The messages that answer one request, until they are complete.
class Answer {
 public:
  Answer(std::uint32_t sequence, const char* context, const std::string& object,
         const NetlinkSocket::OnMessage& on_message)
      : sequence_(sequence), context_(context), object_(object), on_message_(on_message) {}

  // True at the end.
  Expected<bool> take(std::span<const std::byte> message) {
    const nlmsghdr header = header_of(message);
    if (header.nlmsg_seq != sequence_) return false;  // late, of a request that timed out
    interrupted_ = interrupted_ || (header.nlmsg_flags & NLM_F_DUMP_INTR) != 0;
    Expected<void> result;
    switch (header.nlmsg_type) {
      case NLMSG_ERROR:
        result = answer_of(message, context_, object_);
        break;
      case NLMSG_DONE:
        if (interrupted_) return failure(error(ErrorCode::interrupted, "links came or went"));
        break;
      default:
        if (on_message_) result = on_message_(message);
        if (result) return false;
        break;
    }
    if (!result) return failure(result.error());
    return true;
  }

  [[nodiscard]] base::Error error(ErrorCode code, const char* reason) const {
    return {code, context_, object_, reason};
  }

 private:
  std::uint32_t sequence_;
  const char* context_;
  const std::string& object_;
  const NetlinkSocket::OnMessage& on_message_;
  bool interrupted_ = false;
};

}  // namespace

void NetlinkSocket::FreeSocket::operator()(nl_sock* socket) const {
  nl_socket_free(socket);
}

Expected<NetlinkSocket> NetlinkSocket::open(const NetlinkSocketOptions& options) {
  NetlinkSocket socket;
  socket.socket_.reset(nl_socket_alloc());
  if (!socket.socket_) return failure(base::from_errno("open", kSocketName, ENOMEM));
  nl_sock* handle = socket.socket_.get();
  if (const int result = nl_connect(handle, NETLINK_ROUTE); result < 0) {
    return failure({ErrorCode::io, "open", kSocketName, nl_geterror(result)});
  }
  socket.buffer_.resize(kReadBuffer);
  socket.receive_buffer_ = set_receive_buffer(socket.fd(), options.receive_buffer);
  set_option(socket.fd(), NETLINK_EXT_ACK);
  set_option(socket.fd(), NETLINK_CAP_ACK);
  if (!options.link_events) {
    set_timeout(socket.fd(), options.answer_timeout);
    return socket;
  }
  if (auto attached = attach_link_filter(socket.fd()); !attached) return failure(attached.error());
  if (const int result = nl_socket_set_nonblocking(handle); result < 0) {
    return failure({ErrorCode::io, "set non-blocking", kSocketName, nl_geterror(result)});
  }
  if (const int result = nl_socket_add_membership(handle, RTNLGRP_LINK); result < 0) {
    return failure({ErrorCode::io, "join RTNLGRP_LINK", kSocketName, nl_geterror(result)});
  }
  return socket;
}

int NetlinkSocket::fd() const {
  return nl_socket_get_fd(socket_.get());
}

Expected<void> NetlinkSocket::send(std::span<const std::byte> request) {
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  const auto* address = reinterpret_cast<const sockaddr*>(&kernel);
  while (::sendto(fd(), request.data(), request.size(), MSG_NOSIGNAL, address, sizeof kernel) < 0) {
    if (errno != EINTR) return failure(base::from_errno("send on", kSocketName, errno));
  }
  return {};
}

Expected<NetlinkSocket::Received> NetlinkSocket::receive() {
  while (true) {
    sockaddr_nl sender{};
    iovec vector{buffer_.data(), buffer_.size()};
    msghdr message{};
    message.msg_name = &sender;
    message.msg_namelen = sizeof sender;
    message.msg_iov = &vector;
    message.msg_iovlen = 1;
    const ssize_t length = ::recvmsg(fd(), &message, 0);
    if (length < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN) return Received{ReceiveStatus::would_block, {}};
      if (errno == ENOBUFS) return Received{ReceiveStatus::overrun, {}};
      return failure(base::from_errno("receive on", kSocketName, errno));
    }
    if (sender.nl_pid != 0)
      continue;  // any process may send to our port; only the kernel is believed
    if ((message.msg_flags & MSG_TRUNC) != 0) return Received{ReceiveStatus::truncated, {}};
    return Received{ReceiveStatus::data, {buffer_.data(), static_cast<std::size_t>(length)}};
  }
}

Expected<std::uint32_t> NetlinkSocket::dropped() const {
  std::array<std::uint32_t, SK_MEMINFO_VARS> info{};
  socklen_t length = sizeof info;
  if (::getsockopt(fd(), SOL_SOCKET, SO_MEMINFO, info.data(), &length) != 0) {
    return failure(base::from_errno("read drop count of", kSocketName, errno));
  }
  // An older kernel has fewer of these numbers and says so by the length alone.
  constexpr std::size_t kNeeded = (SK_MEMINFO_DROPS + 1) * sizeof(std::uint32_t);
  if (length < kNeeded) {
    return failure({ErrorCode::unsupported, "read drop count of", kSocketName,
                    std::to_string(length) + " bytes of SO_MEMINFO"});
  }
  return info[SK_MEMINFO_DROPS];
}

Expected<void> NetlinkSocket::transact(std::span<const std::byte> request, const char* context,
                                       const std::string& object, const OnMessage& on_message) {
  Answer answer(header_of(request).nlmsg_seq, context, object, on_message);
  if (auto sent = send(request); !sent) return sent;
  while (true) {
    auto received = receive();
    if (!received) return failure(received.error());
    if (received->status == ReceiveStatus::would_block) {
      return failure(answer.error(ErrorCode::timeout, "the kernel did not answer in time"));
    }
    if (received->status != ReceiveStatus::data) {
      return failure(answer.error(ErrorCode::io, "part of the answer was lost"));
    }
    while (const auto message = take_message(received->batch)) {
      const auto ended = answer.take(*message);
      if (!ended) return failure(ended.error());
      if (*ended) return {};
    }
  }
}

std::optional<std::span<const std::byte>> take_message(std::span<const std::byte>& batch) {
  if (batch.size() < sizeof(nlmsghdr)) return std::nullopt;
  const std::size_t length = header_of(batch).nlmsg_len;
  if (length < sizeof(nlmsghdr) || length > batch.size()) return std::nullopt;
  const auto message = batch.first(length);
  batch = batch.subspan(std::min(batch.size(), std::size_t{NLMSG_ALIGN(length)}));
  return message;
}

}  // namespace hnv::bond
