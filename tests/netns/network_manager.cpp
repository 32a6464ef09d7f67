// SPDX-License-Identifier: Apache-2.0
#include "tests/netns/network_manager.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "ctl/network_manager_store.hpp"
#include "tests/netns/netns.hpp"

namespace hnv::test {

namespace {

namespace fs = std::filesystem;

constexpr const char* kBusConfig = R"(<!DOCTYPE busconfig PUBLIC
 "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path=FOLDER/bus</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/><allow own="*"/><allow send_destination="*"/>
    <allow send_type="method_call"/><allow receive_sender="*"/>
  </policy>
</busconfig>
)";

// It stores profiles, and leaves every device alone.
constexpr const char* kConfig = R"([main]
plugins=keyfile
dhcp=internal
dns=none
rc-manager=unmanaged
auth-polkit=root-only
no-auto-default=*
[keyfile]
path=FOLDER/etc/NetworkManager/system-connections
[device]
managed=0
)";

std::string in_folder(std::string text, const fs::path& folder) {
  constexpr std::string_view kWord = "FOLDER";
  for (auto at = text.find(kWord); at != std::string::npos; at = text.find(kWord)) {
    text.replace(at, kWord.size(), folder.native());
  }
  return text;
}

// Its state files are in places that cannot be configured.
void hide_folder_of_this_machine(const char* folder) {
  if (::mount("none", folder, "tmpfs", 0, nullptr) != 0) {
    throw std::system_error(errno, std::generic_category(), folder);
  }
}

void enter_own_namespaces() {
  enter_own_network_namespace();
  if (::unshare(CLONE_NEWNS) != 0 ||
      ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
    throw std::system_error(errno, std::generic_category(), "own mounts");
  }
  hide_folder_of_this_machine("/run");
  hide_folder_of_this_machine("/var/lib");
}

}  // namespace

NetworkManager::NetworkManager(fs::path folder) : folder_(std::move(folder)) {
  enter_own_namespaces();
  fs::create_directories(profiles());
  fs::create_directories(folder_ / "conf.d");
  fs::create_directories("/run/NetworkManager/system-connections");
  std::ofstream(folder_ / "bus.conf") << in_folder(kBusConfig, folder_);
  std::ofstream(folder_ / "nm.conf") << in_folder(kConfig, folder_);
  ::setenv("DBUS_SYSTEM_BUS_ADDRESS", ("unix:path=" + (folder_ / "bus").native()).c_str(), 1);
}

NetworkManager::~NetworkManager() = default;

void NetworkManager::store(const fs::path& file, const std::string& text) const {
  std::ofstream(file, std::ios::binary) << text;
  constexpr mode_t kForItsOwnerOnly = 0600;
  if (::chmod(file.c_str(), kForItsOwnerOnly) != 0) throw std::runtime_error(file);
}

void NetworkManager::start() {
  if (std::string_view(HNV_NETWORK_MANAGER).empty()) {
    throw std::runtime_error(
        "NetworkManager was not found when the build was configured; "
        "scripts/bootstrap test unpacks it");
  }
  bus_ = std::make_unique<Program>(
      "/usr/bin/dbus-daemon",
      std::vector<std::string>{"--config-file=" + (folder_ / "bus.conf").native(), "--nofork",
                               "--nopidfile"},
      folder_ / "bus.log");
  if (!eventually([this] { return fs::exists(folder_ / "bus"); })) {
    throw std::runtime_error("no bus: " + bus_->output());
  }
  const std::string conf_d = (folder_ / "conf.d").native();
  daemon_ = std::make_unique<Program>(
      HNV_NETWORK_MANAGER,
      std::vector<std::string>{"--no-daemon", "--config=" + (folder_ / "nm.conf").native(),
                               "--config-dir=" + conf_d, "--system-config-dir=" + conf_d,
                               "--intern-config=" + (folder_ / "intern.conf").native(),
                               "--state-file=" + (folder_ / "state").native(),
                               "--pid-file=" + (folder_ / "pid").native()},
      folder_ / "nm.log");
  const auto answers = [] {
    const auto store = ctl::NetworkManagerStore::connect("/");
    return store && *store && (*store)->profiles();
  };
  if (!eventually(answers)) throw std::runtime_error("NetworkManager does not answer: " + log());
}

fs::path NetworkManager::profiles() const {
  return folder_ / "etc/NetworkManager/system-connections";
}

std::string NetworkManager::log() const {
  return daemon_ ? daemon_->output() : std::string();
}

}  // namespace hnv::test
