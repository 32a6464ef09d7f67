// SPDX-License-Identifier: Apache-2.0
// A client's socket, in the clear or with TLS: the same calls, none of which waits.
#pragma once

#include <openssl/ssl.h>

#include <cstddef>
#include <memory>
#include <string_view>

#include "base/unique_fd.hpp"

namespace hnv::exporter::front {

enum class IoStatus {
  done,
  want_read,   // call again when the socket can be read
  want_write,  // call again when it can be written
  ended,       // the other side sends no more
  failed,
};

struct IoResult {
  IoStatus status = IoStatus::failed;
  std::size_t count = 0;  // with done, for read and write: at least 1
};

class Transport {
 public:
  // `tls` of nullptr: in the clear. A non-blocking socket.
  Transport(base::UniqueFd socket, SSL_CTX* tls);

  [[nodiscard]] int fd() const { return socket_.get(); }

  // done, once, before anything is read or written. Without TLS at once.
  IoResult shake_hands();
  IoResult read(char* into, std::size_t size);
  // After want_write the next call must begin with the same bytes.
  IoResult write(std::string_view bytes);
  // Says that nothing more will come.
  void end_writing();

  // A client that speaks plain HTTP to a TLS port, told by its first byte, before the handshake.
  // From then on the transport is in the clear.
  bool fall_back_if_not_tls();

 private:
  struct Free {
    void operator()(SSL* tls) const { SSL_free(tls); }
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  IoResult result_of(int returned);

  base::UniqueFd socket_;
  std::unique_ptr<SSL_CTX, Free> context_;  // until the first byte has come
  std::unique_ptr<SSL, Free> tls_;
  bool shaken_ = false;
};

}  // namespace hnv::exporter::front
