// SPDX-License-Identifier: Apache-2.0
// The sockets that clients come to.
#pragma once

#include <sys/socket.h>

#include <string>
#include <vector>

#include "base/expected.hpp"
#include "base/unique_fd.hpp"
#include "exporter/listen_address.hpp"

namespace hnv::exporter::front {

// Non-blocking. A Unix socket that we made is removed with it.
class Listener {
 public:
  // With an empty host both families, or IPv4 alone where the kernel has no IPv6. A Unix socket
  // that a dead process left behind is replaced; owner and group may connect (mode 0660).
  // Errors: io, with the address and the reason.
  static base::Expected<Listener> open(const ListenAddress& address);

  Listener(Listener&& other) noexcept = default;
  Listener& operator=(Listener&& other) noexcept;
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener();

  [[nodiscard]] int fd() const { return socket_.get(); }
  // As asked for, with the port that was chosen in place of 0.
  [[nodiscard]] const ListenAddress& address() const { return address_; }

 private:
  friend base::Expected<std::vector<Listener>> listeners_from_service_manager();
  Listener(base::UniqueFd socket, ListenAddress address)
      : socket_(std::move(socket)), address_(std::move(address)) {}
  static base::Expected<Listener> open_unix(const ListenAddress& address);

  base::UniqueFd socket_;
  ListenAddress address_;
  bool removes_path_ = false;
};

base::Expected<std::vector<Listener>> open_listeners(const std::vector<ListenAddress>& addresses);

// Those that systemd opened for us (sd_listen_fds(3)). Error: there are none, or one is no
// listening stream socket.
base::Expected<std::vector<Listener>> listeners_from_service_manager();

}  // namespace hnv::exporter::front
