// SPDX-License-Identifier: Apache-2.0
// TLS and passwords, by a real OpenSSL client.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "front_fixture.hpp"
#include "test_certificate.hpp"
#include "tls_client.hpp"

namespace {

using namespace hnv;
using namespace hnv::exporter;
using namespace hnv::exporter::test;
using ::testing::HasSubstr;

constexpr const char* kTls = "tls_server_config:\n  cert_file: c.pem\n  key_file: k.pem\n";
// bcrypt of "secret" with cost 4.
constexpr const char* kUsers =
    "basic_auth_users:\n  user: $2b$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW\n";
// "user:secret"
constexpr const char* kRight = "Authorization: Basic dXNlcjpzZWNyZXQ=\r\n";
constexpr const char* kWrong = "Authorization: Basic dXNlcjp3cm9uZw==\r\n";

// Inline, so that no file has to be there before the folder is.
std::string indented(const std::string& pem) {
  std::string text = "|\n    ";
  for (const char c : pem) {
    text.push_back(c);
    if (c == '\n') text.append("    ");
  }
  return text + "\n";
}

std::string inline_tls(const TestCertificate& own, const std::string& more = {}) {
  return "tls_server_config:\n  cert: " + indented(own.certificate) +
         "  key: " + indented(own.key) + more;
}

TEST(FrontTls, Serves) {
  const WholeFront front(echo, {}, inline_tls(make_certificate("one")));
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient client;
    SSL_CTX_set_max_proto_version(client.context(), version);
    ASSERT_TRUE(client.connect(front.port()));
    for (int turn = 0; turn < 3; ++turn) EXPECT_EQ(client.ask().body, "/a ");
  }
}

TEST(FrontTls, RelaysLargeBodies) {
  const auto body = std::make_shared<const std::string>(std::size_t{5} * 1024 * 1024, 'x');
  const WholeFront front(
      [body](const HttpRequest&) {
        HttpResponse response;
        response.body = body;
        return response;
      },
      {}, inline_tls(make_certificate("one")));
  TlsClient client;
  ASSERT_TRUE(client.connect(front.port()));
  EXPECT_EQ(client.ask().body, *body);
}

