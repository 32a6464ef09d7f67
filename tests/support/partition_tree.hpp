// SPDX-License-Identifier: Apache-2.0
// The files of a partition with one HNV pair, bond191554c8 of enP16392p1s0 and a virtual device,
// as one distribution or another has them. For checks that read a tree.
#pragma once

#include <array>
#include <filesystem>
#include <string>

#include "tests/support/device_tree_fixture.hpp"
#include "tests/unit/checks/fixture_tree.hpp"

namespace hnv::test {

enum class Store { keyfile, ifcfg_rh, wicked };

struct PartitionKind {
  const char* name;
  const char* os_release;
  Store store;
  const char* powerpc_utils;
  bool has_fix;  // hcnmgr stores the primary
  bool has_vnic;
};

inline constexpr auto kPartitionKinds = std::to_array<PartitionKind>({
    {"rhel-8.4", "ID=\"rhel\"\nVERSION_ID=\"8.4\"\nPRETTY_NAME=\"Red Hat Enterprise Linux 8.4\"\n",
     Store::ifcfg_rh, "1.3.8-5.el8", false, false},
    {"rhel-8.6", "ID=\"rhel\"\nVERSION_ID=\"8.6\"\nPRETTY_NAME=\"Red Hat Enterprise Linux 8.6\"\n",
     Store::ifcfg_rh, "1.3.9-3.el8", false, true},
    {"rhel-8.10",
     "ID=\"rhel\"\nVERSION_ID=\"8.10\"\nPRETTY_NAME=\"Red Hat Enterprise Linux 8.10\"\n",
     Store::ifcfg_rh, "1.3.11-6.el8", true, true},
    {"rhel-9.0", "ID=\"rhel\"\nVERSION_ID=\"9.0\"\nPRETTY_NAME=\"Red Hat Enterprise Linux 9.0\"\n",
     Store::keyfile, "1.3.9-9.el9", false, true},
    {"rhel-9.4", "ID=\"rhel\"\nVERSION_ID=\"9.4\"\nPRETTY_NAME=\"Red Hat Enterprise Linux 9.4\"\n",
     Store::keyfile, "1.3.11-7.el9", true, true},
    {"sles-15.3",
     "ID=\"sles\"\nVERSION_ID=\"15.3\"\nPRETTY_NAME=\"SUSE Linux Enterprise Server 15 SP3\"\n",
     Store::keyfile, "1.3.8-150300.9", false, false},
    {"sles-15.4",
     "ID=\"sles\"\nVERSION_ID=\"15.4\"\nPRETTY_NAME=\"SUSE Linux Enterprise Server 15 SP4\"\n",
     Store::wicked, "1.3.10-150400.19", true, false},
    {"sles-15.5",
     "ID=\"sles\"\nVERSION_ID=\"15.5\"\nPRETTY_NAME=\"SUSE Linux Enterprise Server 15 SP5\"\n",
     Store::wicked, "1.3.11-150500.1", true, false},
    {"sles-16.0",
     "ID=\"sles\"\nVERSION_ID=\"16.0\"\nPRETTY_NAME=\"SUSE Linux Enterprise Server 16.0\"\n",
     Store::keyfile, "1.3.13-160000.1", true, false},
});

class PartitionTree : public checks::test::FixtureTree {
 public:
  explicit PartitionTree(const PartitionKind& kind) : kind_(kind) {
    write_platform();
    write_devices();
    write_bond();
    write_software();
    write_services();
    write_profiles();
  }

  void link(const std::string& file, const std::string& target) const {
    std::filesystem::create_directories(place(file).parent_path());
    std::filesystem::remove(place(file));
    std::filesystem::create_symlink(target, place(file));
  }
  void remove(const std::string& file) const { std::filesystem::remove_all(place(file)); }
  void replace_in(const std::string& file, const std::string& from, const std::string& to) const {
    std::string text = read(file);
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << file << " does not say " << from;
    if (at != std::string::npos) write(file, text.replace(at, from.size(), to));
  }

