// SPDX-License-Identifier: Apache-2.0
#include "exporter/front/web_config.hpp"

#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>

#include "base/atomic_file.hpp"
#include "hnv/yaml_reader.hpp"

namespace hnv::exporter::front {

namespace {

using base::Expected;
using base::failure;

constexpr std::size_t kLargestFile = std::size_t{1024} * 1024;
constexpr std::size_t kMostUsers = 1000;

struct Word {
  std::string_view name;
  std::string_view meaning;
};

constexpr std::array kCurves = {
    Word{"CurveP256", "P-256"},
    Word{"CurveP384", "P-384"},
    Word{"CurveP521", "P-521"},
    Word{"X25519", "X25519"},
};

// A name and what its value may be, in the words of a message.
struct AllowedHeader {
  std::string_view name;
  std::array<std::string_view, 3> values;  // all empty: any
};
constexpr std::array kHeaders = {
    AllowedHeader{"Strict-Transport-Security", {}},
    AllowedHeader{"X-Content-Type-Options", {"nosniff"}},
    AllowedHeader{"X-Frame-Options", {"deny", "sameorigin"}},
    AllowedHeader{"X-XSS-Protection", {}},
    AllowedHeader{"Content-Security-Policy", {}},
};

// As time.ParseDuration of Go has it: "1s", "1.5s", "1m30s", "0". Empty for anything else, and for
// what is less than nothing or longer than `longest`.
std::optional<std::chrono::nanoseconds> parse_go_duration(std::string_view text,
                                                          std::chrono::nanoseconds longest) {
  struct Unit {
    std::string_view name;
    double nanoseconds;
  };
  // "ms" before "m".
  static constexpr std::array kUnits = {
      Unit{"ns", 1},   Unit{"us", 1e3}, Unit{"\u00b5s", 1e3}, Unit{"\u03bcs", 1e3},
      Unit{"ms", 1e6}, Unit{"s", 1e9},  Unit{"m", 60e9},      Unit{"h", 3600e9}};
  if (text == "0") return std::chrono::nanoseconds::zero();
  if (text.empty()) return std::nullopt;
  double sum = 0;
  while (!text.empty()) {
    double number = 0;
    const auto [rest, error] =
        std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    if (error != std::errc() || !(number >= 0)) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
    const auto* unit = std::find_if(kUnits.begin(), kUnits.end(),
                                    [text](const Unit& one) { return text.starts_with(one.name); });
    if (unit == kUnits.end()) return std::nullopt;
    text.remove_prefix(unit->name.size());
    sum += number * unit->nanoseconds;
  }
  if (!(sum <= static_cast<double>(longest.count()))) return std::nullopt;
  return std::chrono::nanoseconds(static_cast<std::int64_t>(sum));
}

bool read_bool(YamlReader& reader, const YAML::Node& node, const std::string& what) {
  const std::string text = reader.text(node, what);
  if (!reader.error() && text != "true" && text != "false") {
    reader.fail(node, what + " is '" + text + "'; allowed: true, false");
  }
  return text == "true";
}

template <class E>
E read_choice(YamlReader& reader, const YAML::Node& node, const std::string& what, E fallback) {
  const std::string text = reader.text(node, what);
  const auto value = base::value_of<E>(text);
  if (!reader.error() && !value) {
    reader.fail(node, what + " is '" + text + "'; allowed: " + base::list_of_names<E>());
  }
  return value.value_or(fallback);
}

class Parser {
 public:
  Parser(YamlReader& reader, const std::string& file)
      : reader_(reader), folder_(std::filesystem::path(file).parent_path()) {}

  WebConfig read(const YAML::Node& root) {
    WebConfig config;
    if (!reader_.expect_map(
            root, "the file",
            {"tls_server_config", "basic_auth_users", "http_server_config", "rate_limit"})) {
      return config;
    }
    if (const auto node = present(root, "tls_server_config")) config.tls = read_tls(node);
    if (const auto node = present(root, "basic_auth_users")) read_users(node, config);
    if (const auto node = present(root, "http_server_config")) read_http(node, config);
    if (const auto node = present(root, "rate_limit")) read_rate_limit(node, config);
    return config;
  }

