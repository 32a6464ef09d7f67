// SPDX-License-Identifier: Apache-2.0
// hnv-exporter as a user meets it: addresses, the web configuration, signals, attacks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include "base/exit_code.hpp"
#include "tests/netns/netns.hpp"
#include "tests/netns/program.hpp"
#include "tls_client.hpp"

namespace {

using namespace hnv;
using namespace hnv::exporter::test;
using test::eventually;
using test::Program;
using testing::HasSubstr;
namespace fs = std::filesystem;

struct ExporterProgram : testing::Test {
  fs::path folder =
      fs::path(testing::TempDir()) / ("hnv_exporter_program." + std::to_string(::getpid()));
  fs::path log = folder / "log";
  std::string web = folder / "web.yaml";

  static void SetUpTestSuite() {
    test::enter_own_network_namespace();
    test::set_loopback(true);
  }
  void SetUp() override {
    fs::remove_all(folder);
    fs::create_directories(folder);
  }
  void TearDown() override { fs::remove_all(folder); }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder / name) << text;
  }
  void write_tls(const TestCertificate& own) const {
    write("cert.pem", own.certificate);
    write("key.pem", own.key);
    write("web.yaml", "tls_server_config:\n  cert_file: cert.pem\n  key_file: key.pem\n");
  }
  [[nodiscard]] Program start(std::vector<std::string> arguments) const {
    return {HNV_EXPORTER, std::move(arguments), log};
  }
};

std::uint16_t port_of(const Program& program) {
  EXPECT_TRUE(program.says("event=ready")) << program.output();
  const std::string output = program.output();
  std::smatch match;
  const bool found =
      std::regex_search(output, match, std::regex("event=listening address=[^ \n]*:(\\d+)"));
  EXPECT_TRUE(found) << output;
  return found ? static_cast<std::uint16_t>(std::stoi(match[1])) : std::uint16_t{0};
}

TEST_F(ExporterProgram, ServesEveryFamily) {
  const std::string path = folder / "http";
  Program program = start({"--web.listen-address=:0", "--web.listen-address=[::1]:0",
                           "--web.listen-address=unix:" + path});
  const auto port = port_of(program);
  EXPECT_EQ(get(port, "/metrics").status, 200);
  EXPECT_EQ(get(Ipv6Port{port}, "/metrics").status, 200) << "the same port";
  EXPECT_EQ(get(path, "/-/healthy").body, "healthy\n");
  program.signal(SIGTERM);
  EXPECT_EQ(program.wait(), base::kExitOk);
  EXPECT_FALSE(fs::exists(path));
}

// The address space that glibc reserves for a heap of a thread's own: HEAP_MAX_SIZE of
// malloc/arena.c, 64 MiB, the first part of which is in use.
std::size_t heaps_of_threads(const Program& program) {
  std::ifstream maps("/proc/" + std::to_string(program.pid()) + "/maps");
  std::size_t count = 0;
  constexpr std::uint64_t kWhole = std::uint64_t{64} * 1024 * 1024;
  for (std::string line; std::getline(maps, line);) {
    std::size_t dash = 0;
    const std::uint64_t begin = std::stoull(line, &dash, 16);
    const std::uint64_t end = std::stoull(line.substr(dash + 1), nullptr, 16);
    const bool reserved = line.find(" ---p ") != std::string::npos;
    if (reserved && end % kWhole == 0 && end - begin > kWhole / 2 && end - begin < kWhole) ++count;
  }
  return count;
}

TEST_F(ExporterProgram, HasOneHeapForAllThreads) {
  const Program program = start({"--web.listen-address=127.0.0.1:0"});
  const auto port = port_of(program);
  for (int scrape = 0; scrape < 3; ++scrape) EXPECT_EQ(get(port, "/metrics").status, 200);
  EXPECT_EQ(heaps_of_threads(program), 0U);
}