  [[nodiscard]] std::string virtual_device() const { return kind_.has_vnic ? "env6" : "env3"; }
  [[nodiscard]] std::string bond_profile() const {
    switch (kind_.store) {
      case Store::keyfile:
        return checks::test::kKeyfile;
      case Store::ifcfg_rh:
        return checks::test::kIfcfgRh;
      case Store::wicked:
        return checks::test::kWicked;
    }
    return {};
  }
  [[nodiscard]] std::string profile_of(const std::string& device) const {
    switch (kind_.store) {
      case Store::keyfile:
        return "/etc/NetworkManager/system-connections/bond191554c8-" + device + ".nmconnection";
      case Store::ifcfg_rh:
        return "/etc/sysconfig/network-scripts/ifcfg-bond191554c8-" + device;
      case Store::wicked:
        return "/etc/sysconfig/network/ifcfg-" + device;
    }
    return {};
  }
  [[nodiscard]] const char* virtual_node() const {
    return kind_.has_vnic ? "vdevice/vnic@30000006" : "vdevice/l-lan@30000003";
  }

  inline static const std::string kTree = "/sys/firmware/devicetree/base/";
  static constexpr const char* kBond = "/proc/net/bonding/bond191554c8";
  static constexpr const char* kPortNode = "pci@800000020004008/ethernet@0";
  static constexpr const char* kPort = "enP16392p1s0";

  void write_node(const std::string& node, std::uint32_t id, const std::string& mode) const {
    write(kTree + node + "/ibm,hcn-id", cell(id));
    write(kTree + node + "/ibm,hcn-mode", nul_ended(mode));
  }

 private:
  void write_platform() const {
    write("/proc/cpuinfo", "processor\t: 0\nplatform\t: pSeries\n");
    link("/proc/device-tree", "/sys/firmware/devicetree/base");  // leaves the tree, if one lets it
    write(kTree + "openprom/ibm,fw-vernum_encoded", nul_ended("FW950.30 (VL950_092)"));
    write(kTree + "ibm,migratable-partition", "");
    std::filesystem::create_directories(place(kTree + "ibm,persistent-memory"));
    write_node(kPortNode, 0x191554c8, "primary");
    write_node(virtual_node(), 0x191554c8, "backup");
    write("/etc/os-release", kind_.os_release);
    write("/proc/modules", "bonding 262144 0 - Live 0x0\n");
    write("/proc/1/comm", "systemd\n");
    write("/proc/700/comm", "IBM.DRMd\n");
    write("/var/log/hcnmgr", "====11-27-2026 10:00:00====\n[INFO]:hcnmgr -s\n");
  }

  void write_device(const std::string& name, const std::string& node, const std::string& bus,
                    const std::string& driver, const std::string& address) const {
    const std::string folder = "/sys/class/net/" + name;
    write(folder + "/address", address + "\n");
    link(folder + "/device/of_node", "../../../../firmware/devicetree/base/" + node);
    link(folder + "/device/driver", "../../../../bus/" + bus + "/drivers/" + driver);
    link(folder + "/device/subsystem", "../../../../bus/" + bus);
    std::filesystem::create_directories(place("/sys/bus/" + bus + "/drivers/" + driver));
  }

  void write_devices() const {
    write_device(kPort, kPortNode, "pci", "mlx5_core", "2e:7a:30:83:f5:00");
    write("/sys/class/net/enP16392p1s0/device/vendor", "0x15b3\n");
    write("/sys/class/net/enP16392p1s0/device/device", "0x1018\n");
    write_device(virtual_device(), virtual_node(), "vio", kind_.has_vnic ? "ibmvnic" : "ibmveth",
                 "2e:7a:32:2d:3d:06");
    write("/sys/class/net/bond191554c8/address", "2e:7a:30:83:f5:00\n");
    write("/ip_addr",
          "1: lo    inet 127.0.0.1/8 scope host lo\n"
          "5: bond191554c8    inet 192.0.2.7/24 brd 192.0.2.255 scope global bond191554c8\n");
  }

  void write_bond() const {
    write(kBond,
          "Ethernet Channel Bonding Driver: v5.14.0\n\n"
          "Bonding Mode: fault-tolerance (active-backup) (fail_over_mac follow)\n"
          "Primary Slave: enP16392p1s0 (primary_reselect always)\n"
          "Currently Active Slave: enP16392p1s0\nMII Status: up\n"
          "MII Polling Interval (ms): 100\nUp Delay (ms): 0\nDown Delay (ms): 0\n\n"
          "Slave Interface: enP16392p1s0\nMII Status: up\nSpeed: 25000 Mbps\n"
          "Permanent HW addr: 2e:7a:30:83:f5:00\n\n"
          "Slave Interface: " +
              virtual_device() +
              "\nMII Status: up\nPermanent HW addr: 2e:7a:32:2d:3d:06\nSlave queue ID: 0\n");
  }

