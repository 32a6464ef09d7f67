// SPDX-License-Identifier: Apache-2.0
// What the checks of the doctor are about: facts of one partition, each read once, or the reason
// why it could not be read.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/expected.hpp"
#include "checks/stored_profile.hpp"
#include "checks/tree.hpp"
#include "hnv/device_tree.hpp"
#include "hnv/partition.hpp"
#include "hnv/path_health.hpp"

namespace hnv::checks {

enum class Family { red_hat, suse, other };

// /etc/os-release.
struct Distribution {
  Family family = Family::other;
  std::string name;  // "Red Hat Enterprise Linux 8.6 (Ootpa)"
  unsigned major = 0;
  unsigned minor = 0;  // of SUSE: the service pack

  [[nodiscard]] bool is_at_least(unsigned wanted_major, unsigned wanted_minor) const {
    return major > wanted_major || (major == wanted_major && minor >= wanted_minor);
  }
};

// What hcnmgr, a shell script, does about the primary and which devices it takes. Distributions
// backport fixes, so that its text decides and not its version.
struct HcnmgrScript {
  bool stores_primary = false;            // in the profile: 1.3.11 and later
  bool stores_primary_of_wicked = false;  // in wicked's file
  bool writes_primary = false;            // to the kernel: 1.3.10 and later
  bool writes_active_slave = false;       // 1.3.8 and 1.3.9
  bool knows_wicked = false;              // 1.3.10 and later
  bool refuses_vnic = false;              // 1.3.9; later ones have the message too
  bool deletes_everything = false;        // where there is no HNV pair; before 1.3.9
};

// Names and versions ("2.0.7-7"); `source` says where they were read.
struct Packages {
  std::map<std::string, std::string> versions;
  std::string source;
};

// systemd's links, as `systemctl enable` makes them.
struct Services {
  std::set<std::string> enabled;  // units with a link in some *.wants folder of /etc or /usr/lib
  std::set<std::string> present;  // hcn-init*.service, NetworkManager.service, wicked.service
  std::string network_alias;      // what network.service stands for; empty: no such link
};

// Names as in /proc/PID/comm, and where they were read.
struct Processes {
  std::set<std::string> names;
  std::string source;
};

// A network interface with a device behind it.
struct NetDevice {
  std::string name;
  std::string driver;  // empty: not told
  std::string node;    // path below the device tree's root; empty: not told
  std::string vendor;  // "0x15b3"; empty: no PCI device
  std::string device;  // "0x1016"
};

// A profile of NetworkManager, or an interface's configuration of wicked.
struct Connection {
  ProfileFormat format = ProfileFormat::keyfile;
  std::filesystem::path file;
  std::string id;
  std::string interface;
  std::string controller;  // a name or an UUID; empty: none
  bool is_bond = false;
  bool from_installer = false;          // written in the initial RAM disk
  std::vector<std::string> controlled;  // of a bond of wicked: its slaves
  bool operator==(const Connection&) const = default;
};

struct Profiles {
  StoredProfiles bonds;
  std::vector<Connection> connections;  // bonds too
};

struct Address {
  std::string device;
  std::string text;     // "192.0.2.1"
  unsigned prefix = 0;  // bits
  std::string network;  // the text's first `prefix` bits, for comparison
  bool operator==(const Address&) const = default;
};

struct LogFile {
  std::uintmax_t size = 0;
  std::string last_error;  // its last line with an error code; empty: none near its end
};

// What hnv-prober says of a bond that the kernel has.
struct ToldPath {
  PathHealth health;                                // what of it may be believed
  PathVerdict published = PathVerdict::not_judged;  // what it says, believed or not
  bool fresh = false;                               // confirmed within the last rounds
  base::BootClock::duration age{};                  // since it was confirmed
  base::BootClock::duration lasting{};              // since it is what it is
};

struct Facts {
  std::string root = "/";
  base::Expected<std::string> platform;  // "pSeries", from /proc/cpuinfo; empty: no such line
  base::Expected<Distribution> distribution;
  base::Expected<std::string> firmware;  // "FW950.30 (VL950_092)"
  base::Expected<DeviceTreeScan> device_tree;
  base::Expected<unsigned> vnics;                // nodes, HNV or not
  base::Expected<unsigned> persistent_memories;  // vPMEM volumes
  base::Expected<unsigned> plain_ports;          // SR-IOV ports without an hcn-id
  base::Expected<bool> migratable;               // the platform says so
  base::Expected<bool> bonding_module;
  base::Expected<HcnmgrScript> hcnmgr;
  base::Expected<Packages> packages;
  base::Expected<Services> services;
  base::Expected<Processes> processes;
  base::Expected<std::vector<NetDevice>> devices;
  base::Expected<std::vector<BondReport>> bonds;
  base::Expected<std::set<std::string>> bonds_with_path;  // that hnv.yaml wants to be probed
  base::Expected<std::map<std::string, ToldPath>> paths;  // by bond; those that a prober tells of
  base::Expected<Profiles> profiles;
  base::Expected<std::vector<Address>> addresses;
  base::Expected<std::set<std::string>> hcnmgr_states;  // folders of hcnmgr: hcn-ids
  base::Expected<LogFile> hcnmgr_log;
};

// An HNV device: what the firmware, the interface and the bond say of it together.
struct Member {
  HcnId hcn_id;
  NodeType type = NodeType::pci;
  std::optional<HcnMode> mode;
  std::string node;
  std::string device;  // the interface; empty: none, or not known
  [[nodiscard]] bool is_sriov() const {
    return mode ? *mode == HcnMode::primary : type == NodeType::pci;
  }
};

// Of all nodes that carry an hcn-id. Empty when the device tree cannot be read.
std::vector<Member> members_of(const Facts& facts);
// By node and by hcn-id; empty when the device tree cannot be read.
std::set<HcnId> hcn_ids_of(const Facts& facts);
// The HNV bonds that the kernel has, by their name or their slaves.
std::vector<const BondReport*> hnv_bonds_of(const Facts& facts);
// Whether anything at all speaks of HNV: nodes, bonds, profiles.
bool has_hnv(const Facts& facts);

// Error not_found with this reason: the tree is a copy that has no such thing.
base::Error not_in_copy(const std::string& what);

}  // namespace hnv::checks
