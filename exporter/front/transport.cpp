// SPDX-License-Identifier: Apache-2.0
#include "exporter/front/transport.hpp"

#include <openssl/err.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <limits>

namespace hnv::exporter::front {

namespace {

constexpr char kHandshakeRecord = 0x16;

int as_length(std::size_t size) {
  return static_cast<int>(std::min<std::size_t>(size, std::numeric_limits<int>::max()));
}

IoResult from_errno(IoStatus would_block) {
  const bool again = errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
  return {again ? would_block : IoStatus::failed};
}

}  // namespace

Transport::Transport(base::UniqueFd socket, SSL_CTX* tls) : socket_(std::move(socket)) {
  if (tls == nullptr) return;
  SSL_CTX_up_ref(tls);
  context_.reset(tls);
}

IoResult Transport::result_of(int returned) {
  if (returned > 0) return {IoStatus::done, static_cast<std::size_t>(returned)};
  switch (SSL_get_error(tls_.get(), returned)) {
    case SSL_ERROR_WANT_READ:
      return {IoStatus::want_read};
    case SSL_ERROR_WANT_WRITE:
      return {IoStatus::want_write};
    case SSL_ERROR_ZERO_RETURN:
      return {IoStatus::ended};
    default:
      return {IoStatus::failed};
  }
}

IoResult Transport::shake_hands() {
  if (context_) {
    // A silent client costs no state of TLS, which is large and takes time to make.
    char first = 0;
    if (::recv(socket_.get(), &first, 1, MSG_PEEK) < 0) return from_errno(IoStatus::want_read);
    tls_.reset(SSL_new(context_.get()));
    context_.reset();
    if (!tls_) socket_ = {};  // never in the clear
    if (!tls_) return {IoStatus::failed};
    SSL_set_fd(tls_.get(), socket_.get());
    SSL_set_accept_state(tls_.get());
  }
  if (!tls_) return {IoStatus::done};
  // The library keeps a queue of errors for each thread, and takes an old one for a new one.
  ERR_clear_error();
  const IoResult result = result_of(SSL_do_handshake(tls_.get()));
  shaken_ = result.status == IoStatus::done;
  return result;
}

IoResult Transport::read(char* into, std::size_t size) {
  if (tls_) {
    ERR_clear_error();
    return result_of(SSL_read(tls_.get(), into, as_length(size)));
  }
  const ssize_t count = ::recv(socket_.get(), into, size, 0);
  if (count > 0) return {IoStatus::done, static_cast<std::size_t>(count)};
  return count == 0 ? IoResult{IoStatus::ended} : from_errno(IoStatus::want_read);
}

IoResult Transport::write(std::string_view bytes) {
  if (tls_) {
    ERR_clear_error();
    return result_of(SSL_write(tls_.get(), bytes.data(), as_length(bytes.size())));
  }
  const ssize_t count = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (count > 0) return {IoStatus::done, static_cast<std::size_t>(count)};
  return from_errno(IoStatus::want_write);
}

void Transport::end_writing() {
  if (tls_ && shaken_) {
    ERR_clear_error();
    SSL_shutdown(tls_.get());
  }
  ::shutdown(socket_.get(), SHUT_WR);
}

bool Transport::fall_back_if_not_tls() {
  char first = kHandshakeRecord;
  if (!context_ || ::recv(socket_.get(), &first, 1, MSG_PEEK) != 1) return false;
  const bool is_letter = first >= 'A' && first <= 'Z';
  if (is_letter) context_.reset();
  return is_letter;
}

}  // namespace hnv::exporter::front
