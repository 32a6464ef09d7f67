// SPDX-License-Identifier: Apache-2.0
// Writes link messages as the kernel sends them, one in hexadecimal on each line: all events until
// SIGTERM, or one dump, of links or of their counters.
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/utsname.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <vector>

#include "bond/link_request.hpp"
#include "bond/netlink_socket.hpp"

namespace {

constexpr int kReceiveBuffer = 64 * 1024 * 1024;

nlmsghdr header_of(std::span<const std::byte> message) {
  nlmsghdr header{};
  std::memcpy(&header, message.data(), sizeof header);
  return header;
}

// True at the end of the dump.
bool write_batch(std::FILE* file, std::span<const std::byte> batch) {
  bool dump_ended = false;
  while (const auto message = hnv::bond::take_message(batch)) {
    const auto type = header_of(*message).nlmsg_type;
    dump_ended = dump_ended || type == NLMSG_DONE;
    if (type != RTM_NEWLINK && type != RTM_DELLINK && type != RTM_NEWSTATS) continue;
    for (const std::byte byte : *message) {
      static_cast<void>(std::fprintf(file, "%02x", std::to_integer<unsigned>(byte)));
    }
    static_cast<void>(std::fputc('\n', file));
  }
  return dump_ended;
}

// No filter and no library in between: the corpus is what the kernel says, not what we would listen
// to.
int open_subscription() {
  const int fd = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  ::setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &kReceiveBuffer, sizeof kReceiveBuffer);
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = RTMGRP_LINK;
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return -1;
  return fd;
}

int record(std::FILE* file, std::string_view what) {
  const bool events = what == "--events";
  const int fd = open_subscription();
  const auto request = what == "--counters" ? hnv::bond::dump_stats_request(1)
                                            : hnv::bond::dump_links_request(1, std::nullopt);
  if (fd < 0 || ::send(fd, request.data(), request.size(), 0) < 0) {
    std::perror("netlink socket");
    return 1;
  }
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::array<pollfd, 2> wanted{pollfd{fd, POLLIN, 0},
                               pollfd{::signalfd(-1, &signals, 0), POLLIN, 0}};
  std::vector<std::byte> buffer(std::size_t{256} * 1024);
  while (::poll(wanted.data(), wanted.size(), -1) > 0) {
    if ((wanted[0].revents & POLLIN) != 0) {
      const ssize_t length = ::recv(fd, buffer.data(), buffer.size(), 0);
      if (length < 0) {
        std::perror("recv");
        return 1;
      }
      if (write_batch(file, {buffer.data(), static_cast<std::size_t>(length)})) {
        if (!events) return 0;
        std::puts("recording");
        static_cast<void>(std::fflush(stdout));
      }
      continue;  // everything that is queued before the signal counts
    }
    if ((wanted[1].revents & POLLIN) != 0) return 0;
  }
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc == 3 ? argv[1] : "";
  if (argc != 2 && what != "--events" && what != "--counters") {
    static_cast<void>(std::fputs("usage: link_recorder [--events | --counters] FILE\n", stderr));
    return 2;
  }
  std::FILE* file = std::fopen(argv[argc - 1], "w");
  if (file == nullptr) {
    std::perror(argv[argc - 1]);
    return 1;
  }
  utsname system{};
  ::uname(&system);
  static_cast<void>(std::fprintf(file, "# Linux %s %s\n", system.release, system.machine));
  const int code = record(file, what);
  return std::fclose(file) == 0 ? code : 1;
}
