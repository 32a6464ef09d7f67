// SPDX-License-Identifier: Apache-2.0
#include "tests/netns/netns.hpp"

#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace hnv::test {

void enter_own_network_namespace() {
  if (::unshare(CLONE_NEWNET) == 0) return;
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0) return;
  throw std::system_error(errno, std::generic_category(),
                          "network namespaces need root or user namespaces");
}

void set_loopback(bool up) {
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ifreq request{};
  std::strncpy(request.ifr_name, "lo", sizeof request.ifr_name - 1);
  request.ifr_flags = static_cast<short>(up ? IFF_UP : 0);
  const int result = ::ioctl(fd, SIOCSIFFLAGS, &request);
  ::close(fd);
  if (result != 0) throw std::system_error(errno, std::generic_category(), "set lo");
}

}  // namespace hnv::test
