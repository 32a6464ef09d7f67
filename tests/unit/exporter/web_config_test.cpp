// SPDX-License-Identifier: Apache-2.0
#include "exporter/front/web_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace hnv::exporter::front;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

constexpr const char* kTls = "tls_server_config:\n  cert_file: c.pem\n  key_file: /k.pem\n";
constexpr const char* kHash = "$2b$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW";

WebConfig config_of(const std::string& yaml) {
  auto config = parse_web_config(yaml, "/etc/web.yaml");
  if (!config) {
    ADD_FAILURE() << config.error().to_string();
    return {};
  }
  return *config;
}

std::string error_of(const std::string& yaml) {
  const auto config = parse_web_config(yaml, "/etc/web.yaml");
  return config ? "accepted" : config.error().to_string();
}

TEST(WebConfig, EmptyIsNothing) {
  EXPECT_FALSE(config_of("").tls);
  EXPECT_TRUE(config_of("basic_auth_users:\n").users.empty());
}

// As the Prometheus exporters document theirs (docs/web-configuration.md of their toolkit).
TEST(WebConfig, IsThatOfOtherExporters) {
  const WebConfig config = config_of(std::string(kTls) + R"(
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: ca.pem
  client_allowed_sans: [a.example]
  min_version: TLS12
  max_version: TLS13
  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305]
  prefer_server_cipher_suites: false
  curve_preferences: [X25519, CurveP256]
http_server_config:
  http2: true
  headers:
    X-Frame-Options: deny
    Strict-Transport-Security: max-age=1
    X-XSS-Protection: ""
rate_limit:
  interval: 1s
  burst: 20
basic_auth_users:
  alice: )" + kHash + "\n");
  ASSERT_TRUE(config.tls);
  EXPECT_EQ(config.tls->certificate.file, "/etc/c.pem");
  EXPECT_EQ(config.tls->key.file, "/k.pem");
  EXPECT_EQ(config.tls->client_ca.file, "/etc/ca.pem");
  EXPECT_EQ(config.tls->client_auth, ClientAuth::require_and_verify);
  EXPECT_THAT(config.tls->client_sans, ElementsAre("a.example"));
  EXPECT_EQ(config.tls->ciphers, "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-CHACHA20-POLY1305");
  EXPECT_EQ(config.tls->curves, "X25519:P-256");
  EXPECT_FALSE(config.tls->prefer_server_ciphers);
  EXPECT_THAT(config.users, ElementsAre(Pair("alice", kHash)));
  EXPECT_THAT(config.headers, ElementsAre(Pair("Strict-Transport-Security", "max-age=1"),
                                          Pair("X-Frame-Options", "deny")));
  EXPECT_EQ(config.rate_limit, (RateLimitConfig{std::chrono::seconds(1), 20}));
}

TEST(WebConfig, RateLimitHasDurationsAsGoWritesThem) {
  using namespace std::chrono_literals;
  const auto interval = [](const std::string& text) {
    return config_of("rate_limit: {interval: " + text + ", burst: 2}").rate_limit;
  };
  EXPECT_EQ(interval("250ms")->interval, 250ms);
  EXPECT_EQ(interval("1.5s")->interval, 1500ms);
  EXPECT_EQ(interval("1m30s")->interval, 90s);
  EXPECT_EQ(interval("10us")->interval, 10us);
  EXPECT_EQ(interval("\"10\u00b5s\"")->interval, 10us);
  EXPECT_EQ(interval("0"), std::nullopt) << "off";
  EXPECT_EQ(interval("0s"), std::nullopt);
  EXPECT_EQ(config_of("rate_limit: {burst: 5}").rate_limit, std::nullopt);
  for (const std::string wrong :
       {"1", "s", "-1s", "1 s", "1e3s", "inf", "nans", "2h", "1d", "1s1"}) {
    EXPECT_THAT(error_of("rate_limit: {interval: " + wrong + ", burst: 2}"), HasSubstr("1s, 250ms"))
        << wrong;
  }
}

TEST(WebConfig, ClientsMayBeAskedForACertificateThatNobodyVerifies) {
  const auto auth = [](const std::string& words) {
    return config_of(std::string(kTls) + words).tls->client_auth;
  };
  EXPECT_EQ(auth("  client_auth_type: RequireClientCert\n"), ClientAuth::require_any);
  EXPECT_EQ(auth("  client_auth_type: RequestClientCert\n  client_ca_file: ca.pem\n"),
            ClientAuth::request);
  EXPECT_EQ(auth("  client_auth_type: RequireAnyClientCert\n  client_ca_file: ca.pem\n"
                 "  client_allowed_sans: [a.example]\n"),
            ClientAuth::require_any);
}

