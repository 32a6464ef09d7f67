// SPDX-License-Identifier: Apache-2.0
#include "prober/packet_pool.hpp"

#include <arpa/inet.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>

#include "prober/frame.hpp"

namespace hnv::prober {

namespace {

using base::Expected;
using base::failure;

constexpr std::uint32_t kWhole = 0xFFFF;

std::uint16_t protocol_of(Hears hears) {
  switch (hears) {
    case Hears::arp_replies:
      return kArpType;
    case Hears::advertisements:
      return kIpv6Type;
    case Hears::cross_probes:
      break;
  }
  return kCrossType;
}

// The kernel takes the VLAN tag off before it looks for sockets of a protocol, so that the places
// are the same for all.
std::vector<sock_filter> filter_of(Hears hears) {
  constexpr std::uint16_t kByte = BPF_LD | BPF_B | BPF_ABS;
  constexpr std::uint16_t kHalf = BPF_LD | BPF_H | BPF_ABS;
  constexpr std::uint16_t kWord = BPF_LD | BPF_W | BPF_ABS;
  constexpr std::uint16_t kEqual = BPF_JMP | BPF_JEQ | BPF_K;
  constexpr std::uint16_t kReturn = BPF_RET | BPF_K;
  constexpr std::uint32_t kPayload = 14;
  switch (hears) {
    case Hears::arp_replies:
      return {{kHalf, 0, 0, kPayload + 6},
              {kEqual, 0, 1, 2},
              {kReturn, 0, 0, kWhole},
              {kReturn, 0, 0, 0}};
    case Hears::advertisements:
      return {{kByte, 0, 0, kPayload + 6}, {kEqual, 0, 3, 58},      {kByte, 0, 0, kPayload + 40},
              {kEqual, 0, 1, 136},         {kReturn, 0, 0, kWhole}, {kReturn, 0, 0, 0}};
    case Hears::cross_probes:
      break;
  }
  return {{kWord, 0, 0, kPayload},
          {kEqual, 0, 1, kCrossMagic},
          {kReturn, 0, 0, kWhole},
          {kReturn, 0, 0, 0}};
}

Expected<void> bind_to(int fd, bond::IfIndex device, std::uint16_t protocol) {
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(protocol);
  address.sll_ifindex = static_cast<int>(device.value);
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return failure(
        base::from_errno("bind packet socket", "ifindex " + std::to_string(device.value), errno));
  }
  return {};
}

Expected<void> attach(int fd, std::vector<sock_filter> code) {
  const sock_fprog program{static_cast<unsigned short>(code.size()), code.data()};
  if (::setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) != 0) {
    return failure(base::from_errno("attach filter", "packet socket", errno));
  }
  return {};
}

// A socket of no device would hear its protocol on all of them.
std::vector<sock_filter> deaf() {
  return {{BPF_RET | BPF_K, 0, 0, 0}};
}

// What came for the last device is not what comes for the next.
void drain(int fd) {
  std::array<std::uint8_t, 1> rest{};
  while (::recv(fd, rest.data(), rest.size(), MSG_DONTWAIT) >= 0 || errno == ENETDOWN) {
  }
}

}  // namespace

Expected<PacketPool> PacketPool::open(std::size_t sockets) {
  PacketPool pool;
  pool.sockets_.reserve(sockets);
  pool.free_.reserve(sockets);
  for (std::size_t count = 0; count < sockets; ++count) {
    // Protocol 0 hears nothing until it is bound.
    const int fd = ::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return failure(base::from_errno("open", "packet socket", errno));
    pool.sockets_.emplace_back(fd);
    pool.free_.push_back(fd);
  }
  return pool;
}

Expected<int> PacketPool::take(bond::IfIndex device, Hears hears) {
  if (free_.empty()) return -1;
  const int fd = free_.back();
  if (auto attached = attach(fd, deaf()); !attached) return failure(attached.error());
  drain(fd);
  if (auto bound = bind(fd, device, hears); !bound) return failure(bound.error());
  if (auto attached = attach(fd, filter_of(hears)); !attached) return failure(attached.error());
  free_.pop_back();
  return fd;
}

void PacketPool::give_back(int fd) {
  // A device that has gone has taken the binding with it.
  (void)attach(fd, deaf());
  (void)bind_to(fd, bond::IfIndex{0}, 0);
  free_.push_back(fd);
}

Expected<void> PacketPool::bind(int fd, bond::IfIndex device, Hears hears) {
  return bind_to(fd, device, protocol_of(hears));
}

Expected<void> drop_privileges() {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    return failure(base::from_errno("drop privileges", "no_new_privs", errno));
  }
  if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0) {
    return failure(base::from_errno("drop privileges", "ambient set", errno));
  }
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  const std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> none{};
  if (::syscall(SYS_capset, &header, none.data()) != 0) {
    return failure(base::from_errno("drop privileges", "capabilities", errno));
  }
  return {};
}

}  // namespace hnv::prober