TEST_F(ExporterProgram, TakesANewCertificateOnSignalWithoutDroppingAConnection) {
  write_tls(make_certificate("one"));
  Program program = start({"--web.listen-address=127.0.0.1:0", "--web.config.file=" + web});
  const auto port = port_of(program);
  TlsClient old;
  ASSERT_TRUE(old.connect(port));
  EXPECT_EQ(old.ask().status, 404);
  write_tls(make_certificate("two"));
  program.signal(SIGHUP);
  const auto name_now = [port] {
    TlsClient client;
    return client.connect(port) ? client.name_of_server() : "";
  };
  EXPECT_TRUE(eventually([&] { return name_now() == "two"; }));
  EXPECT_EQ(old.ask().status, 404) << "the connection from before";
  write("web.yaml", "nonsense: 1\n");
  program.signal(SIGHUP);
  EXPECT_TRUE(program.says("event=web_config_rejected"));
  EXPECT_EQ(name_now(), "two");
  program.signal(SIGTERM);
  EXPECT_EQ(program.wait(), base::kExitOk);
}

TEST_F(ExporterProgram, BadOrMissingWebConfigurationEndsItBeforeAPortIsOpen) {
  write("web.yaml", "tls_server_config:\n  cert_file: cert.pem\n  key_file: key.pem\n");
  for (const std::string& file : {web, std::string(folder / "none.yaml")}) {
    Program program = start({"--web.listen-address=127.0.0.1:0", "--web.config.file=" + file});
    EXPECT_EQ(program.wait(), base::kExitConfig);
    EXPECT_THAT(program.output(), HasSubstr("event=web_config_rejected"));
    EXPECT_EQ(program.output().find("event=listening"), std::string::npos);
  }
}

TEST_F(ExporterProgram, PasswordsAreInNoLog) {
  // Of "secret".
  write("web.yaml",
        "basic_auth_users:\n  user: "
        "$2b$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW\n");
  Program program =
      start({"--web.listen-address=127.0.0.1:0", "--web.config.file=" + web, "--log.level=debug"});
  const auto port = port_of(program);
  const auto status = [port](const std::string& pair) {
    return send_request(port,
                        "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                        "Authorization: Basic " +
                            pair + "\r\n\r\n")
        .status;
  };
  EXPECT_EQ(get(port, "/metrics").status, 401);
  EXPECT_EQ(status("dXNlcjpodW50ZXIy"), 401);  // hunter2
  EXPECT_EQ(status("dXNlcjpzZWNyZXQ="), 200);
  for (const char* word : {"hunter2", "secret", "dXNlcjp", "abcdefghijklmnopqrstuu"}) {
    EXPECT_EQ(program.output().find(word), std::string::npos) << word;
  }
}

TEST_F(ExporterProgram, TakesSocketsFromTheServiceManager) {
  const std::string path = folder / "http";
  Program program("/usr/bin/systemd-socket-activate",
                  {"--listen=" + path, HNV_EXPORTER, "--web.systemd-socket"}, log);
  // The socket is there a moment before one can connect.
  ASSERT_TRUE(program.says("Listening on " + path)) << program.output();
  EXPECT_EQ(get(path, "/-/healthy").status, 200);
  // It answers before it has said so.
  EXPECT_TRUE(program.says("address=unix:" + path)) << program.output();
  program.signal(SIGTERM);
  EXPECT_EQ(program.wait(), base::kExitOk);
}

TEST_F(ExporterProgram, WithoutSocketsFromTheServiceManagerItSaysSo) {
  Program program = start({"--web.systemd-socket"});
  EXPECT_EQ(program.wait(), base::kExitFailure);
  EXPECT_THAT(program.output(), HasSubstr(".socket unit"));
}

// Other tests run beside this one, so the bar on time is a loose one; by hand it is a second.
TEST_F(ExporterProgram, StandsAnAttackInTheClearAndWithTls) {
  for (const bool tls : {false, true}) {
    std::vector<std::string> arguments = {"--seconds", "5",         "--slowest",   "4",
                                          "--idle",    "600",       "--attackers", "8",
                                          "--program", HNV_EXPORTER};
    if (tls) arguments.emplace_back("--tls");
    Program attack(HNV_SOURCE_DIR "/scripts/attack", std::move(arguments), log);
    EXPECT_EQ(attack.wait(), 0) << attack.output();
  }
}

}  // namespace
