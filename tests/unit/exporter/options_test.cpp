// SPDX-License-Identifier: Apache-2.0
#include "exporter/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/exit_code.hpp"

namespace {

using namespace hnv;
using namespace hnv::exporter;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::variant<Options, EarlyExit> parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "hnv-exporter");
  return parse_options(static_cast<int>(arguments.size()), arguments.data());
}

Options options_of(const std::vector<const char*>& arguments) {
  auto parsed = parse(arguments);
  if (auto* exit = std::get_if<EarlyExit>(&parsed)) {
    ADD_FAILURE() << exit->text;
    return {};
  }
  return std::get<Options>(parsed);
}

EarlyExit exit_of(const std::vector<const char*>& arguments) {
  auto parsed = parse(arguments);
  if (std::holds_alternative<Options>(parsed)) {
    ADD_FAILURE() << "accepted";
    return {};
  }
  return std::get<EarlyExit>(parsed);
}

TEST(Options, HaveDefaults) {
  const Options options = options_of({});
  EXPECT_EQ(options.config_file, "/etc/hnv/hnv.yaml");
  EXPECT_FALSE(options.config_file_named);
  EXPECT_THAT(options.listen, ElementsAre(ListenAddress{"", 10468}));
  EXPECT_EQ(options.telemetry_path, "/metrics");
  EXPECT_EQ(options.max_requests, 0U) << "a lower one lets one client starve the scraper";
  EXPECT_EQ(options.status_file, "/run/hnv/watchdog.json");
  EXPECT_EQ(options.paths.sysfs, "/sys");
  EXPECT_TRUE(options.lpar_info);
  EXPECT_FALSE(options.node_bonding);
  EXPECT_EQ(options.log_level, base::LogLevel::info);
}

TEST(Options, AreTaken) {
  const Options options = options_of(
      {"--config.file=/a", "--web.listen-address=127.0.0.1:0", "--web.listen-address=:99",
       "--web.listen-address=unix:/s", "--web.systemd-socket", "--web.config.file=/w",
       "--web.telemetry-path=/m", "--web.max-requests=3", "--watchdog.status-file=/b",
       "--path.sysfs=/c", "--path.procfs=/d", "--path.devicetree=/e", "--no-collector.lpar-info",
       "--compat.node-bonding", "--log.level=debug", "--log.format=json"});
  EXPECT_EQ(options.config_file, "/a");
  EXPECT_TRUE(options.config_file_named);
  EXPECT_THAT(options.listen, ElementsAre(ListenAddress{"127.0.0.1", 0}, ListenAddress{"", 99},
                                          ListenAddress{"", 0, "/s"}));
  EXPECT_TRUE(options.systemd_socket);
  EXPECT_EQ(options.web_config_file, "/w");
  EXPECT_EQ(options.telemetry_path, "/m");
  EXPECT_EQ(options.max_requests, 3U);
  EXPECT_EQ(options.status_file, "/b");
  EXPECT_EQ(options.paths.sysfs, "/c");
  EXPECT_EQ(options.paths.procfs, "/d");
  EXPECT_EQ(options.paths.devicetree, "/e");
  EXPECT_FALSE(options.lpar_info);
  EXPECT_TRUE(options.node_bonding);
  EXPECT_EQ(options.log_level, base::LogLevel::debug);
  EXPECT_EQ(options.log_format, base::LogFormat::json);
}

TEST(Options, NamingTheDefaultFileIsNamingIt) {
  EXPECT_TRUE(options_of({"--config.file=/etc/hnv/hnv.yaml"}).config_file_named);
}

TEST(Options, HelpHasExamplesAndExitCodes) {
  const EarlyExit exit = exit_of({"--help"});
  EXPECT_EQ(exit.code, base::kExitOk);
  for (const char* word : {"Examples:", "Exit codes:", "78", "--web.listen-address", ":10468",
                           "/etc/hnv/hnv.yaml", "SIGHUP", "/-/ready"}) {
    EXPECT_THAT(exit.text, HasSubstr(word));
  }
}

TEST(Options, VersionIsOneLine) {
  const EarlyExit exit = exit_of({"--version"});
  EXPECT_EQ(exit.code, base::kExitOk);
  EXPECT_THAT(exit.text, ::testing::StartsWith("hnv-exporter, version "));
  EXPECT_EQ(std::count(exit.text.begin(), exit.text.end(), '\n'), 1);
}

TEST(Options, WrongOnesAreUsageErrorsThatNameThem) {
  const std::vector<std::pair<const char*, const char*>> wrong = {
      {"--no-such", "--no-such"},
      {"stray", "stray"},
      {"--log.level=loud", "loud"},
      {"--log.format=xml", "xml"},
      {"--web.listen-address=10468", "10468"},
      {"--web.listen-address=:port", ":port"},
      {"--web.max-requests=-1", "max-requests"},
      {"--web.telemetry-path=metrics", "'metrics'"},
      {"--web.telemetry-path=/-/metrics", "/-/"},
      {"--web.telemetry-path=/a b", "/a b"},
      {"--web.telemetry-path=/a/../b", "/a/../b"},
  };
  for (const auto& [argument, word] : wrong) {
    const EarlyExit exit = exit_of({argument});
    EXPECT_EQ(exit.code, base::kExitUsage) << argument;
    EXPECT_THAT(exit.text, HasSubstr(word)) << argument;
  }
}

TEST(ListenAddress, IsReadAndShown) {
  const std::vector<std::pair<const char*, ListenAddress>> right = {
      {":10468", {"", 10468}},
      {"127.0.0.1:0", {"127.0.0.1", 0}},
      {"10.0.0.1:65535", {"10.0.0.1", 65535}},
      {"[::1]:80", {"::1", 80}},
      {"localhost:80", {"localhost", 80}},
      {"unix:/run/a b.sock", {"", 0, "/run/a b.sock"}},
  };
  for (const auto& [text, address] : right) {
    const auto read = parse_listen_address(text);
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(*read, address) << text;
    EXPECT_EQ(read->to_string(), text);
  }
}

TEST(ListenAddress, RefusesWhatIsNone) {
  for (const char* text : {"",       "80",           ":",        ":x",     ":65536", ":-1",
                           ":80s",   "1.2.3.400:80", "1.2.3:80", "::1:80", "[::1]",  "[1.2.3.4]:80",
                           "[]:80",  "a,b:80",       "a b:80",   "0x1:80", "-:80",   "unix:",
                           "unix:a", "unix:/"}) {
    EXPECT_FALSE(parse_listen_address(text)) << text;
  }
}

}  // namespace
