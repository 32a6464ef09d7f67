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

// A connection to 127.0.0.1; reading gives up after ten seconds.
base::UniqueFd connect_to(std::uint16_t port);
HttpReply read_reply(int socket);
HttpReply send_request(std::uint16_t port, std::string_view request);
HttpReply get(std::uint16_t port, const std::string& target);

}  // namespace hnv::exporter::test
