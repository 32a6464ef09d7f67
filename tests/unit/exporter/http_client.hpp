// SPDX-License-Identifier: Apache-2.0
// As much of an HTTP client as the tests need: it sends what it is told, byte for byte.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/unique_fd.hpp"

namespace hnv::exporter::test {

struct HttpReply {
  int status = 0;       // 0: none came
  std::string headers;  // lines as received, with the status line
  std::string body;

  [[nodiscard]] std::string header(const std::string& name) const;  // "" without it
};

struct Ipv6Port {
  std::uint16_t port = 0;
};

// A connection to 127.0.0.1, to ::1, or to a Unix socket; reading gives up after ten seconds.
base::UniqueFd connect_to(std::uint16_t port);
base::UniqueFd connect_to(const Ipv6Port& port);
base::UniqueFd connect_to(const std::string& path);
// Until the other side has sent all.
HttpReply read_reply(int socket);
// Until the body is as long as announced, for connections that stay.
HttpReply read_one_reply(int socket);
HttpReply reply_of(const std::string& text);
void send_text(int socket, std::string_view text);

template <class Place>
HttpReply send_request(const Place& place, std::string_view request) {
  const base::UniqueFd connection = connect_to(place);
  send_text(connection.get(), request);
  return read_reply(connection.get());
}

template <class Place>
HttpReply get(const Place& place, const std::string& target) {
  return send_request(
      place, "GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
}

}  // namespace hnv::exporter::test
