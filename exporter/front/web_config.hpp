// SPDX-License-Identifier: Apache-2.0
// The file of --web.config.file, as the Prometheus exporters have it: what is served by TLS, to
// whom, and with which headers.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/enum_names.hpp"
#include "base/expected.hpp"
#include "exporter/front/rate_limit.hpp"

namespace hnv::exporter::front {

// Names as the file has them.
enum class ClientAuth {
  none,
  request,
  require_any,
  verify_if_given,
  require_and_verify,
};

enum class TlsVersion { tls10, tls11, tls12, tls13 };

// Of a certificate, a key or a CA: a file, or the text itself. Empty: neither.
struct Pem {
  std::string file;  // absolute, or relative to where the program was started
  std::string text;
  bool operator==(const Pem&) const = default;
  [[nodiscard]] bool empty() const { return file.empty() && text.empty(); }
};

struct TlsConfig {
  Pem certificate;
  Pem key;
  Pem client_ca;
  ClientAuth client_auth = ClientAuth::none;
  std::vector<std::string> client_sans;  // a client's certificate must have one; empty: any
  TlsVersion min_version = TlsVersion::tls12;
  TlsVersion max_version = TlsVersion::tls13;
  std::string ciphers;  // for OpenSSL, of TLS 1.2; empty: its default
  std::string curves;   // the same
  bool prefer_server_ciphers = true;
};

struct WebConfig {
  std::optional<TlsConfig> tls;
  std::vector<std::pair<std::string, std::string>> users;  // name, bcrypt hash
  std::vector<std::pair<std::string, std::string>> headers;
  std::optional<RateLimitConfig> rate_limit;
};

// Relative names of files are relative to `file`. Errors: invalid, with file, line and column.
base::Expected<WebConfig> parse_web_config(std::string_view yaml, const std::string& file);
// Also: not_found, permission, io, too_large.
base::Expected<WebConfig> read_web_config(const std::string& file);

}  // namespace hnv::exporter::front

template <>
struct hnv::base::EnumNames<hnv::exporter::front::ClientAuth> {
  static constexpr auto names =
      std::to_array<std::string_view>({"NoClientCert", "RequestClientCert", "RequireAnyClientCert",
                                       "VerifyClientCertIfGiven", "RequireAndVerifyClientCert"});
};
template <>
struct hnv::base::EnumNames<hnv::exporter::front::TlsVersion> {
  static constexpr auto names =
      std::to_array<std::string_view>({"TLS10", "TLS11", "TLS12", "TLS13"});
};
