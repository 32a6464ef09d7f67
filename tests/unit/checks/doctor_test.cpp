// SPDX-License-Identifier: Apache-2.0
// The doctor's table, and each of its checks on a partition as it should be, and on one with
// something broken, unreadable or absent.
#include <gtest/gtest.h>

#include <set>

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
using test::worst_of;
using test::write_ids;

// What there is to know about HNV from inside a partition, and what there is not.
constexpr auto kWantedChecks = std::to_array<const char*>(
    {"D-PLAT",    "D-FW",       "D-PUTIL", "D-BACKEND",    "D-DRM",   "D-BONDMOD", "D-CM",
     "D-INIT",    "D-CMSWITCH", "D-PAIR",  "D-DTNODE",     "D-NAME",  "D-IP",      "D-OPTS",
     "D-PRIMARY", "D-MAC",      "D-STALE", "D-STANDALONE", "D-COUNT", "D-VENDOR",  "D-VPMEM",
     "D-LOG",     "D-LPMREADY", "D-PORT",  "D-PROBE"});
constexpr auto kFromOutside = std::to_array<const char*>({"D-HMC", "D-VIOS", "D-DEST"});

TEST(DoctorTable, HasARowForEverythingThatIsAskedOfAPartition) {
  std::set<std::string_view> ids;
  for (const Check& check : all_checks()) {
    EXPECT_TRUE(ids.insert(check.id).second) << check.id << " is there twice";
    EXPECT_FALSE(check.title.empty()) << check.id;
    EXPECT_FALSE(check.statement.empty()) << check.id;
    EXPECT_FALSE(check.section.empty()) << check.id;
    const bool has_answer = check.examine != nullptr || !check.look.empty();
    EXPECT_TRUE(has_answer) << check.id << " neither looks nor says where to look";
  }
  for (const char* id : kWantedChecks) {
    const Check* check = find_check(id);
    ASSERT_NE(check, nullptr) << id;
    EXPECT_NE(check->examine, nullptr) << id;
  }
  for (const char* id : kFromOutside) {
    const Check* check = find_check(id);
    ASSERT_NE(check, nullptr) << id;
    EXPECT_EQ(check->examine, nullptr) << id;
  }
  EXPECT_EQ(ids.size(), kWantedChecks.size() + kFromOutside.size());
}

TEST(Doctor, FindsNothingWrongWithPartitionsAsTheyShouldBe) {
  for (const char* name : {"rhel-8.10", "rhel-9.4", "sles-15.4", "sles-15.5", "sles-16.0"}) {
    const Facts facts = facts_of(Partition(kind(name)));
    for (const Check& check : all_checks()) {
      const Findings findings = examine(check, facts);
      EXPECT_EQ(worst_of(findings), Severity::ok) << name << " " << check.id << "\n"
                                                  << text_of(findings);
      EXPECT_EQ(findings.empty(), check.examine == nullptr) << check.id;
    }
  }
}

// The releases of which the known issues tell: everything works, and no primary is stored.
TEST(Doctor, TellsTheKnownIssueOfOldReleases) {
  for (const char* name : {"rhel-8.4", "rhel-8.6", "rhel-9.0", "sles-15.3"}) {
    const Facts facts = facts_of(Partition(kind(name)));
    for (const Check& check : all_checks()) {
      const bool is_the_issue = check.id == "D-PRIMARY" || check.id == "D-PUTIL";
      EXPECT_EQ(worst_of(examine(check, facts)), is_the_issue ? Severity::warn : Severity::ok)
          << name << " " << check.id << "\n"
          << text_of(examine(check, facts));
    }
    EXPECT_NE(text_of(findings_of("D-PRIMARY", facts)).find("sudo hnvctl persist bond191554c8"),
              std::string::npos);
  }
}

constexpr const char* kAlone = "/etc/NetworkManager/system-connections/install.nmconnection";

constexpr const char* kProbedConfig = "bonds:\n  - name: bond191554c8\n    path: {}\n";

