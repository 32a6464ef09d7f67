// SPDX-License-Identifier: Apache-2.0
#include "exporter/front/listener.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>

namespace hnv::exporter::front {

namespace {

using base::Expected;
using base::failure;
using base::UniqueFd;

constexpr int kBacklog = 511;
constexpr ::mode_t kUnixMode = 0660;
constexpr const char* kContext = "listen on";

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = sizeof(sockaddr_storage);

  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

base::Error error_of(const ListenAddress& address) {
  return base::from_errno(kContext, address.to_string(), errno);
}

SocketAddress any_address(int family, std::uint16_t port) {
  SocketAddress address;
  if (family == AF_INET6) {
    auto& in = reinterpret_cast<sockaddr_in6&>(address.storage);
    in.sin6_family = AF_INET6;
    in.sin6_port = htons(port);
    address.size = sizeof in;
  } else {
    auto& in = reinterpret_cast<sockaddr_in&>(address.storage);
    in.sin_family = AF_INET;
    in.sin_port = htons(port);
    address.size = sizeof in;
  }
  return address;
}

// Of a name the first IPv4 address, else the first: one name is one listener.
Expected<SocketAddress> resolve(const ListenAddress& wanted) {
  addrinfo hints{};
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const std::string port = std::to_string(wanted.port);
  const int code = ::getaddrinfo(wanted.host.c_str(), port.c_str(), &hints, &list);
  if (code != 0) {
    return failure({base::ErrorCode::io, kContext, wanted.to_string(), ::gai_strerror(code)});
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, &::freeaddrinfo);
  const addrinfo* chosen = list;
  for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
    if (entry->ai_family == AF_INET) {
      chosen = entry;
      break;
    }
  }
  SocketAddress address;
  std::memcpy(&address.storage, chosen->ai_addr, chosen->ai_addrlen);
  address.size = chosen->ai_addrlen;
  return address;
}

void set_option(int socket, int level, int name, int value) {
  ::setsockopt(socket, level, name, &value, sizeof value);
}

// Empty with errno set.
UniqueFd listen_at(const SocketAddress& address, bool both_families) {
  UniqueFd socket(
      ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return {};
  if (address.storage.ss_family != AF_UNIX) set_option(socket.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  if (address.storage.ss_family == AF_INET6) {
    set_option(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, both_families ? 0 : 1);
  }
  if (::bind(socket.get(), address.get(), address.size) != 0) return {};
  if (::listen(socket.get(), kBacklog) != 0) return {};
  return socket;
}

std::uint16_t port_of(const SocketAddress& address) {
  if (address.storage.ss_family == AF_INET6) {
    return ntohs(reinterpret_cast<const sockaddr_in6&>(address.storage).sin6_port);
  }
  return ntohs(reinterpret_cast<const sockaddr_in&>(address.storage).sin_port);
}

ListenAddress address_of(int socket) {
  SocketAddress bound;
  ::getsockname(socket, bound.get(), &bound.size);
  ListenAddress address;
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (bound.storage.ss_family == AF_UNIX) {
    address.port = 0;
    address.unix_path = reinterpret_cast<const sockaddr_un&>(bound.storage).sun_path;
    return address;
  }
  const void* ip =
      bound.storage.ss_family == AF_INET6
          ? static_cast<const void*>(
                &reinterpret_cast<const sockaddr_in6&>(bound.storage).sin6_addr)
          : static_cast<const void*>(&reinterpret_cast<const sockaddr_in&>(bound.storage).sin_addr);
  ::inet_ntop(bound.storage.ss_family, ip, text.data(), text.size());
  address.host = text.data();
  address.port = port_of(bound);
  return address;
}

bool somebody_listens(const SocketAddress& address) {
  const UniqueFd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  return ::connect(probe.get(), address.get(), address.size) == 0 || errno != ECONNREFUSED;
}

}  // namespace

Listener& Listener::operator=(Listener&& other) noexcept {
  std::swap(socket_, other.socket_);
  std::swap(address_, other.address_);
  std::swap(removes_path_, other.removes_path_);
  return *this;
}

Listener::~Listener() {
  if (socket_ && removes_path_) ::unlink(address_.unix_path.c_str());
}

Expected<Listener> Listener::open_unix(const ListenAddress& address) {
  SocketAddress at;
  auto& un = reinterpret_cast<sockaddr_un&>(at.storage);
  un.sun_family = AF_UNIX;
  at.size = sizeof un;
  if (address.unix_path.size() >= sizeof un.sun_path) {
    errno = ENAMETOOLONG;
    return failure(error_of(address));
  }
  address.unix_path.copy(un.sun_path, sizeof un.sun_path - 1);
  struct stat found {};
  if (::lstat(un.sun_path, &found) == 0) {
    if (!S_ISSOCK(found.st_mode)) {
      return failure({base::ErrorCode::io, kContext, address.to_string(),
                      "there is a file, and it is no socket"});
    }
    if (somebody_listens(at)) {
      errno = EADDRINUSE;
      return failure(error_of(address));
    }
    ::unlink(un.sun_path);
  }
  UniqueFd socket = listen_at(at, false);
  if (!socket || ::chmod(un.sun_path, kUnixMode) != 0) return failure(error_of(address));
  Listener listener(std::move(socket), address);
  listener.removes_path_ = true;
  return listener;
}

Expected<Listener> Listener::open(const ListenAddress& address) {
  if (!address.unix_path.empty()) return open_unix(address);
  UniqueFd socket;
  if (address.host.empty()) {
    socket = listen_at(any_address(AF_INET6, address.port), true);
    if (!socket && (errno == EAFNOSUPPORT || errno == EADDRNOTAVAIL)) {
      socket = listen_at(any_address(AF_INET, address.port), false);
    }
  } else {
    const auto resolved = resolve(address);
    if (!resolved) return failure(resolved.error());
    socket = listen_at(*resolved, false);
  }
  if (!socket) return failure(error_of(address));
  ListenAddress bound = address;
  bound.port = address_of(socket.get()).port;
  return Listener(std::move(socket), bound);
}

Expected<std::vector<Listener>> open_listeners(const std::vector<ListenAddress>& addresses) {
  std::vector<Listener> listeners;
  for (const ListenAddress& address : addresses) {
    auto listener = Listener::open(address);
    if (!listener) return failure(listener.error());
    listeners.push_back(std::move(*listener));
  }
  return listeners;
}

Expected<std::vector<Listener>> listeners_from_service_manager() {
  const auto bad = [](std::string reason) {
    return failure(
        {base::ErrorCode::io, "take sockets from", "the service manager", std::move(reason)});
  };
  const int count = ::sd_listen_fds(1);
  if (count < 0) return bad(base::errno_text(-count));
  if (count == 0) return bad("it passed none; is a .socket unit started?");
  std::vector<Listener> listeners;
  for (int fd = SD_LISTEN_FDS_START; fd < SD_LISTEN_FDS_START + count; ++fd) {
    UniqueFd socket(fd);
    if (::sd_is_socket(fd, AF_UNSPEC, SOCK_STREAM, 1) <= 0) {
      return bad("one is no listening stream socket; is Accept=no in the .socket unit?");
    }
    ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
    ListenAddress address = address_of(fd);
    listeners.push_back(Listener(std::move(socket), std::move(address)));
  }
  return listeners;
}

}  // namespace hnv::exporter::front
