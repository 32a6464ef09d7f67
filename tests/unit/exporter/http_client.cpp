// SPDX-License-Identifier: Apache-2.0
#include "http_client.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <array>
#include <cstdlib>

namespace hnv::exporter::test {

std::string HttpReply::header(const std::string& name) const {
  const auto begin = headers.find("\r\n" + name + ": ");
  if (begin == std::string::npos) return "";
  const auto value = begin + name.size() + 4;
  return headers.substr(value, headers.find("\r\n", value) - value);
}

namespace {

base::UniqueFd patient_socket(int family) {
  base::UniqueFd connection(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const timeval patience{10, 0};
  ::setsockopt(connection.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  return connection;
}

// False: no more will come.
bool receive(int socket, std::string& text) {
  std::array<char, 4096> piece{};
  const ssize_t count = ::recv(socket, piece.data(), piece.size(), 0);
  if (count > 0) text.append(piece.data(), static_cast<std::size_t>(count));
  return count > 0;
}

}  // namespace

base::UniqueFd connect_to(std::uint16_t port) {
  base::UniqueFd connection = patient_socket(AF_INET);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::connect(connection.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  return connection;
}

base::UniqueFd connect_to(const Ipv6Port& port) {
  base::UniqueFd connection = patient_socket(AF_INET6);
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(port.port);
  address.sin6_addr = in6addr_loopback;
  EXPECT_EQ(::connect(connection.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  return connection;
}

base::UniqueFd connect_to(const std::string& path) {
  base::UniqueFd connection = patient_socket(AF_UNIX);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  EXPECT_EQ(::connect(connection.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0)
      << path;
  return connection;
}

HttpReply reply_of(const std::string& text) {
  HttpReply reply;
  const auto end = text.find("\r\n\r\n");
  if (end == std::string::npos) return reply;
  reply.headers = text.substr(0, end + 2);
  reply.body = text.substr(end + 4);
  reply.status =
      static_cast<int>(std::strtol(reply.headers.c_str() + reply.headers.find(' '), nullptr, 10));
  return reply;
}

HttpReply read_reply(int socket) {
  std::string text;
  while (receive(socket, text)) {
  }
  return reply_of(text);
}

HttpReply read_one_reply(int socket) {
  std::string text;
  HttpReply reply;
  do {
    if (!receive(socket, text)) break;
    reply = reply_of(text);
  } while (reply.status == 0 ||
           reply.body.size() < std::strtoul(reply.header("Content-Length").c_str(), nullptr, 10));
  return reply;
}

void send_text(int socket, std::string_view text) {
  EXPECT_EQ(::send(socket, text.data(), text.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(text.size()));
}

}  // namespace hnv::exporter::test