std::vector<Case> platform_cases() {
  return {
      {"emulated", "rhel-9.4", "D-PLAT", Severity::fail, "emulated by qemu",
       [](const auto& tree) {
         tree.write("/proc/cpuinfo", "platform\t: pSeries (emulated by qemu)\n");
       }},
      {"old firmware", "rhel-9.4", "D-FW", Severity::fail, "FW940.20",
       [](const auto& tree) {
         tree.write(Partition::kTree + "openprom/ibm,fw-vernum_encoded", "FW940.20 (VL940_050)");
       }},
      {"newer firmware", "rhel-9.4", "D-FW", Severity::ok, "FW1050.00",
       [](const auto& tree) {
         tree.write(Partition::kTree + "openprom/ibm,fw-vernum_encoded", "FW1050.00 (NL1050_010)");
       }},
      {"odd firmware", "rhel-9.4", "D-FW", Severity::unknown, "names no level",
       [](const auto& tree) {
         tree.write(Partition::kTree + "openprom/ibm,fw-vernum_encoded", "SLOF");
       }},
      {"vPMEM", "rhel-9.4", "D-VPMEM", Severity::fail, "1 vPMEM",
       [](const auto& tree) {
         tree.write(Partition::kTree + "ibm,persistent-memory/ibm,pmemory@4/reg", "");
       }},
      {"too many pairs", "rhel-9.4", "D-COUNT", Severity::fail, "12 HNV pairs",
       [](const auto& tree) { write_ids(tree, 11); }},
      {"a port that cannot move", "rhel-9.4", "D-PORT", Severity::warn, "1 Ethernet devices",
       [](const auto& tree) {
         tree.write(Partition::kTree + "pci@800000020004009/ethernet@0/reg", "");
       }},
      {"an error in the log", "rhel-9.4", "D-LOG", Severity::info, "error code 19",
       [](const auto& tree) {
         tree.write("/var/log/hcnmgr", "x\n[ERROR]: hcncfgdrc:error code 19, no device name\ny\n");
       }},
      {"a large log", "rhel-9.4", "D-LOG", Severity::warn, "truncate --size=0 /var/log/hcnmgr",
       [](const auto& tree) {
         std::filesystem::resize_file(tree.place("/var/log/hcnmgr"), std::uintmax_t{200} << 20U);
       }},
  };
}