 private:
  // A key without a value is one that was not given, as in the other exporters.
  static YAML::Node present(const YAML::Node& map, const std::string& key) {
    const YAML::Node node = YamlReader::child(map, key);
    return node && !node.IsNull() ? node : YAML::Node(YAML::NodeType::Undefined);
  }

  Pem read_pem(const YAML::Node& map, const std::string& key) {
    Pem pem;
    if (const auto node = present(map, key)) pem.text = reader_.text(node, key);
    if (const auto node = present(map, key + "_file")) {
      pem.file = (folder_ / reader_.text(node, key + "_file")).native();
      if (!pem.text.empty()) {
        reader_.fail(node, key + " and " + key + "_file; allowed: one of them");
      }
    }
    return pem;
  }

  TlsConfig read_tls(const YAML::Node& map) {
    TlsConfig tls;
    if (!reader_.expect_map(
            map, "tls_server_config",
            {"cert", "cert_file", "key", "key_file", "client_ca", "client_ca_file",
             "client_auth_type", "client_allowed_sans", "min_version", "max_version",
             "cipher_suites", "curve_preferences", "prefer_server_cipher_suites"})) {
      return tls;
    }
    tls.certificate = read_pem(map, "cert");
    tls.key = read_pem(map, "key");
    tls.client_ca = read_pem(map, "client_ca");
    if (tls.certificate.empty() || tls.key.empty()) {
      reader_.fail(map, "tls_server_config without " +
                            std::string(tls.certificate.empty() ? "certificate" : "key") +
                            "; required: cert_file and key_file");
    }
    read_clients(map, tls);
    read_versions(map, tls);
    if (const auto node = present(map, "cipher_suites")) read_ciphers(node, tls);
    if (const auto node = present(map, "curve_preferences")) read_curves(node, tls);
    if (const auto node = present(map, "prefer_server_cipher_suites")) {
      tls.prefer_server_ciphers = read_bool(reader_, node, "prefer_server_cipher_suites");
    }
    return tls;
  }

  void read_clients(const YAML::Node& map, TlsConfig& tls) {
    const auto type = present(map, "client_auth_type");
    if (type && type.IsScalar() && type.Scalar() == "RequireClientCert") {
      tls.client_auth = ClientAuth::require_any;  // by the name that it had at first
    } else if (type) {
      tls.client_auth = read_choice(reader_, type, "client_auth_type", tls.client_auth);
    }
    const bool verifies = tls.client_auth == ClientAuth::verify_if_given ||
                          tls.client_auth == ClientAuth::require_and_verify;
    if (verifies && tls.client_ca.empty()) {
      reader_.fail(type, "client_auth_type verifies clients, by nothing; required: client_ca_file");
    }
    if (tls.client_auth == ClientAuth::none && !tls.client_ca.empty()) {
      reader_.fail(map,
                   "client_ca_file, and no client is asked for a certificate; required: "
                   "client_auth_type RequireAndVerifyClientCert or VerifyClientCertIfGiven");
    }
    const auto sans = present(map, "client_allowed_sans");
    if (!sans) return;
    tls.client_sans = read_list(sans, "client_allowed_sans");
    // Else a client without a certificate would pass.
    if (tls.client_auth != ClientAuth::require_any &&
        tls.client_auth != ClientAuth::require_and_verify) {
      reader_.fail(sans,
                   "client_allowed_sans, and clients need no certificate; required: "
                   "client_auth_type RequireAndVerifyClientCert or RequireAnyClientCert");
    }
  }

  void read_versions(const YAML::Node& map, TlsConfig& tls) {
    if (const auto node = present(map, "min_version")) {
      tls.min_version = read_choice(reader_, node, "min_version", tls.min_version);
      // A floor below ours is no mistake: it is met.
      tls.min_version = std::max(tls.min_version, TlsVersion::tls12);
    }
    const auto node = present(map, "max_version");
    if (!node) return;
    tls.max_version = read_choice(reader_, node, "max_version", tls.max_version);
    if (tls.max_version < tls.min_version) {
      reader_.fail(node, "max_version is " + std::string(base::name_of(tls.max_version)) +
                             "; allowed: not below min_version, which is " +
                             std::string(base::name_of(tls.min_version)) + " at least");
    }
  }

