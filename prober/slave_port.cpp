// SPDX-License-Identifier: Apache-2.0
#include "prober/slave_port.hpp"

#include <net/if.h>
#include <net/if_arp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace hnv::prober {

bool is_no_link(int error_number) {
  return error_number == ENETDOWN || error_number == ENXIO || error_number == ENODEV;
}

std::optional<bond::MacAddress> present_address(int any_socket, const std::string& device) {
  ifreq asked{};
  if (device.size() >= sizeof asked.ifr_name) return std::nullopt;
  std::memcpy(asked.ifr_name, device.data(), device.size());
  if (::ioctl(any_socket, SIOCGIFHWADDR, &asked) != 0 ||
      asked.ifr_hwaddr.sa_family != ARPHRD_ETHER) {
    return std::nullopt;
  }
  bond::MacAddress address;
  std::memcpy(address.bytes.data(), asked.ifr_hwaddr.sa_data, address.bytes.size());
  return address;
}

base::Expected<SlavePort> SlavePort::open(PacketPool& pool, bond::IfIndex device, bool with_ipv6) {
  std::vector<Hears> wanted{Hears::arp_replies, Hears::cross_probes};
  if (with_ipv6) wanted.push_back(Hears::advertisements);
  SlavePort port;
  port.sockets_.reserve(wanted.size());
  for (const Hears hears : wanted) {
    const auto fd = pool.take(device, hears);
    if (!fd || *fd < 0) {
      port.close(pool);
      if (!fd) return base::failure(fd.error());
      return base::failure({base::ErrorCode::busy, "probe", std::to_string(device.value),
                            "no packet socket is left; restart hnv-prober"});
    }
    port.sockets_.push_back({*fd, hears});
  }
  return port;
}

void SlavePort::close(PacketPool& pool) {
  for (const Socket& socket : sockets_) pool.give_back(socket.fd);
  sockets_.clear();
}

int SlavePort::send(FrameView frame) const {
  return ::send(sockets_.front().fd, frame.data(), frame.size(), MSG_DONTWAIT) < 0 ? errno : 0;
}

int SlavePort::receive(int fd, std::span<std::uint8_t> buffer) {
  const ssize_t size = ::recv(fd, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (size > 0) return static_cast<int>(size);
  if (size == 0 || errno == EAGAIN || errno == EINTR) return 0;
  return -errno;
}

}  // namespace hnv::prober