std::vector<Case> software_cases() {
  return {
      {"no hcnmgr", "rhel-9.4", "D-PUTIL", Severity::fail, "dnf install powerpc-utils",
       [](const auto& tree) {
         tree.remove("/usr/sbin/hcnmgr");
         tree.write("/installed-rpms",
                    "DynamicRM-2.0.7-7.ppc64le\npowerpc-utils-1.3.6-1.ppc64le\n");
       }},
      {"a version alone", "sles-15.5", "D-PUTIL", Severity::fail, "1.3.9",
       [](const auto& tree) {
         tree.remove("/usr/sbin");
         tree.write("/installed-rpms", "powerpc-utils-1.3.9-1.ppc64le\n");
       }},
      {"one that deletes everything", "rhel-9.4", "D-PUTIL", Severity::fail, "every connection",
       [](const auto& tree) { tree.write("/usr/sbin/hcnmgr", "nmcli con delete $c\n"); }},
      {"a fix that was backported", "rhel-8.4", "D-PUTIL", Severity::ok, "stores the primary",
       [](const auto& tree) {
         tree.write("/usr/sbin/hcnmgr", "nmcli con mod $B +bond.options \"primary=$D\"\n");
       }},
      {"no DynamicRM", "rhel-9.4", "D-DRM", Severity::fail, "not installed",
       [](const auto& tree) {
         tree.write("/installed-rpms", "powerpc-utils-1.3.11-7.el9.ppc64le\n");
       }},
      {"old DynamicRM", "rhel-9.4", "D-DRM", Severity::fail, "2.0.7-6",
       [](const auto& tree) { tree.write("/installed-rpms", "DynamicRM-2.0.7-6.ppc64le\n"); }},
      {"DynamicRM that does not run", "rhel-9.4", "D-DRM", Severity::warn, "rmcctrl",
       [](const auto& tree) { tree.remove("/proc/700"); }},
      {"no module", "rhel-9.4", "D-BONDMOD", Severity::fail, "modprobe bonding max_bonds=0",
       [](const auto& tree) {
         tree.remove("/proc/net/bonding");
         tree.write("/proc/modules", "xfs 1 0 - Live 0x0\n");
       }},
      {"a stray bond0", "rhel-9.4", "D-BONDMOD", Severity::warn, "ip link delete bond0",
       [](const auto& tree) {
         tree.write("/proc/net/bonding/bond0",
                    "Bonding Mode: load balancing (round-robin)\nMII Status: down\n");
       }},
      {"neither manager", "rhel-9.4", "D-CM", Severity::fail, "enable --now NetworkManager",
       [](const auto& tree) { tree.remove("/etc/systemd/system/multi-user.target.wants"); }},
      {"wicked before SP4", "sles-15.3", "D-CM", Severity::fail, "disable --now wicked",
       [](const auto& tree) {
         tree.link("/etc/systemd/system/network.service", "wicked.service");
       }},
      {"another manager", "sles-15.5", "D-CM", Severity::fail, "systemd-networkd",
       [](const auto& tree) {
         tree.link("/etc/systemd/system/network.service", "systemd-networkd.service");
       }},
      {"hcn-init not enabled", "rhel-9.4", "D-INIT", Severity::fail,
       "sudo systemctl enable hcn-init.service",
       [](const auto& tree) { tree.remove("/etc/systemd/system/NetworkManager.service.wants"); }},
      {"hcn-init of the other manager", "sles-15.5", "D-INIT", Severity::fail,
       "connection manager's",
       [](const auto& tree) {
         tree.remove("/etc/systemd/system/wicked.service.wants");
         tree.link("/etc/systemd/system/x.wants/hcn-init-NetworkManager.service", "/x");
       }},
      {"NetworkManager's profile under wicked", "sles-15.5", "D-CMSWITCH", Severity::warn,
       "sudo rm",
       [](const auto& tree) {
         tree.write(test::kKeyfile,
                    "[connection]\nid=bond191554c8\ntype=bond\n"
                    "interface-name=bond191554c8\n");
       }},
  };
}

std::vector<Case> device_cases() {
  return {
      {"no backup", "rhel-9.4", "D-PAIR", Severity::fail, "no backup",
       [](const auto& tree) { tree.remove(Partition::kTree + tree.virtual_node()); }},
      {"no port", "rhel-9.4", "D-PAIR", Severity::warn, "no SR-IOV port",
       [](const auto& tree) { tree.remove(Partition::kTree + Partition::kPortNode); }},
      {"a node without an interface", "rhel-9.4", "D-DTNODE", Severity::warn,
       "no network interface",
       [](const auto& tree) {
         tree.remove("/sys/class/net/env6");
         tree.write(Partition::kBond, "Bonding Mode: fault-tolerance (active-backup)\n");
       }},
      {"an interface in no bond", "rhel-9.4", "D-DTNODE", Severity::warn, "in no bond",
       [](const auto& tree) { tree.remove(Partition::kBond); }},
      {"a vNIC before 8.6", "rhel-8.4", "D-BACKEND", Severity::fail, "vNIC",
       [](const auto& tree) { tree.write_node("vdevice/vnic@30000009", 0x191554c8, "backup"); }},
      {"a vNIC on SLES", "sles-15.5", "D-BACKEND", Severity::warn, "vNIC",
       [](const auto& tree) { tree.write_node("vdevice/vnic@30000009", 0x191554c8, "backup"); }},
      {"an hcnmgr that refuses vNICs", "rhel-9.4", "D-BACKEND", Severity::fail, "refuses vNICs",
       [](const auto& tree) {
         tree.write("/usr/sbin/hcnmgr",
                    "VERSION=\"1.0\"\nerr \"Backing device vnic not supported\"\n");
       }},
      {"RHEL 8.3", "rhel-8.4", "D-BACKEND", Severity::fail, "virtual Ethernet",
       [](const auto& tree) { tree.write("/etc/os-release", "ID=rhel\nVERSION_ID=8.3\n"); }},
      {"another vendor", "rhel-9.4", "D-VENDOR", Severity::fail, "0x8086",
       [](const auto& tree) {
         tree.write("/sys/class/net/enP16392p1s0/device/vendor", "0x8086\n");
       }},
      {"an unknown device", "rhel-9.4", "D-VENDOR", Severity::warn, "0x9999",
       [](const auto& tree) {
         tree.write("/sys/class/net/enP16392p1s0/device/device", "0x9999\n");
       }},
  };
}