  std::vector<std::string> read_list(const YAML::Node& node, const std::string& what) {
    std::vector<std::string> words;
    if (!reader_.expect_sequence(node, what)) return words;
    for (const YAML::Node& entry : node) {
      words.push_back(reader_.text(entry, "an entry of " + what));
    }
    return words;
  }

  // Names are those of the standards, which OpenSSL knows beside its own. Those of TLS 1.3 are
  // taken and change nothing, as in Go's library: all of them are good.
  void read_ciphers(const YAML::Node& node, TlsConfig& tls) {
    if (!reader_.expect_sequence(node, "cipher_suites")) return;
    for (const YAML::Node& entry : node) {
      const std::string name = reader_.text(entry, "an entry of cipher_suites");
      if (reader_.error()) return;
      static constexpr std::array<std::string_view, 3> kTls13 = {
          "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"};
      if (std::find(kTls13.begin(), kTls13.end(), name) != kTls13.end()) continue;
      // Go's names of two suites lack the end.
      const bool short_name = std::string_view(name).ends_with("_CHACHA20_POLY1305");
      const std::string_view own =
          OPENSSL_cipher_name((name + (short_name ? "_SHA256" : "")).c_str());
      if (own == "(NONE)") {
        reader_.fail(entry, "cipher suite '" + name +
                                "' is not known; allowed: names such as "
                                "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
        return;
      }
      tls.ciphers.append(tls.ciphers.empty() ? "" : ":").append(own);
    }
  }

  void read_curves(const YAML::Node& node, TlsConfig& tls) {
    for (const std::string& name : read_list(node, "curve_preferences")) {
      const auto* found = std::find_if(kCurves.begin(), kCurves.end(),
                                       [&name](const Word& word) { return word.name == name; });
      if (found == kCurves.end()) {
        reader_.fail(node, "curve '" + name +
                               "' is not known; allowed: CurveP256, CurveP384, CurveP521, X25519");
        return;
      }
      tls.curves.append(tls.curves.empty() ? "" : ":").append(found->meaning);
    }
  }

  void read_users(const YAML::Node& map, WebConfig& config) {
    if (!map.IsMap()) {
      reader_.fail(map, "basic_auth_users is no map; allowed: a map of names and bcrypt hashes");
      return;
    }
    if (map.size() > kMostUsers) {
      reader_.fail(map, "basic_auth_users has " + std::to_string(map.size()) +
                            " entries; allowed: " + std::to_string(kMostUsers));
      return;
    }
    for (const auto& entry : map) {
      const std::string name = reader_.text(entry.first, "a name in basic_auth_users");
      const bool is_name = std::none_of(name.begin(), name.end(), [](char c) {
        return c == ':' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
      });
      if (!is_name) {
        reader_.fail(entry.first, "a name in basic_auth_users has a colon or a control character");
      }
      const bool twice = std::any_of(config.users.begin(), config.users.end(),
                                     [&name](const auto& user) { return user.first == name; });
      if (twice) reader_.fail(entry.first, "user '" + name + "' stands twice; allowed: once");
      const std::string hash = entry.second.IsScalar() ? entry.second.Scalar() : "";
      // What stands there is not shown: it may be a password.
      if (!is_bcrypt(hash)) {
        reader_.fail(entry.second, "the password of '" + name +
                                       "' is no bcrypt hash of a cost from 4 to 16; allowed: what "
                                       "htpasswd -nBC 10 prints after the colon");
      }
      if (reader_.error()) return;
      config.users.emplace_back(name, hash);
    }
  }

  static bool is_bcrypt(std::string_view hash) {
    constexpr std::size_t kLength = 60;
    constexpr std::size_t kSalt = 7;  // after $2b$10$
    constexpr int kLeastCost = 4;
    constexpr int kMostCost = 16;  // takes about three seconds
    if (hash.size() != kLength || hash[6] != '$') return false;
    const std::string_view kind = hash.substr(0, 4);
    if (kind != "$2a$" && kind != "$2b$" && kind != "$2y$") return false;
    if (!is_digit(hash[4]) || !is_digit(hash[5])) return false;
    const int cost = (hash[4] - '0') * 10 + (hash[5] - '0');
    if (cost < kLeastCost || cost > kMostCost) return false;
    return std::all_of(hash.begin() + kSalt, hash.end(), [](char c) {
      return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
             c == '/';
    });
  }

  static bool is_digit(char c) { return c >= '0' && c <= '9'; }

  void read_http(const YAML::Node& map, WebConfig& config) {
    if (!reader_.expect_map(map, "http_server_config", {"http2", "headers"})) return;
    // Read for its spelling only: HTTP/2 is never offered, and clients then speak HTTP/1.1.
    if (const auto node = present(map, "http2")) read_bool(reader_, node, "http2");
    const auto headers = present(map, "headers");
    if (!headers) return;
    std::vector<std::string_view> names;
    names.reserve(kHeaders.size());
    for (const AllowedHeader& allowed : kHeaders) names.push_back(allowed.name);
    if (!reader_.expect_map(headers, "headers", names)) return;
    for (const AllowedHeader& allowed : kHeaders) {
      const std::string name(allowed.name);
      const auto node = present(headers, name);
      // An empty text is what the other exporters take for none.
      if (!node || (node.IsScalar() && node.Scalar().empty())) continue;
      const std::string value = reader_.text(node, name);
      check_header(node, allowed, value);
      config.headers.emplace_back(name, value);
    }
  }

  void read_rate_limit(const YAML::Node& map, WebConfig& config) {
    if (!reader_.expect_map(map, "rate_limit", {"interval", "burst"})) return;
    RateLimitConfig limit;
    constexpr unsigned kMostBurst = 1'000'000;
    if (const auto node = present(map, "burst")) {
      limit.burst = reader_.number(node, "burst", 1, kMostBurst);
    }
    const auto node = present(map, "interval");
    if (!node) return;  // as 0: no limit
    constexpr std::chrono::hours kLongest{1};
    const auto interval = parse_go_duration(reader_.text(node, "interval"), kLongest);
    if (!interval) {
      reader_.fail(node, "interval is '" + node.as<std::string>("") +
                             "'; allowed: a duration such as 1s, 250ms or 0, up to 1h");
      return;
    }
    limit.interval = *interval;
    if (limit.interval.count() != 0) config.rate_limit = limit;
  }

  void check_header(const YAML::Node& node, const AllowedHeader& allowed, std::string_view value) {
    const bool printable =
        std::all_of(value.begin(), value.end(), [](char c) { return c >= ' ' && c <= '~'; });
    const std::string name(allowed.name);
    if (!printable) reader_.fail(node, name + " has characters that no header may have");
    if (allowed.values.front().empty()) return;
    const auto& values = allowed.values;
    if (std::find(values.begin(), values.end(), value) != values.end()) return;
    std::string list;
    for (const std::string_view one : values) {
      if (!one.empty()) list.append(list.empty() ? "" : ", ").append(one);
    }
    reader_.fail(node, name + " is '" + std::string(value) + "'; allowed: " + list);
  }

  YamlReader& reader_;
  std::filesystem::path folder_;
};

}  // namespace

Expected<WebConfig> parse_web_config(std::string_view yaml, const std::string& file) {
  auto reader = YamlReader::open(yaml, file);
  if (!reader) return failure(reader.error());
  const YAML::Node& root = reader->root();
  if (!root.IsDefined() || root.IsNull()) return WebConfig{};
  WebConfig config = Parser(*reader, file).read(root);
  if (reader->error()) return failure(*reader->error());
  return config;
}

Expected<WebConfig> read_web_config(const std::string& file) {
  auto text = base::read_file(file, kLargestFile);
  if (!text) return failure(text.error());
  return parse_web_config(*text, file);
}

}  // namespace hnv::exporter::front