  void write_software() const {
    const std::string ids = "if [ ${#HcnIds[@]} -eq 0 ]; then exit; fi; nmcli con delete x\n";
    write("/usr/sbin/hcnmgr",
          kind_.has_fix ? ids + "nmcli con mod id $B +bond.options \"primary=$D\"; wicked ifup $B\n"
                        : ids + "echo \"$DEVNAME\" >\"$BOND_PATH\"/active_slave\n");
    write("/installed-rpms",
          "DynamicRM-2.0.7-7.ppc64le   Mon Jan  5 10:00:00 2026\npowerpc-utils-" +
              std::string(kind_.powerpc_utils) + ".ppc64le  Mon Jan  5\n");
  }

  void write_services() const {
    const bool wicked = kind_.store == Store::wicked;
    const std::string service = wicked ? "wicked.service" : "NetworkManager.service";
    const std::string units = "/usr/lib/systemd/system/";
    const std::string links = "/etc/systemd/system/";
    write(units + service, "");
    write(units + "hcn-init.service", "");
    link(links + "multi-user.target.wants/" + service, units + service);
    link(links + service + ".wants/hcn-init.service", units + "hcn-init.service");
    if (std::string(kind_.name).rfind("sles", 0) == 0) {
      link(links + "network.service", units + service);
    }
  }

  void write_profiles() const {
    const bool fix = kind_.has_fix;
    const std::string virtual_name = virtual_device();
    switch (kind_.store) {
      case Store::keyfile:
        write(bond_profile(),
              "[connection]\nid=bond191554c8\nuuid=b1\ntype=bond\ninterface-name=bond191554c8\n"
              "[bond]\nmode=active-backup\nmiimon=100\nfail_over_mac=2\n" +
                  std::string(fix ? "primary=enP16392p1s0\n" : ""));
        write_keyfile_port(kPort);
        write_keyfile_port(virtual_name);
        break;
      case Store::ifcfg_rh:
        write(bond_profile(),
              "TYPE=Bond\nBONDING_MASTER=yes\nDEVICE=bond191554c8\nNAME=bond191554c8\nUUID=b1\n"
              "BONDING_OPTS=\"mode=active-backup miimon=100 fail_over_mac=2" +
                  std::string(fix ? " primary=enP16392p1s0" : "") + "\"\n");
        write_ifcfg_port(kPort);
        write_ifcfg_port(virtual_name);
        break;
      case Store::wicked:
        write(bond_profile(),
              "STARTMODE=auto\nBOOTPROTO=none\nBONDING_MASTER=yes\n"
              "BONDING_SLAVE_0=enP16392p1s0\nBONDING_SLAVE_1=" +
                  virtual_name +
                  "\nBONDING_MODULE_OPTS='mode=active-backup miimon=100 "
                  "fail_over_mac=2 primary=enP16392p1s0'\n");
        write(profile_of(kPort), "STARTMODE=hotplug\nBOOTPROTO=none\n");
        write(profile_of(virtual_name), "STARTMODE=hotplug\nBOOTPROTO=none\n");
        write("/var/lib/powerpc-utils/hcnmgr/191554c8/master", "bond191554c8\n");
        break;
    }
  }

  void write_keyfile_port(const std::string& device) const {
    write(profile_of(device), "[connection]\nid=bond191554c8-" + device + "\nuuid=" + device +
                                  "\ntype=ethernet\ninterface-name=" + device +
                                  "\nmaster=bond191554c8\nslave-type=bond\n");
  }
  void write_ifcfg_port(const std::string& device) const {
    write(profile_of(device), "TYPE=Ethernet\nNAME=bond191554c8-" + device + "\nDEVICE=" + device +
                                  "\nMASTER_UUID=b1\nMASTER=bond191554c8\nSLAVE=yes\n");
  }

  const PartitionKind& kind_;
};

}  // namespace hnv::test