TEST(WebConfig, OldVersionsOfTlsAreRaised) {
  EXPECT_EQ(config_of(std::string(kTls) + "  min_version: TLS10\n").tls->min_version,
            TlsVersion::tls12);
  EXPECT_THAT(error_of(std::string(kTls) + "  max_version: TLS11\n"), HasSubstr("TLS12"));
}

struct Mistake {
  std::string yaml;
  std::string place;
  std::string words;
};

TEST(WebConfig, MistakesAreToldWithTheirPlaceAndWhatIsRight) {
  const std::string tls = kTls;
  for (const Mistake& mistake : std::vector<Mistake>{
           {"nonsense: 1\n", "1:1",
            "tls_server_config, basic_auth_users, http_server_config, rate_limit"},
           {"[]", "1:1", "a map"},
           {"a: b: c", "1:5", "parse"},
           {"tls_server_config: 5\n", "1:20", "a map"},
           {"tls_server_config:\n  cert_file: a\n", "2:3", "required: cert_file and key_file"},
           {tls + "  cert: x\n", "2:14", "one of them"},
           {tls + "  cert_fil: x\n", "4:3", "unknown key 'cert_fil'"},
           {tls + "  min_version: TLS9\n", "4:16", "TLS10, TLS11, TLS12, TLS13"},
           {tls + "  client_auth_type: Yes\n", "4:21", "RequireAndVerifyClientCert"},
           {tls + "  client_auth_type: RequireAndVerifyClientCert\n", "4:21", "client_ca_file"},
           {tls + "  client_ca_file: x\n", "2:3", "client_auth_type"},
           {tls + "  client_allowed_sans: [a]\n", "4:24", "RequireAnyClientCert"},
           {tls + "  client_auth_type: VerifyClientCertIfGiven\n  client_ca_file: x\n"
                  "  client_allowed_sans: [a]\n",
            "6:24", "RequireAndVerifyClientCert"},
           {"rate_limit: 5\n", "1:13", "a map"},
           {"rate_limit: {every: 1s}\n", "1:14", "interval, burst"},
           {"rate_limit: {interval: 1s, burst: 0}\n", "1:35", "1"},
           {tls + "  cipher_suites: [RC4]\n", "4:19", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"},
           {tls + "  curve_preferences: [P9]\n", "4:22", "CurveP256"},
           {tls + "  prefer_server_cipher_suites: perhaps\n", "4:32", "true, false"},
           {"http_server_config:\n  http2: 2\n", "2:10", "true, false"},
           {"http_server_config:\n  headers:\n    Server: x\n", "3:5", "X-Frame-Options"},
           {"http_server_config:\n  headers:\n    X-Frame-Options: no\n", "3:22",
            "deny, sameorigin"},
           {"http_server_config:\n  headers:\n    X-XSS-Protection: \"a\\r\\nb: c\"\n", "3:23",
            "no header"},
           {"basic_auth_users: [a]\n", "1:19", "a map"},
           {"basic_auth_users:\n  a: secret\n", "2:6", "htpasswd"},
           {"basic_auth_users:\n  \"a:b\": " + std::string(kHash) + "\n", "2:3", "colon"}}) {
    EXPECT_THAT(error_of(mistake.yaml), HasSubstr("/etc/web.yaml:" + mistake.place + ":"))
        << mistake.yaml;
    EXPECT_THAT(error_of(mistake.yaml), HasSubstr(mistake.words)) << mistake.yaml;
  }
}

TEST(WebConfig, NeverShowsAPassword) {
  EXPECT_THAT(error_of("basic_auth_users:\n  a: hunter2\n"), Not(HasSubstr("hunter2")));
}

TEST(WebConfig, HashesOfAbsurdCostAreRefused) {
  std::string hash = kHash;
  hash.replace(4, 2, "31");
  EXPECT_THAT(error_of("basic_auth_users:\n  a: " + hash + "\n"), HasSubstr("4 to 16"));
}

TEST(WebConfig, MissingFileIsAnError) {
  const auto config = read_web_config("/nowhere/web.yaml");
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().code, hnv::base::ErrorCode::not_found);
}

}  // namespace
