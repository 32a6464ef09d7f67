// SPDX-License-Identifier: Apache-2.0
// Every bound of the front, once. docs/security.md shows them, and a test compares.
#pragma once

#include <chrono>
#include <cstddef>

namespace hnv::exporter::front {

struct Limits {
  // In all, and from one IPv4 address or IPv6 /64; clients of a Unix socket count as one in all
  // only. A connection beyond makes room for itself by ending the oldest that waits for a request,
  // first of those that never sent one; else the oldest response that its client has not taken in
  // `pressed_response`.
  std::size_t connections = 512;
  std::size_t connections_per_address = 64;

  std::size_t request_line = std::size_t{4} * 1024;
  std::size_t head = std::size_t{8} * 1024;
  std::size_t header_fields = 64;

  // Requests that are with the handler; more wait in line for `wait`, then get status 503.
  std::size_t at_once = 16;
  // Places beside those, for health checks only: they are answered while all others hang.
  std::size_t health_at_once = 4;
  std::size_t waiting = 256;
  std::chrono::milliseconds wait{10'000};
  // Responses without an end (server-sent events).
  std::size_t streams = 8;

  // From the connection to its first whole request, the TLS handshake included; and from the first
  // byte of a later one.
  std::chrono::milliseconds request{10'000};
  // Between two requests, of a client and to the handler. Longer than the usual scrape interval of
  // one minute.
  std::chrono::milliseconds idle{120'000};
  // The handler's time for the first byte; for a stream, between any two.
  std::chrono::milliseconds handler{60'000};
  // A client that takes nothing of what lies ready for it.
  std::chrono::milliseconds stall{10'000};
  // From the first byte of a response to its last; not for streams.
  std::chrono::milliseconds response{60'000};
  // The same while other requests wait in line or there are too many connections.
  std::chrono::milliseconds pressed_response{5'000};

  // Of a response held for a slow client, so that the handler's thread is free again: for one
  // connection, and together; beyond that, one piece each.
  std::size_t response_buffer = std::size_t{1024} * 1024;
  std::size_t response_buffers = std::size_t{32} * 1024 * 1024;
  std::size_t piece = std::size_t{64} * 1024;

  // Wrong passwords from one address in `password_window`, then status 429 for what is left of it.
  std::size_t wrong_passwords = 10;
  std::chrono::milliseconds password_window{60'000};
  // Passwords waiting for their check: from one address, and in all; more get status 429 and 503.
  std::size_t password_checks_per_address = 2;
  std::size_t password_checks = 32;
};

}  // namespace hnv::exporter::front