TEST(FrontTls, OldVersionsAreRefused) {
  const WholeFront front(echo, {}, inline_tls(make_certificate("one")));
  TlsClient client;
  SSL_CTX_set_security_level(client.context(), 0);
  SSL_CTX_set_min_proto_version(client.context(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version(client.context(), TLS1_1_VERSION);
  EXPECT_FALSE(client.connect(front.port()));
}

TEST(FrontTls, RenegotiationIsRefused) {
  const WholeFront front(echo, {}, inline_tls(make_certificate("one")));
  TlsClient client;
  SSL_CTX_set_max_proto_version(client.context(), TLS1_2_VERSION);
  ASSERT_TRUE(client.connect(front.port()));
  SSL_renegotiate(client.tls());
  EXPECT_NE(SSL_do_handshake(client.tls()), 1);
}

TEST(FrontTls, PlainRequestIsToldWhatIsSpoken) {
  const WholeFront front(echo, {}, inline_tls(make_certificate("one")));
  const HttpReply reply = get(front.port(), "/");
  EXPECT_EQ(reply.status, 400);
  EXPECT_THAT(reply.body, HasSubstr("https://"));
}

TEST(FrontTls, GarbageAndHalfHandshakesHurtNobody) {
  front::Limits limits;
  limits.request = std::chrono::milliseconds(300);
  const WholeFront front(echo, limits, inline_tls(make_certificate("one")));
  const base::UniqueFd half = connect_to(front.port());
  send_text(half.get(), std::string("\x16\x03\x01\x02\x00\x01", 6));
  EXPECT_EQ(send_request(front.port(), "\x16 garbage garbage garbage").status, 0);
  TlsClient client;
  ASSERT_TRUE(client.connect(front.port()));
  EXPECT_EQ(client.ask().status, 200);
  EXPECT_EQ(read_reply(half.get()).status, 0) << "cut by its deadline";
}

// 0: the client was not let in. By TLS 1.2, where it hears that from its handshake.
int status_for(const WholeFront& front, const TestCertificate* own) {
  TlsClient client;
  SSL_CTX_set_max_proto_version(client.context(), TLS1_2_VERSION);
  if (own != nullptr) client.use(*own);
  return client.connect(front.port()) ? client.ask().status : 0;
}

TEST(FrontTls, ClientsNeedACertificateOfTheRightHand) {
  const TestCertificate authority = make_certificate("authority");
  const WholeFront front(
      echo, {},
      inline_tls(make_certificate("one"), "  client_ca: " + indented(authority.certificate) +
                                              "  client_auth_type: RequireAndVerifyClientCert\n"
                                              "  client_allowed_sans: [friend]\n"));
  const auto status = [&front](const TestCertificate* own) { return status_for(front, own); };
  const TestCertificate friend_of = make_certificate("friend", &authority);
  const TestCertificate stranger = make_certificate("stranger", &authority);
  const TestCertificate impostor = make_certificate("friend");
  EXPECT_EQ(status(&friend_of), 200);
  EXPECT_EQ(status(&stranger), 0);
  EXPECT_EQ(status(&impostor), 0);
  EXPECT_EQ(status(nullptr), 0);
}

TEST(FrontTls, NamesAreCheckedAlsoWhereNobodyVerifiesWhoGaveThem) {
  const WholeFront front(echo, {},
                         inline_tls(make_certificate("one"),
                                    "  client_auth_type: RequireAnyClientCert\n"
                                    "  client_allowed_sans: [friend]\n"));
  const auto status = [&front](const TestCertificate* own) { return status_for(front, own); };
  const TestCertificate friendly = make_certificate("friend");
  const TestCertificate stranger = make_certificate("stranger");
  EXPECT_EQ(status(&friendly), 200);
  EXPECT_EQ(status(&stranger), 0);
  EXPECT_EQ(status(nullptr), 0);
}

TEST(FrontTls, NewCertificateIsTakenAndConnectionsStay) {
  WholeFront front(echo, {}, inline_tls(make_certificate("one")));
  TlsClient old;
  ASSERT_TRUE(old.connect(front.port()));
  EXPECT_EQ(old.ask().status, 200);
  front.folder().write("web.yaml", inline_tls(make_certificate("two")));
  ASSERT_TRUE(front.reload());
  EXPECT_EQ(old.ask().status, 200);
  TlsClient fresh;
  ASSERT_TRUE(fresh.connect(front.port()));
  EXPECT_EQ(fresh.name_of_server(), "two");
}

TEST(FrontTls, BadNewFileIsToldAndTheOldStays) {
  WholeFront front(echo, {}, inline_tls(make_certificate("one")));
  front.folder().write("web.yaml", kTls);
  const auto reloaded = front.reload();
  ASSERT_FALSE(reloaded);
  EXPECT_THAT(reloaded.error().to_string(), HasSubstr("c.pem"));
  TlsClient client;
  ASSERT_TRUE(client.connect(front.port()));
  EXPECT_EQ(client.name_of_server(), "one");
}

std::string reason_of(const std::string& certificate, const std::string& key,
                      const std::string& more = {}) {
  const hnv::test::TemporaryFolder folder;
  if (!certificate.empty()) folder.write("c.pem", certificate);
  if (!key.empty()) folder.write("k.pem", key);
  folder.write("web.yaml", kTls + more);
  const auto settings = front::WebSettingsFile::open(folder.path() / "web.yaml");
  return settings ? "accepted" : settings.error().to_string();
}

TEST(FrontTls, MistakesInFilesAreToldBeforeAnythingIsServed) {
  const TestCertificate one = make_certificate("one");
  const TestCertificate two = make_certificate("two");
  EXPECT_EQ(reason_of(one.certificate, one.key), "accepted");
  EXPECT_THAT(reason_of("", one.key), HasSubstr("c.pem"));
  EXPECT_THAT(reason_of("text", one.key), HasSubstr("no certificate"));
  EXPECT_THAT(reason_of(one.certificate, "text"), HasSubstr("no private key"));
  EXPECT_THAT(reason_of(one.certificate, two.key), HasSubstr("does not belong"));
  // An EC key cannot be used with a suite for RSA keys: only a handshake shows it.
  EXPECT_THAT(reason_of(one.certificate, one.key,
                        "  max_version: TLS12\n"
                        "  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]\n"),
              HasSubstr("handshake with ourselves"));
}

std::string with(const char* header) {
  return std::string("GET / HTTP/1.1\r\nHost: x\r\n") + header + "Connection: close\r\n\r\n";
}

TEST(FrontPasswords, AreAskedFor) {
  const WholeFront front(echo, {}, kUsers);
  const HttpReply none = get(front.port(), "/-/healthy");
  EXPECT_EQ(none.status, 401);
  EXPECT_THAT(none.header("WWW-Authenticate"), HasSubstr("Basic"));
  EXPECT_EQ(send_request(front.port(), with(kWrong)).status, 401);
  EXPECT_EQ(send_request(front.port(), with(kRight)).status, 200);
  EXPECT_EQ(send_request(front.port(), with(kRight)).status, 200);
}

TEST(FrontPasswords, GuessingIsHeldBackAndWhoIsKnownIsNot) {
  const WholeFront front(echo, {}, kUsers);
  EXPECT_EQ(send_request(front.port(), with(kRight)).status, 200);
  for (std::size_t turn = 0; turn < front::Limits{}.wrong_passwords; ++turn) {
    EXPECT_EQ(send_request(front.port(), with(kWrong)).status, 401);
  }
  const HttpReply held = send_request(front.port(), with(kWrong));
  EXPECT_EQ(held.status, 429);
  EXPECT_NE(held.header("Retry-After"), "");
  EXPECT_EQ(send_request(front.port(), with(kRight)).status, 200);
}

TEST(FrontPasswords, ChangeIsTakenWithoutASignal) {
  WholeFront front(echo, {}, kUsers);
  EXPECT_EQ(get(front.port(), "/").status, 401);
  front.folder().write("web.yaml", "");
  int status = 401;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (status != 200 && std::chrono::steady_clock::now() < end) {
    status = get(front.port(), "/").status;
  }
  EXPECT_EQ(status, 200);
}

TEST(FrontHeaders, OfTheUserTakeThePlaceOfOurs) {
  const WholeFront front(echo, {},
                         "http_server_config:\n  headers:\n    X-Frame-Options: deny\n"
                         "    Content-Security-Policy: default-src 'self'\n");
  for (const char* target : {"/", "/%"}) {
    const HttpReply reply = get(front.port(), target);
    EXPECT_EQ(reply.header("X-Frame-Options"), "deny");
    EXPECT_EQ(reply.header("Content-Security-Policy"), "default-src 'self'");
    EXPECT_EQ(reply.headers.find("frame-ancestors"), std::string::npos);
  }
}

}  // namespace
