// SPDX-License-Identifier: Apache-2.0
#include "http_client.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <cstdlib>

namespace hnv::exporter::test {

std::string HttpReply::header(const std::string& name) const {
  const auto begin = headers.find("\r\n" + name + ": ");
  if (begin == std::string::npos) return "";
  const auto value = begin + name.size() + 4;
  return headers.substr(value, headers.find("\r\n", value) - value);
}

base::UniqueFd connect_to(std::uint16_t port) {
  base::UniqueFd connection(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const timeval patience{10, 0};
  ::setsockopt(connection.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::connect(connection.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  return connection;
}

HttpReply read_reply(int socket) {
  std::string text;
  std::array<char, 4096> piece{};
  while (true) {
    const ssize_t count = ::recv(socket, piece.data(), piece.size(), 0);
    if (count <= 0) break;
    text.append(piece.data(), static_cast<std::size_t>(count));
  }
  HttpReply reply;
  const auto end = text.find("\r\n\r\n");
  if (end == std::string::npos) return reply;
  reply.headers = text.substr(0, end + 2);
  reply.body = text.substr(end + 4);
  reply.status =
      static_cast<int>(std::strtol(reply.headers.c_str() + reply.headers.find(' '), nullptr, 10));
  return reply;
}

HttpReply send_request(std::uint16_t port, std::string_view request) {
  const base::UniqueFd connection = connect_to(port);
  EXPECT_EQ(::send(connection.get(), request.data(), request.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(request.size()));
  return read_reply(connection.get());
}

HttpReply get(std::uint16_t port, const std::string& target) {
  return send_request(port, "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
}

}  // namespace hnv::exporter::test
