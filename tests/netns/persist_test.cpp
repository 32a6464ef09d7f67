// SPDX-License-Identifier: Apache-2.0
// The primary stored by a real NetworkManager, over D-Bus. There is no bonding driver here, so that
// nothing is activated; the profile of the bond is all there is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "ctl/network_manager_store.hpp"
#include "ctl/nm_settings.hpp"
#include "ctl/persister.hpp"
#include "tests/netns/network_manager.hpp"
#include "tests/unit/checks/sample_bond.hpp"

namespace {

using namespace hnv;
using namespace hnv::ctl;
using checks::test::migrated_bond;
using checks::test::sample_bond;
using checks::test::sample_devices;
using testing::HasSubstr;
namespace fs = std::filesystem;

constexpr const char* kBond = "bond191554c8";

std::string read(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

// As hcnmgr makes it, of the given release.
std::string hcnmgr_profile(const std::string& tree) {
  return read(fs::path(HNV_SOURCE_DIR) / "tests/unit/checks/trees" / tree /
              "etc/NetworkManager/system-connections/bond191554c8.nmconnection");
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << text;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

struct PersistWithNetworkManager : testing::Test {
  fs::path folder = fs::path(testing::TempDir()) / ("hnv_persist." + std::to_string(::getpid()));
  std::unique_ptr<test::NetworkManager> manager;
  std::unique_ptr<NetworkManagerStore> store;
  fs::path file;
  fs::path port_file;

  void SetUp() override {
    fs::remove_all(folder);
    fs::create_directories(folder);
    manager = std::make_unique<test::NetworkManager>(folder);
    file = manager->profiles() / "bond191554c8.nmconnection";
    port_file = manager->profiles() / "bond191554c8-enP16392p1s0.nmconnection";
  }
  void TearDown() override {
    store.reset();
    manager.reset();
    fs::remove_all(folder);
  }

  void start_with(const std::string& profile) {
    manager->store(file, profile);
    manager->start();
    store = std::move(*NetworkManagerStore::connect("/"));
    ASSERT_NE(store, nullptr);
  }
  PersistResult persist(const BondReport& bond, const PersistOrder& order = {}) {
    return persist_primary(bond, sample_devices(), *store, order, [] { return std::nullopt; });
  }
  // What it holds in memory, not what is in the file.
  std::string loaded_primary() {
    const auto stored = store->profiles();
    const auto found = stored->of(kBond);
    if (found.size() != 1 || !found.front()->primary) return "";
    return found.front()->primary->value;
  }
};

TEST_F(PersistWithNetworkManager, StoresAMissingPrimaryAndNothingElse) {
  const std::string before = hcnmgr_profile("rhel9-hcnmgr-1.3.10");
  const std::string port =
      "[connection]\nid=bond191554c8-enP16392p1s0\n"
      "uuid=6f9d2a3c-7e0b-4d39-9f0e-1b8c5ad2a001\ntype=ethernet\n"
      "interface-name=enP16392p1s0\nmaster=bond191554c8\nslave-type=bond\n";
  manager->store(port_file, port);
  start_with(before);
  const auto result = persist(sample_bond());
  EXPECT_EQ(result.outcome, PersistOutcome::written) << result.reason;
  EXPECT_EQ(result.state, checks::StoredPrimary::missing);
  EXPECT_EQ(read(file),
            replaced(before, "mode=active-backup\n", "mode=active-backup\nprimary=enP16392p1s0\n"));
  EXPECT_EQ(read(port_file), port);
  EXPECT_EQ(loaded_primary(), "enP16392p1s0");
  struct stat status {};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_THAT(result.change, testing::Contains("+primary=enP16392p1s0"));
  EXPECT_EQ(persist(sample_bond()).outcome, PersistOutcome::unchanged);
}

TEST_F(PersistWithNetworkManager, ReplacesTheNameOfADeviceThatIsGone) {
  const std::string before = replaced(hcnmgr_profile("rhel9"), "enP16392p1s0", "enP2p0s1");
  start_with(before);
  const auto result = persist(migrated_bond());
  EXPECT_EQ(result.outcome, PersistOutcome::written) << result.reason;
  EXPECT_EQ(result.state, checks::StoredPrimary::gone_device);
  EXPECT_EQ(read(file), replaced(before, "enP2p0s1", "enP32775p1s0"));
}

TEST_F(PersistWithNetworkManager, KeepsEverythingElseOfARichProfile) {
  const std::string addresses =
      "[ipv4]\nmethod=manual\naddress1=192.0.2.7/24,192.0.2.1\ndns=192.0.2.53;\n"
      "dns-search=example.org;\nroute1=198.51.100.0/24,192.0.2.2,50\nroute1_options=mtu=9000\n\n"
      "[ipv6]\nmethod=manual\naddress1=2001:db8::7/64\nroute1=2001:db8:1::/48,2001:db8::1\n\n"
      "[user]\norg.example.note=a b; c\n\n[ethtool]\nfeature-gro=false\n\n[proxy]\n";
  const std::string plain = hcnmgr_profile("rhel9-hcnmgr-1.3.10");
  start_with(plain.substr(0, plain.find("[ipv4]")) + addresses);
  // NetworkManager brings the file into its own order first.
  const auto first = persist(migrated_bond());
  ASSERT_EQ(first.outcome, PersistOutcome::written) << first.reason << manager->log();
  const std::string ordered = read(file);
  EXPECT_THAT(ordered, HasSubstr("route1_options=mtu=9000"));
  EXPECT_THAT(ordered, HasSubstr("org.example.note=a b; c"));
  EXPECT_THAT(ordered, HasSubstr("address1=2001:db8::7/64"));
  const auto result = persist(sample_bond(), {false, true});
  EXPECT_EQ(result.outcome, PersistOutcome::written) << result.reason;
  EXPECT_EQ(read(file), replaced(ordered, "primary=enP32775p1s0", "primary=enP16392p1s0"));
}

TEST_F(PersistWithNetworkManager, ADryRunShowsAndChangesNothing) {
  const std::string before = hcnmgr_profile("rhel9-hcnmgr-1.3.10");
  start_with(before);
  const auto result = persist(sample_bond(), {true, false});
  EXPECT_EQ(result.outcome, PersistOutcome::would_write);
  EXPECT_THAT(result.change, testing::Contains("+primary=enP16392p1s0"));
  EXPECT_EQ(read(file), before);
  EXPECT_EQ(loaded_primary(), "");
}

TEST_F(PersistWithNetworkManager, LeavesAPrimaryThatMayBeMeant) {
  const std::string before = replaced(hcnmgr_profile("rhel9"), "enP16392p1s0", "env3");
  start_with(before);
  EXPECT_EQ(persist(sample_bond()).outcome, PersistOutcome::not_written);
  EXPECT_EQ(read(file), before);
}

TEST_F(PersistWithNetworkManager, RefusesAFileThatWasEditedAndNotLoaded) {
  start_with(hcnmgr_profile("rhel9-hcnmgr-1.3.10"));
  const std::string edited =
      replaced(hcnmgr_profile("rhel9-hcnmgr-1.3.10"), "miimon=100\n", "miimon=100\nprimary=x0\n");
  manager->store(file, edited);
  const auto result = persist(sample_bond());
  EXPECT_EQ(result.outcome, PersistOutcome::not_written);
  EXPECT_THAT(result.reason, HasSubstr("nmcli connection reload"));
  EXPECT_EQ(read(file), edited);
}

TEST_F(PersistWithNetworkManager, RefusesAProfileWithSecrets) {
  const std::string before = hcnmgr_profile("rhel9-hcnmgr-1.3.10") +
                             "\n[802-1x]\neap=peap;\nidentity=a\npassword=hidden\n"
                             "phase2-auth=mschapv2\n";
  start_with(before);
  const auto result = persist(sample_bond());
  EXPECT_EQ(result.outcome, PersistOutcome::not_written);
  EXPECT_THAT(result.reason, HasSubstr("802-1x can hold secrets"));
  EXPECT_EQ(read(file), before);
}

TEST_F(PersistWithNetworkManager, RefusesChangesThatAreNotStored) {
  const std::string before = hcnmgr_profile("rhel9-hcnmgr-1.3.10");
  start_with(before);
  constexpr const char* kService = "org.freedesktop.NetworkManager";
  constexpr const char* kConnection = "org.freedesktop.NetworkManager.Settings.Connection";
  constexpr const char* kPath = "/org/freedesktop/NetworkManager/Settings/1";
  sd_bus* bus = nullptr;
  sd_bus_message* settings = nullptr;
  sd_bus_message* update = nullptr;
  ASSERT_GE(sd_bus_open_system(&bus), 0);
  ASSERT_GE(sd_bus_call_method(bus, kService, kPath, kConnection, "GetSettings", nullptr, &settings,
                               nullptr),
            0);
  ASSERT_GE(
      sd_bus_message_new_method_call(bus, &update, kService, kPath, kConnection, "UpdateUnsaved"),
      0);
  NmSettings read_back;
  ASSERT_GE(read_settings(settings, read_back), 0);
  ASSERT_GE(sd_bus_message_rewind(settings, 1), 0);
  ASSERT_GE(copy_with_primary(update, settings, read_back, "x0"), 0);
  ASSERT_GE(sd_bus_call(bus, update, 0, nullptr, nullptr), 0);
  sd_bus_message_unref(update);
  sd_bus_message_unref(settings);
  sd_bus_flush_close_unref(bus);
  const auto result = persist(sample_bond());
  EXPECT_EQ(result.outcome, PersistOutcome::not_written);
  EXPECT_THAT(result.reason, HasSubstr("changes that are not stored"));
  EXPECT_EQ(read(file), before);
}

TEST_F(PersistWithNetworkManager, TakesTheProfileThatWeTakeForTheOneThatCounts) {
  const std::string base = hcnmgr_profile("rhel9");
  manager->store("/run/NetworkManager/system-connections/b.nmconnection",
                 replaced(base, "enP16392p1s0", "fromrun"));
  start_with(replaced(base, "enP16392p1s0", "frometc"));
  fs::create_directories(folder / "run/NetworkManager");
  fs::copy("/run/NetworkManager/system-connections",
           folder / "run/NetworkManager/system-connections", fs::copy_options::recursive);
  const auto ours = checks::read_stored_profiles(folder);
  ASSERT_EQ(ours.of(kBond).size(), 1U);
  EXPECT_EQ(loaded_primary(), ours.of(kBond).front()->primary->value);
}

TEST_F(PersistWithNetworkManager, IsNotThereWithoutABus) {
  const auto none = NetworkManagerStore::connect("/");
  ASSERT_TRUE(none) << none.error().to_string();
  EXPECT_EQ(*none, nullptr);
}

}  // namespace
