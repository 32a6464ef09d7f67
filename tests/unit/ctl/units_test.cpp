// SPDX-License-Identifier: Apache-2.0
// What the systemd units in packaging/ promise elsewhere: in tmpfiles.d, in the exit codes, in the
// documents. systemd-analyze (scripts/bootstrap test) judges the rest.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <map>
#include <sstream>
#include <string>

#include "base/exit_code.hpp"
#include "checks/doctor/doctor_file.hpp"
#include "hnv/paths.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/unit/ctl/repository_file.hpp"

namespace hnv {
namespace {

std::string read(const std::string& file) {
  return test::read_repository_file("packaging/systemd/" + file);
}

// Settings by name; a list that is set twice keeps both, separated by a blank.
std::map<std::string, std::string> unit(const std::string& name) {
  std::istringstream lines(read(name + ".service.in"));
  std::map<std::string, std::string> settings;
  for (std::string line; std::getline(lines, line);) {
    const auto equals = line.find('=');
    if (line.empty() || line[0] == '#' || line[0] == '[' || equals == std::string::npos) continue;
    std::string& value = settings[line.substr(0, equals)];
    value += (value.empty() ? "" : " ") + line.substr(equals + 1);
  }
  return settings;
}

void expect_restarts(std::map<std::string, std::string> settings) {
  const std::string codes =
      std::to_string(base::kExitUsage) + " " + std::to_string(base::kExitConfig);
  EXPECT_EQ(settings["Restart"], "on-failure");
  EXPECT_EQ(settings["RestartPreventExitStatus"], codes);
  EXPECT_EQ(settings["StartLimitIntervalSec"], "0");
  EXPECT_EQ(settings["Type"], "notify");
  EXPECT_NE(settings["WatchdogSec"], "");
}

// A unit as it is installed, with a program that is there.
class InstalledUnit {
 public:
  explicit InstalledUnit(const std::string& name) : file_(folder_.path() / (name + ".service")) {
    std::string text = read(name + ".service.in");
    fill_in(text, "@HNV_SBIN_DIR@", folder_.path());
    fill_in(text, "@HNV_BIN_DIR@", folder_.path());
    fill_in(text, "@HNV_CONFIG_FILE@", kConfigFile);
    folder_.write(file_.filename(), text);
    std::filesystem::create_symlink("/bin/true", folder_.path() / name);
    std::filesystem::create_symlink("/bin/true", folder_.path() / "hnvctl");
  }

  // systemd-analyze's words about it, and whether it is content.
  [[nodiscard]] std::pair<bool, std::string> judged_by(const std::string& command) const {
    const std::string line = "systemd-analyze " + command + " " + file_.native() + " 2>&1";
    FILE* output = ::popen(line.c_str(), "r");
    std::string text;
    std::array<char, 4096> piece{};
    while (const std::size_t count = std::fread(piece.data(), 1, piece.size(), output)) {
      text.append(piece.data(), count);
    }
    return {::pclose(output) == 0, text};
  }

 private:
  static void fill_in(std::string& text, const std::string& name, const std::string& value) {
    for (auto at = text.find(name); at != std::string::npos; at = text.find(name)) {
      text.replace(at, name.size(), value);
    }
  }

