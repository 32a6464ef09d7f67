// SPDX-License-Identifier: Apache-2.0
#include "exporter/front/tls_context.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <new>

#include "base/atomic_file.hpp"

namespace hnv::exporter::front {

namespace {

using base::Expected;
using base::failure;

constexpr std::size_t kLargestPemFile = std::size_t{1024} * 1024;
constexpr const char* kSection = "tls_server_config";

template <class T, void (*FreeIt)(T*)>
struct Freed {
  void operator()(T* object) const { FreeIt(object); }
};
using Bio = std::unique_ptr<BIO, Freed<BIO, BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Freed<X509, X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY, EVP_PKEY_free>>;
using Session = std::unique_ptr<SSL, Freed<SSL, SSL_free>>;
using Names = std::unique_ptr<GENERAL_NAMES, Freed<GENERAL_NAMES, GENERAL_NAMES_free>>;

std::string library_reason() {
  std::string text = "OpenSSL gave no reason";
  // The first of the queue is the cause, the rest who passed it on.
  if (const unsigned long code = ERR_peek_error(); code != 0) {
    const char* reason = ERR_reason_error_string(code);
    if (reason != nullptr) text = reason;
  }
  ERR_clear_error();
  return text;
}

tl::unexpected<base::Error> bad(const std::string& object, const std::string& what) {
  return failure({base::ErrorCode::invalid, "set up TLS by", object, what});
}

std::string place_of(const Pem& pem) {
  return pem.file.empty() ? kSection : pem.file;
}

Expected<std::string> text_of(const Pem& pem) {
  if (pem.file.empty()) return pem.text;
  return base::read_file(pem.file, kLargestPemFile);
}

Bio reader_of(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// Without this the library would ask the terminal for the password of an encrypted key.
int no_password(char*, int, int, void*) {
  return -1;
}

Expected<void> load_certificates(SSL_CTX* context, const Pem& pem) {
  const auto text = text_of(pem);
  if (!text) return failure(text.error());
  const Bio bio = reader_of(*text);
  const Certificate own(PEM_read_bio_X509_AUX(bio.get(), nullptr, no_password, nullptr));
  if (!own) {
    ERR_clear_error();
    return bad(place_of(pem), "there is no certificate in it; allowed: PEM");
  }
  if (SSL_CTX_use_certificate(context, own.get()) != 1) {
    return bad(place_of(pem), "the certificate cannot be used: " + library_reason());
  }
  while (X509* next = PEM_read_bio_X509(bio.get(), nullptr, no_password, nullptr)) {
    if (SSL_CTX_add0_chain_cert(context, next) != 1) {
      X509_free(next);
      return bad(place_of(pem), "its chain cannot be used: " + library_reason());
    }
  }
  ERR_clear_error();
  return {};
}

Expected<void> load_key(SSL_CTX* context, const Pem& pem, const Pem& certificate) {
  const auto text = text_of(pem);
  if (!text) return failure(text.error());
  const Key key(PEM_read_bio_PrivateKey(reader_of(*text).get(), nullptr, no_password, nullptr));
  if (!key) {
    ERR_clear_error();
    return bad(place_of(pem), "there is no private key in it; allowed: PEM without a password");
  }
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1 || SSL_CTX_check_private_key(context) != 1) {
    return bad(place_of(pem),
               "the key does not belong to the certificate of " + place_of(certificate));
  }
  return {};
}

Expected<void> load_client_ca(SSL_CTX* context, const Pem& pem) {
  const auto text = text_of(pem);
  if (!text) return failure(text.error());
  const Bio bio = reader_of(*text);
  std::size_t count = 0;
  while (true) {
    const Certificate ca(PEM_read_bio_X509(bio.get(), nullptr, no_password, nullptr));
    if (!ca) break;
    ++count;
    if (X509_STORE_add_cert(SSL_CTX_get_cert_store(context), ca.get()) != 1 ||
        SSL_CTX_add_client_CA(context, ca.get()) != 1) {
      return bad(place_of(pem), "a certificate of it cannot be used: " + library_reason());
    }
  }
  ERR_clear_error();
  if (count == 0) return bad(place_of(pem), "there is no certificate in it; allowed: PEM");
  return {};
}

std::string text_of(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

std::string text_of(const GENERAL_NAME& name) {
  switch (name.type) {
    case GEN_DNS:
    case GEN_EMAIL:
    case GEN_URI:
      return text_of(static_cast<const ASN1_STRING*>(name.d.ia5));
    case GEN_IPADD:
      return text_of(static_cast<const ASN1_STRING*>(name.d.iPAddress));
    default:
      return {};
  }
}

// The bytes of an address when `san` is one, which is how a certificate has it.
std::string as_in_certificate(const std::string& san) {
  ASN1_OCTET_STRING* address = a2i_IPADDRESS(san.c_str());
  if (address == nullptr) {
    ERR_clear_error();
    return san;
  }
  std::string bytes = text_of(static_cast<const ASN1_STRING*>(address));
  ASN1_OCTET_STRING_free(address);
  return bytes;
}

bool has_one_of(X509* certificate, const std::vector<std::string>& sans) {
  const Names names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  const int count = names ? sk_GENERAL_NAME_num(names.get()) : 0;
  for (int index = 0; index < count; ++index) {
    const std::string name = text_of(*sk_GENERAL_NAME_value(names.get(), index));
    if (!name.empty() && std::find(sans.begin(), sans.end(), name) != sans.end()) return true;
  }
  return false;
}

int any_client(X509_STORE_CTX*, void*) {
  return 1;
}

// Goes with the context, which connections may hold longer than we do.
struct ClientRule {
  std::vector<std::string> sans;
  bool verifies = false;  // by the client's CA
};

void free_rule(void*, void* rule, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<ClientRule*>(rule);  // NOLINT(cppcoreguidelines-owning-memory)
}

ClientRule* new_rule(SSL_CTX* context) {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, free_rule);
  auto rule = std::make_unique<ClientRule>();
  if (SSL_CTX_set_ex_data(context, index, rule.get()) != 1) throw std::bad_alloc();
  return rule.release();
}

int client_with_san(X509_STORE_CTX* store, void* data) {
  const auto& rule = *static_cast<const ClientRule*>(data);
  if (rule.verifies && X509_verify_cert(store) != 1) return 0;
  if (has_one_of(X509_STORE_CTX_get0_cert(store), rule.sans)) return 1;
  X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
  return 0;
}

void set_client_rule(SSL_CTX* context, const TlsConfig& config) {
  switch (config.client_auth) {
    case ClientAuth::none:
      return;
    case ClientAuth::request:
      SSL_CTX_set_cert_verify_callback(context, any_client, nullptr);
      SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
      return;
    case ClientAuth::require_any:
      SSL_CTX_set_cert_verify_callback(context, any_client, nullptr);
      SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
      break;
    case ClientAuth::verify_if_given:
      SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
      break;
    case ClientAuth::require_and_verify:
      SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
      break;
  }
  if (config.client_sans.empty()) return;
  ClientRule* rule = new_rule(context);
  for (const std::string& san : config.client_sans) rule->sans.push_back(as_in_certificate(san));
  rule->verifies = config.client_auth == ClientAuth::require_and_verify;
  SSL_CTX_set_cert_verify_callback(context, client_with_san, rule);
}

Expected<void> set_protocol(SSL_CTX* context, const TlsConfig& config) {
  const auto number = [](TlsVersion version) {
    return version == TlsVersion::tls13 ? TLS1_3_VERSION : TLS1_2_VERSION;
  };
  SSL_CTX_set_min_proto_version(context, number(config.min_version));
  SSL_CTX_set_max_proto_version(context, number(config.max_version));
  std::uint64_t options = SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION;
  // Many clients close without a farewell, and a read that ends so is an end.
  options |= SSL_OP_IGNORE_UNEXPECTED_EOF;
  if (config.prefer_server_ciphers) options |= SSL_OP_CIPHER_SERVER_PREFERENCE;
  SSL_CTX_set_options(context, options);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(context, 0);
  static constexpr std::string_view kSessionContext = "hnv-exporter";
  SSL_CTX_set_session_id_context(context,
                                 reinterpret_cast<const unsigned char*>(kSessionContext.data()),
                                 static_cast<unsigned>(kSessionContext.size()));
  // Tickets are kept by the clients; nothing is kept here.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  if (!config.ciphers.empty() && SSL_CTX_set_cipher_list(context, config.ciphers.c_str()) != 1) {
    return bad(kSection, "cipher_suites leave none that can be used: " + library_reason());
  }
  if (!config.curves.empty() && SSL_CTX_set1_groups_list(context, config.curves.c_str()) != 1) {
    return bad(kSection, "curve_preferences cannot be used: " + library_reason());
  }
  return {};
}

// Client and server in memory, with the versions and ciphers of a real client. Which client may
// come is left out: we have no certificate for it.
Expected<void> shake_hands_with_itself(SSL_CTX* context) {
  const std::unique_ptr<SSL_CTX, Freed<SSL_CTX, SSL_CTX_free>> client_context(
      SSL_CTX_new(TLS_client_method()));
  const Session server(SSL_new(context));
  const Session client(client_context ? SSL_new(client_context.get()) : nullptr);
  BIO* client_end = nullptr;
  BIO* server_end = nullptr;
  if (!server || !client || BIO_new_bio_pair(&client_end, 0, &server_end, 0) != 1) {
    return bad(kSection, library_reason());
  }
  SSL_set_bio(client.get(), client_end, client_end);
  SSL_set_bio(server.get(), server_end, server_end);
  SSL_set_verify(server.get(), SSL_VERIFY_NONE, nullptr);
  SSL_set_accept_state(server.get());
  SSL_set_connect_state(client.get());
  constexpr int kMostTurns = 100;
  for (int turn = 0; turn < kMostTurns; ++turn) {
    const int of_client = SSL_do_handshake(client.get());
    ERR_clear_error();
    const int of_server = SSL_do_handshake(server.get());
    if (of_client == 1 && of_server == 1) return {};
    const int trouble = SSL_get_error(server.get(), of_server);
    if (of_server != 1 && trouble != SSL_ERROR_WANT_READ && trouble != SSL_ERROR_WANT_WRITE) break;
  }
  return bad(kSection, "a handshake with ourselves failed: " + library_reason() +
                           "; do cipher_suites and curve_preferences fit the key?");
}

}  // namespace

Expected<TlsContext> make_tls_context(const TlsConfig& config) {
  ERR_clear_error();
  const TlsContext context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (context == nullptr) return bad(kSection, library_reason());
  if (auto set = set_protocol(context.get(), config); !set) return failure(set.error());
  if (auto loaded = load_certificates(context.get(), config.certificate); !loaded) {
    return failure(loaded.error());
  }
  if (auto loaded = load_key(context.get(), config.key, config.certificate); !loaded) {
    return failure(loaded.error());
  }
  if (!config.client_ca.empty()) {
    if (auto loaded = load_client_ca(context.get(), config.client_ca); !loaded) {
      return failure(loaded.error());
    }
  }
  set_client_rule(context.get(), config);
  if (auto shaken = shake_hands_with_itself(context.get()); !shaken) return failure(shaken.error());
  return context;
}

}  // namespace hnv::exporter::front