std::vector<Case> bond_cases() {
  return {
      {"a renamed bond", "rhel-9.4", "D-NAME", Severity::fail, "rename the bond",
       [](const auto& tree) {
         tree.write("/proc/net/bonding/bond7", tree.read(Partition::kBond));
         tree.remove(Partition::kBond);
       }},
      {"a renamed profile of a port", "rhel-9.4", "D-NAME", Severity::fail,
       "nmcli connection modify 'my port' connection.id bond191554c8-enP16392p1s0",
       [](const auto& tree) {
         tree.replace_in(tree.profile_of(Partition::kPort), "id=bond191554c8-enP16392p1s0",
                         "id=my port");
       }},
      {"no address", "rhel-9.4", "D-IP", Severity::warn, "ipv4.method manual",
       [](const auto& tree) {
         tree.write("/ip_addr", "1: lo    inet 127.0.0.1/8 scope host lo\n");
       }},
      {"the network of another bond", "rhel-9.4", "D-IP", Severity::warn, "too",
       [](const auto& tree) {
         tree.write("/proc/net/bonding/bond0000beef",
                    "Bonding Mode: fault-tolerance (active-backup) (fail_over_mac follow)\n");
         tree.write("/ip_addr",
                    "5: bond191554c8    inet 192.0.2.7/24 scope global x\n"
                    "6: bond0000beef    inet 192.0.2.8/24 scope global x\n");
       }},
      {"another mode", "rhel-9.4", "D-OPTS", Severity::fail, "mode is balance-rr",
       [](const auto& tree) {
         tree.replace_in(Partition::kBond, "fault-tolerance (active-backup) (fail_over_mac follow)",
                         "load balancing (round-robin)");
       }},
      {"another fail_over_mac", "rhel-9.4", "D-OPTS", Severity::fail,
       "+bond.options fail_over_mac=2",
       [](const auto& tree) { tree.replace_in(Partition::kBond, " (fail_over_mac follow)", ""); }},
      {"no monitoring", "rhel-9.4", "D-OPTS", Severity::fail, "miimon is 0",
       [](const auto& tree) {
         tree.replace_in(Partition::kBond, "Interval (ms): 100", "Interval (ms): 0");
       }},
      {"another primary_reselect", "rhel-9.4", "D-OPTS", Severity::warn, "failure",
       [](const auto& tree) {
         tree.replace_in(Partition::kBond, "primary_reselect always", "primary_reselect failure");
       }},
      {"no primary", "rhel-9.4", "D-PRIMARY", Severity::fail,
       "echo enP16392p1s0 | sudo tee /sys/class/net/bond191554c8/bonding/primary",
       [](const auto& tree) {
         tree.replace_in(Partition::kBond, "Primary Slave: enP16392p1s0 (primary_reselect always)",
                         "Primary Slave: None");
       }},
      {"the wrong primary", "rhel-9.4", "D-PRIMARY", Severity::fail, "is env6, not enP16392p1s0",
       [](const auto& tree) {
         tree.replace_in(Partition::kBond, "Primary Slave: enP16392p1s0", "Primary Slave: env6");
       }},
      {"no stored primary", "rhel-9.4", "D-PRIMARY", Severity::warn, "has no primary",
       [](const auto& tree) { tree.replace_in(tree.bond_profile(), "primary=enP16392p1s0", ""); }},
      {"one address twice", "rhel-9.4", "D-MAC", Severity::fail, "env6 has 2e:7a:30:83:f5:00",
       [](const auto& tree) { tree.write("/sys/class/net/env6/address", "2e:7a:30:83:f5:00\n"); }},
  };
}

