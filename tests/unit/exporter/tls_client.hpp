// SPDX-License-Identifier: Apache-2.0
// As much of an HTTPS client as the tests need. It believes every server.
#pragma once

#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>

#include "http_client.hpp"
#include "test_certificate.hpp"

namespace hnv::exporter::test {

class TlsClient {
 public:
  TlsClient() : context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free) {}

  SSL_CTX* context() { return context_.get(); }

  void use(const TestCertificate& own) {
    const std::unique_ptr<BIO, decltype(&BIO_free_all)> certificate(
        BIO_new_mem_buf(own.certificate.data(), -1), BIO_free_all);
    const std::unique_ptr<BIO, decltype(&BIO_free_all)> key(BIO_new_mem_buf(own.key.data(), -1),
                                                            BIO_free_all);
    X509* x509 = PEM_read_bio_X509(certificate.get(), nullptr, nullptr, nullptr);
    EVP_PKEY* pkey = PEM_read_bio_PrivateKey(key.get(), nullptr, nullptr, nullptr);
    SSL_CTX_use_certificate(context(), x509);
    SSL_CTX_use_PrivateKey(context(), pkey);
    X509_free(x509);
    EVP_PKEY_free(pkey);
  }

  bool connect(std::uint16_t port) {
    tls_.reset(SSL_new(context()));
    socket_ = connect_to(port);
    SSL_set_fd(tls_.get(), socket_.get());
    return SSL_connect(tls_.get()) == 1;
  }

  // One response, of a connection that stays.
  HttpReply ask(const std::string& headers = {}) {
    const std::string request = "GET /a HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n";
    SSL_write(tls_.get(), request.data(), static_cast<int>(request.size()));
    std::string text;
    std::string piece(16384, '\0');
    HttpReply reply;
    while (reply.status == 0 || reply.body.size() < std::stoul(reply.header("Content-Length"))) {
      const int count = SSL_read(tls_.get(), piece.data(), static_cast<int>(piece.size()));
      if (count <= 0) break;
      text.append(piece, 0, static_cast<std::size_t>(count));
      reply = reply_of(text);
    }
    return reply;
  }

  SSL* tls() { return tls_.get(); }

  std::string name_of_server() {
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(
        SSL_get1_peer_certificate(tls_.get()), X509_free);
    std::string name(256, '\0');
    const int size = X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()),
                                               NID_commonName, name.data(), 256);
    name.resize(static_cast<std::size_t>(std::max(size, 0)));
    return name;
  }

 private:
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  base::UniqueFd socket_;
  struct Free {
    void operator()(SSL* tls) const { SSL_free(tls); }
  };
  std::unique_ptr<SSL, Free> tls_;
};

}  // namespace hnv::exporter::test