  test::TemporaryFolder folder_;
  std::filesystem::path file_;
};

// The score is ten times what systemd-analyze prints: 2.0 at most.
TEST(Units, AreExposedAsLittleAsTheirWorkAllows) {
  for (const char* name : {"hnv-watchdog", "hnv-prober", "hnv-exporter", "hnv-doctor"}) {
    const auto [content, text] =
        InstalledUnit(name).judged_by("security --offline=true --threshold=20 --no-pager");
    EXPECT_TRUE(content) << text;
    EXPECT_NE(text.find("Overall exposure level for"), std::string::npos) << text;
  }
}

TEST(Units, AreUnderstoodBySystemdWithoutAWarning) {
  for (const char* name : {"hnv-watchdog", "hnv-prober", "hnv-exporter", "hnv-doctor"}) {
    const auto [content, text] = InstalledUnit(name).judged_by("verify --man=no");
    EXPECT_TRUE(content) << text;
    EXPECT_EQ(text, "");
  }
}

TEST(Units, GiveUpOnlyWhereARestartCannotHelp) {
  expect_restarts(unit("hnv-watchdog"));
  expect_restarts(unit("hnv-prober"));
  expect_restarts(unit("hnv-exporter"));
}

TEST(Units, GiveTheWatchdogAndTheProberOneCapabilityAndTheExporterNone) {
  auto watchdog = unit("hnv-watchdog");
  EXPECT_EQ(watchdog["AmbientCapabilities"], "CAP_NET_ADMIN");
  EXPECT_EQ(watchdog["CapabilityBoundingSet"], "CAP_NET_ADMIN");
  EXPECT_EQ(watchdog["RestrictAddressFamilies"], "AF_NETLINK AF_UNIX");
  // In a user namespace of its own the capability would not reach the host's network.
  EXPECT_FALSE(watchdog.contains("PrivateUsers"));
  auto prober = unit("hnv-prober");
  EXPECT_EQ(prober["AmbientCapabilities"], "CAP_NET_RAW");
  EXPECT_EQ(prober["CapabilityBoundingSet"], "CAP_NET_RAW");
  EXPECT_EQ(prober["RestrictAddressFamilies"], "AF_PACKET AF_NETLINK AF_UNIX");
  EXPECT_FALSE(prober.contains("PrivateUsers"));
  EXPECT_EQ("/run/" + prober["RuntimeDirectory"],
            std::filesystem::path(kProberStatusFile).parent_path());
  auto exporter = unit("hnv-exporter");
  EXPECT_FALSE(exporter.contains("AmbientCapabilities"));
  ASSERT_TRUE(exporter.contains("CapabilityBoundingSet"));
  EXPECT_EQ(exporter["CapabilityBoundingSet"], "");
  EXPECT_EQ(exporter["RestrictAddressFamilies"], "AF_INET AF_INET6 AF_NETLINK AF_UNIX");
  EXPECT_NE(exporter["User"], watchdog["User"]);
}

TEST(Units, LetProcessesAndTheDeviceTreeBeSeen) {
  for (const char* name : {"hnv-watchdog", "hnv-prober", "hnv-exporter", "hnv-doctor"}) {
    EXPECT_FALSE(unit(name).contains("ProtectProc")) << name;
    EXPECT_FALSE(unit(name).contains("ProcSubset")) << name;
  }
}

// Root writes below a folder that the watchdog may write too: sticky, so that the watchdog cannot
// put something else into the place of what root writes.
TEST(Units, ShareOneFolderInWhichRootsPartsAreSafe) {
  auto watchdog = unit("hnv-watchdog");
  const std::string folder = std::filesystem::path(kWatchdogStatusFile).parent_path();
  EXPECT_EQ(watchdog["ReadWritePaths"], folder);
  const std::string made = read("hnv.tmpfiles.conf");
  EXPECT_NE(made.find("\nd " + folder + " 1775 root " + watchdog["Group"] + " -\n"),
            std::string::npos);
  for (const auto& part : {Paths{}.hook_notes, Paths{}.pauses}) {
    EXPECT_EQ(part.parent_path(), folder);
    EXPECT_NE(made.find("\nd " + part.native() + " 0755 root root -\n"), std::string::npos);
  }
  // systemd would give all of it to the unit's user.
  EXPECT_FALSE(watchdog.contains("RuntimeDirectory"));
  EXPECT_NE("/run/" + unit("hnv-exporter")["RuntimeDirectory"], folder);
}

// Root without a capability, that can write into that folder and nowhere else.
TEST(Units, LetTheDoctorWriteItsFindingsOnly) {
  auto doctor = unit("hnv-doctor");
  const std::string folder = std::filesystem::path(checks::kDoctorFile).parent_path();
  EXPECT_EQ(doctor["ReadWritePaths"], folder);
  EXPECT_EQ(doctor["ProtectSystem"], "strict");
  ASSERT_TRUE(doctor.contains("CapabilityBoundingSet"));
  EXPECT_EQ(doctor["CapabilityBoundingSet"], "");
  EXPECT_FALSE(doctor.contains("User"));
  EXPECT_EQ(doctor["ExecStart"],
            std::string("@HNV_BIN_DIR@/hnvctl doctor --json --output=") + checks::kDoctorFile);
  EXPECT_NE(read("hnv-doctor.timer").find("\nOnUnitActiveSec="), std::string::npos);
}

TEST(Units, KeepTheIdentityOverABoot) {
  auto watchdog = unit("hnv-watchdog");
  EXPECT_EQ(std::filesystem::path(kIdentityFile).parent_path(),
            "/var/lib/" + watchdog["StateDirectory"]);
}

TEST(Units, RunAsUsersThatAreMade) {
  for (const char* name : {"hnv-watchdog", "hnv-prober", "hnv-exporter"}) {
    auto settings = unit(name);
    EXPECT_EQ(settings["User"], settings["Group"]);
    EXPECT_NE(read("hnv.sysusers.conf").find("\nu " + settings["User"] + " - "), std::string::npos);
  }
}

}  // namespace
}  // namespace hnv