std::vector<Case> profile_cases() {
  return {
      {"a pair that is gone", "rhel-9.4", "D-STALE", Severity::warn,
       "sudo nmcli connection delete bond0000beef",
       [](const auto& tree) {
         tree.write("/etc/NetworkManager/system-connections/old.nmconnection",
                    "[connection]\nid=bond0000beef\ntype=bond\ninterface-name=bond0000beef\n");
       }},
      {"a state that is gone", "sles-15.5", "D-STALE", Severity::warn,
       "sudo rm -r /var/lib/powerpc-utils/hcnmgr/0000beef",
       [](const auto& tree) { tree.write("/var/lib/powerpc-utils/hcnmgr/0000beef/x", ""); }},
      {"a port of two bonds", "rhel-9.4", "D-STALE", Severity::fail, "is stored as port of",
       [](const auto& tree) {
         tree.write("/etc/NetworkManager/system-connections/old.nmconnection",
                    "[connection]\nid=bond0000beef-enP16392p1s0\ntype=ethernet\n"
                    "interface-name=enP16392p1s0\nmaster=bond0000beef\n");
       }},
      {"a profile of the installation", "rhel-9.4", "D-STANDALONE", Severity::fail,
       "sudo nmcli connection delete 'it'\\''s'",
       [](const auto& tree) {
         tree.write(kAlone, "[connection]\nid=it's\ntype=ethernet\ninterface-name=enP16392p1s0\n");
       }},
      {"a backup that is down", "rhel-9.4", "D-LPMREADY", Severity::warn, "env6 is not up",
       [](const auto& tree) {
         tree.replace_in(Partition::kBond, "Slave Interface: env6\nMII Status: up",
                         "Slave Interface: env6\nMII Status: down");
       }},
      {"a prober in a copy", "rhel-9.4", "D-PROBE", Severity::unknown, "is not in this tree",
       [](const auto& tree) { tree.write("/etc/hnv/hnv.yaml", kProbedConfig); }},
      {"a configuration that is wrong", "rhel-9.4", "D-PROBE", Severity::unknown,
       "hnv.yaml:1:", [](const auto& tree) { tree.write("/etc/hnv/hnv.yaml", "bonds: 7\n"); }},
      {"hcnmgr at work", "rhel-9.4", "D-LPMREADY", Severity::warn, "hcnrmdev is at work",
       [](const auto& tree) { tree.write("/proc/800/comm", "hcnrmdev\n"); }},
      {"a platform that cannot", "rhel-9.4", "D-LPMREADY", Severity::warn, "cannot migrate",
       [](const auto& tree) { tree.remove(Partition::kTree + "ibm,migratable-partition"); }},
  };
}

TEST(Doctor, TellsWhatIsBroken) {
  std::set<std::string> tried;
  for (const auto& cases :
       {platform_cases(), software_cases(), device_cases(), bond_cases(), profile_cases()}) {
    for (const Case& one : cases) {
      expect_case(one);
      tried.insert(one.id);
    }
  }
  for (const char* id : kWantedChecks) EXPECT_TRUE(tried.contains(id)) << id << " has no bad case";
}

// What each check needs. Without it, or with a folder in its place, it must say that it does not
// know, and neither that all is well nor that something is wrong.
struct Need {
  const char* id;
  std::string file;
};

