// SPDX-License-Identifier: Apache-2.0
// Fixes that fit the partition: its connection manager, what is installed, and what is in use.
#include "tests/unit/checks/doctor_case.hpp"

namespace hnv::checks {
namespace {

using test::Case;
using test::expect_case;
using test::facts_of;
using test::findings_of;
using test::kind;
using test::Partition;
using test::text_of;

const std::string kUnits = "/usr/lib/systemd/system/";
constexpr const char* kFollow = " (fail_over_mac follow)";
constexpr const char* kWickedAgain =
    "sudo wicked ifdown bond191554c8 && sudo wicked ifup bond191554c8";

void use_wicked(const Partition& tree) {
  tree.link("/etc/systemd/system/network.service", "wicked.service");
}

const std::vector<Case>& manager_cases() {
  static const std::vector<Case> cases{
      {"no NetworkManager to switch to", "sles-15.3", "D-CM", Severity::fail,
       "sudo zypper install NetworkManager && sudo systemctl disable --now wicked && sudo "
       "systemctl enable --now NetworkManager hcn-init.service",
       [](const auto& tree) {
         use_wicked(tree);
         tree.remove(kUnits + "NetworkManager.service");
       }},
      {"the unit for NetworkManager", "sles-15.3", "D-CM", Severity::fail,
       "from a console: sudo systemctl disable --now wicked && sudo systemctl enable --now "
       "NetworkManager hcn-init-NetworkManager.service; then configure the interfaces anew",
       [](const auto& tree) {
         use_wicked(tree);
         tree.write(kUnits + "hcn-init-NetworkManager.service", "");
       }},
      {"neither manager is installed", "rhel-9.4", "D-CM", Severity::fail,
       "sudo dnf install NetworkManager && sudo systemctl enable --now NetworkManager",
       [](const auto& tree) {
         tree.remove("/etc/systemd/system/multi-user.target.wants");
         tree.remove(kUnits + "NetworkManager.service");
       }},
      {"an option under wicked", "sles-15.5", "D-OPTS", Severity::fail,
       "set fail_over_mac=2 in BONDING_MODULE_OPTS of /etc/sysconfig/network/ifcfg-bond191554c8",
       [](const auto& tree) { tree.replace_in(Partition::kBond, kFollow, ""); }},
      {"an option under wicked, and its activation", "sles-15.5", "D-OPTS", Severity::fail,
       kWickedAgain, [](const auto& tree) { tree.replace_in(Partition::kBond, kFollow, ""); }},
      {"no address under wicked", "sles-15.5", "D-IP", Severity::warn,
       "IPADDR=ADDRESS/PREFIX in /etc/sysconfig/network/ifcfg-bond191554c8",
       [](const auto& tree) { tree.write("/ip_addr", ""); }},
      {"one address twice under wicked", "sles-15.5", "D-MAC", Severity::fail, kWickedAgain,
       [](const auto& tree) { tree.write("/sys/class/net/env3/address", "2e:7a:30:83:f5:00\n"); }},
  };
  return cases;
}

const std::vector<Case>& limit_cases() {
  static const std::vector<Case> cases{
      {"pairs and other vNICs", "rhel-9.4", "D-COUNT", Severity::warn, "11 of both",
       [](const auto& tree) {
         for (const unsigned unit : {1U, 2U, 3U, 4U, 5U}) {
           tree.write_node("vdevice/l-lan@3000002" + std::to_string(unit), unit, "backup");
         }
         for (const char* unit : {"1", "2", "3", "4", "5"}) {
           tree.write(Partition::kTree + "vdevice/vnic@4000000" + unit + "/reg", "");
         }
       }},
      {"pairs of ten vNICs", "rhel-9.4", "D-COUNT", Severity::ok, "10 HNV pairs",
       [](const auto& tree) { write_ids(tree, 9); }},
      {"wicked's own way to store the primary", "sles-15.5", "D-PUTIL", Severity::ok,
       "stores the primary",
       [](const auto& tree) {
         tree.write("/usr/sbin/hcnmgr",
                    "wicked ifup $B; suse_ifcfg_bond_set_primary \"$B\" \"$D\"\n");
       }},
      {"wicked's way, where NetworkManager makes the network", "sles-15.3", "D-PUTIL",
       Severity::warn, "sets no primary",
       [](const auto& tree) {
         tree.write("/usr/sbin/hcnmgr",
                    "wicked ifup $B; suse_ifcfg_bond_set_primary \"$B\" \"$D\"\n");
       }},
      {"a later hcnmgr with an error for other backups", "rhel-9.4", "D-BACKEND", Severity::ok,
       "is a vNIC",
       [](const auto& tree) {
         tree.write("/usr/sbin/hcnmgr", "VERSION=\"1.1\"\nerr \"Backing device not supported\"\n");
       }},
  };
  return cases;
}

constexpr const char* kOther = "/etc/sysconfig/network/ifcfg-";

const std::vector<Case>& leftover_cases() {
  static const std::vector<Case> cases{
      {"wicked's file of a port alone, not in use", "rhel-9.4", "D-STANDALONE", Severity::info,
       "not in use",
       [](const auto& tree) { tree.write(std::string(kOther) + "env6", "BOOTPROTO=dhcp\n"); }},
      {"wicked's file of a pair that is gone, not in use", "rhel-9.4", "D-STALE", Severity::info,
       "ifcfg-bond0000beef",
       [](const auto& tree) {
         tree.write(std::string(kOther) + "bond0000beef", "BONDING_MASTER=yes\n");
       }},
      {"a port of another bond, stored for the other manager", "rhel-9.4", "D-STALE", Severity::ok,
       "everything stored",
       [](const auto& tree) {
         tree.write(std::string(kOther) + "bond191554c8",
                    "BONDING_MASTER=yes\nBONDING_SLAVE_0=enP16392p1s0\n");
       }},
      {"NetworkManager's profile of a port alone, under wicked", "sles-15.5", "D-STANDALONE",
       Severity::info, "not in use",
       [](const auto& tree) {
         tree.write("/etc/NetworkManager/system-connections/a.nmconnection",
                    "[connection]\nid=a\ntype=ethernet\ninterface-name=env3\n");
       }},
  };
  return cases;
}

TEST(DoctorFix, FitsTheManagerInUse) {
  for (const Case& one : manager_cases()) expect_case(one);
}

TEST(DoctorFix, CountsEachThingOnce) {
  for (const Case& one : limit_cases()) expect_case(one);
}

TEST(DoctorFix, LeavesTheManagerNotInUseAlone) {
  for (const Case& one : leftover_cases()) expect_case(one);
}

TEST(DoctorFix, NamesNoNmcliUnderWicked) {
  const Partition partition(kind("sles-15.5"));
  partition.replace_in(Partition::kBond, kFollow, "");
  partition.replace_in(Partition::kBond, "Interval (ms): 100", "Interval (ms): 0");
  partition.write("/ip_addr", "");
  partition.write("/sys/class/net/env3/address", "2e:7a:30:83:f5:00\n");
  const Facts facts = facts_of(partition);
  for (const Check& check : all_checks()) {
    const std::string text = text_of(examine(check, facts));
    EXPECT_EQ(text.find("nmcli"), std::string::npos) << check.id << ": " << text;
  }
}

TEST(Doctor, DoesNotDenyAPairOfWhichADeviceIsMissing) {
  const Partition partition(kind("rhel-9.4"));
  partition.remove(Partition::kTree + partition.virtual_node());
  const std::string text = text_of(findings_of("D-BACKEND", facts_of(partition)));
  EXPECT_EQ(text, "info partition: nothing to check: no HNV device is of the kind | \n");
}

TEST(Tree, ListsAsManyEntriesAsItsReaderAllows) {
  const test::FixtureTree files;
  for (const char* pid : {"1", "2", "3"}) files.write(std::string("/proc/") + pid + "/comm", "");
  const Tree tree(files.root());
  EXPECT_EQ(tree.list("/proc", 2).error().code, base::ErrorCode::too_large);
  EXPECT_EQ(tree.list("/proc", 3).value_or(std::vector<std::string>{}).size(), 3U);
}

}  // namespace
}  // namespace hnv::checks