std::vector<Need> needs() {
  const std::string tree = "/sys/firmware/devicetree/base";
  const std::string bonds = Partition::kBond;
  return {{"D-PLAT", "/proc/cpuinfo"},
          {"D-FW", tree + "/openprom/ibm,fw-vernum_encoded"},
          {"D-PUTIL", "/usr/sbin/hcnmgr"},
          {"D-DRM", "/installed-rpms"},
          {"D-BONDMOD", "/proc"},
          {"D-BACKEND", "/etc/os-release"},
          {"D-CM", "/etc/systemd"},
          {"D-INIT", "/etc/systemd"},
          {"D-CMSWITCH", "/etc"},
          {"D-PAIR", tree},
          {"D-PORT", tree},
          {"D-DTNODE", tree},
          {"D-NAME", "/proc/net"},
          {"D-IP", "/ip_addr"},
          {"D-OPTS", "/proc/net"},
          {"D-PRIMARY", "/proc/net"},
          {"D-MAC", "/proc/net"},
          {"D-STALE", "/etc"},
          {"D-STANDALONE", "/etc"},
          {"D-COUNT", tree},
          {"D-VENDOR", tree},
          {"D-VPMEM", tree},
          {"D-LPMREADY", "/proc/net"}};
}

TEST(Doctor, SaysThatItDoesNotKnowWhatIsAbsent) {
  for (const Need& need : needs()) {
    const Partition partition(kind("sles-16.0"));
    partition.remove(need.file);
    if (need.file == "/usr/sbin/hcnmgr") {
      partition.remove("/usr/sbin");
      partition.remove("/installed-rpms");
    }
    const Findings findings = findings_of(need.id, facts_of(partition));
    EXPECT_EQ(worst_of(findings), Severity::unknown) << need.id << "\n" << text_of(findings);
  }
}

TEST(Doctor, SaysThatItDoesNotKnowWhatCannotBeRead) {
  for (const Need& need : needs()) {
    const Partition partition(kind("sles-16.0"));
    partition.remove(need.file);
    partition.link(need.file, need.file);  // a loop: whoever follows it gets an error
    if (need.file == "/usr/sbin/hcnmgr") partition.remove("/installed-rpms");
    const Findings findings = findings_of(need.id, facts_of(partition));
    EXPECT_EQ(worst_of(findings), Severity::unknown) << need.id << "\n" << text_of(findings);
  }
}

TEST(Doctor, HasNothingToSayElsewhere) {
  const test::FixtureTree tree;
  tree.write("/proc/cpuinfo", "model name\t: some x86\n");
  const Facts facts = read_facts(Tree(tree.root()), [](auto read) { return read(); });
  EXPECT_TRUE(is_elsewhere(facts));
  for (const Check& check : all_checks()) {
    EXPECT_LE(worst_of(examine(check, facts)), Severity::info) << check.id;
  }
}

TEST(Tree, FollowsLinksAsThePartitionItselfWould) {
  const test::FixtureTree files;
  files.write("/inside/os-release", "ID=inside\n");
  std::filesystem::create_directories(files.place("/etc"));
  std::filesystem::create_symlink("/inside/os-release", files.place("/etc/os-release"));
  std::filesystem::create_symlink("../../../../../../../../etc/passwd", files.place("/etc/out"));
  const Tree tree(files.root());
  EXPECT_EQ(tree.read("/etc/os-release").value_or("?"), "ID=inside\n");
  EXPECT_EQ(tree.read("/etc/out").error().code, base::ErrorCode::not_found);
}

TEST(Versions, AreComparedAsRpmDoes) {
  EXPECT_LT(compare_versions("1.3.9-3.el8", "1.3.10"), 0);
  EXPECT_EQ(compare_versions("1.3.10-150400.19", "1.3.10"), 0);
  EXPECT_GT(compare_versions("2.0.7-10", "2.0.7-7"), 0);
  EXPECT_LT(compare_versions("1.0~rc1", "1.0"), 0);
  EXPECT_LT(compare_versions("1.a", "1.1"), 0);
}

}  // namespace
}  // namespace hnv::checks
