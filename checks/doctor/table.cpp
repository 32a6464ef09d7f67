// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "checks/doctor/examine.hpp"

namespace hnv::checks {

namespace {

constexpr std::string_view kRequirements = "Requirements";
constexpr std::string_view kConfiguration = "HNV configuration";
constexpr std::string_view kMigration = "Live Partition Mobility";
constexpr std::string_view kKnownIssues = "Known issues";
constexpr std::string_view kImplied = "implied";

constexpr auto kChecks = std::to_array<Check>({
    {"D-PLAT", "Platform",
     "HNV is a function of PowerVM partitions; hcnmgr does nothing elsewhere.", kRequirements,
     examine_platform, ""},
    {"D-FW", "Firmware level", "The firmware of the machine must be at level FW950 or later.",
     kRequirements, examine_firmware,
     "service packs that are pending or deferred: HMC, Updates of the system"},
    {"D-PUTIL", "powerpc-utils",
     "powerpc-utils must be 1.3.8 or later on RHEL 8.4+ and SLES 15 SP3, 1.3.10 or later on SLES "
     "15 "
     "SP4+. Only hcnmgr of 1.3.11 or later, or with its fix, stores the primary in the profile.",
     kRequirements, examine_powerpc_utils, ""},
    {"D-DRM", "DynamicRM and RSCT",
     "DynamicRM 2.0.7-7 or later passes the HMC's commands to the partition; without it the HMC "
     "can "
     "neither add an HNV device nor migrate.",
     kRequirements, examine_dynamic_rm,
     "whether the HMC sees the partition: lspartition -dlpar on the HMC (Active:<1>)"},
    {"D-BONDMOD", "Bonding module", "HNV needs the kernel's bonding module.", kRequirements,
     examine_bonding_module, ""},
    {"D-BACKEND", "Backup device",
     "A virtual Ethernet backs an HNV bond on SLES 15 SP3+, RHEL 8.4+ and 9.0+, a vNIC on RHEL "
     "8.6+ "
     "and 9.0+.",
     kRequirements, examine_backend,
     "virtual switch, VLAN and bridging of the backup: HMC, Virtual Networks; and the VIOS"},
    {"D-CM", "Connection manager",
     "HNV needs NetworkManager; on SLES 15 SP4 and later wicked is supported too. Nothing else is.",
     kConfiguration, examine_connection_manager, ""},
    {"D-INIT", "HNV service at boot",
     "hcn-init, for the connection manager in use, must be enabled: it makes bonds of what was "
     "added "
     "while the partition was off.",
     kConfiguration, examine_init_service, ""},
    {"D-CMSWITCH", "Leftovers of the other connection manager",
     "After a switch from NetworkManager to wicked the interfaces that NetworkManager made are not "
     "known to wicked.",
     kConfiguration, examine_manager_switch, ""},
    {"D-PAIR", "Pairs",
     "Each migratable port is one SR-IOV device and one virtual backup with the same ibm,hcn-id; a "
     "partition with a port that has no backup cannot migrate.",
     kConfiguration, examine_pairs,
     "lshwres -r sriov --rsubtype logport on the HMC (migratable=1)"},
    {"D-PORT", "Ports that are not migratable",
     "An SR-IOV port that was not made migratable keeps the whole partition from migrating.",
     kConfiguration, examine_plain_ports,
     "migratable option, capacity, MAC and VLAN restrictions of a port: HMC, SR-IOV logical ports"},
    {"D-DTNODE", "Devices in their bonds",
     "powerpc-utils makes the bond by itself, of both devices, when they appear.", kConfiguration,
     examine_device_nodes,
     "whether the HMC called hcncfgdrc: /var/log/hcnmgr, and the HMC's events"},
    {"D-NAME", "Names",
     "The names that hcnmgr gives to a bond and its profiles must stay: before a migration it "
     "removes the port by the name of its profile.",
     kConfiguration, examine_names, ""},
    {"D-IP", "Addresses",
     "hcnmgr makes bonds without an address; each HNV bond needs its own, in a network of its own.",
     kConfiguration, examine_addresses, ""},
    {"D-OPTS", "Options of the bond",
     "HNV is an active-backup bond, and its devices work with fail_over_mac=follow only; miimon "
     "must be on.",
     kImplied, examine_options, ""},
    {"D-PRIMARY", "Primary",
     "If the SR-IOV device is not the primary, the traffic stays on the virtual device after a "
     "failover (RHEL 8.4, 8.6, 9.0, SLES 15 SP3).",
     kKnownIssues, examine_primary, ""},
    {"D-MAC", "MAC addresses",
     "The active slave has the bond's address and the other its own: else a switch sees one "
     "address "
     "on two ports.",
     kImplied, examine_mac, "allowed addresses of the port: HMC, SR-IOV logical ports"},
    {"D-STALE", "Leftovers of removed pairs",
     "On RHEL 8.4, 8.6, 9.0 and SLES 15 SP3, what is stored of an HNV device that was removed "
     "while "
     "the partition was off must be cleaned up by hand.",
     kKnownIssues, examine_stale, ""},
    {"D-STANDALONE", "Leftovers of a network installation",
     "The system cannot be installed over an HNV bond. After an installation over the SR-IOV "
     "device "
     "alone, that configuration must be removed by hand, or the network is lost at a reboot.",
     kKnownIssues, examine_stand_alone, ""},
    {"D-COUNT", "Number of devices",
     "At most 10 vNIC devices or migratable SR-IOV ports are supported in a partition.",
     kKnownIssues, examine_count, ""},
    {"D-VENDOR", "SR-IOV adapter",
     "Only Mellanox SR-IOV adapters are supported for the primary interface.", kKnownIssues,
     examine_vendor, "feature code of the adapter (EC2R to EC2U, EC3L, EC3M, EC66, EC67): HMC"},
    {"D-VPMEM", "Virtual persistent memory",
     "HNV and vPMEM are not supported in the same partition.", kKnownIssues, examine_vpmem, ""},
    {"D-LOG", "hcnmgr's log", "hcnmgr appends to /var/log/hcnmgr, and nothing rotates that file.",
     kImplied, examine_log, ""},
    {"D-PROBE", "Path probe",
     "A bond with `path` in hnv.yaml needs hnv-prober to run: a link that is up says nothing of "
     "the path behind it.",
     kImplied, examine_prober, ""},
    {"D-LPMREADY", "Ready to migrate",
     "Before a migration the HMC removes the SR-IOV port, and the virtual device carries the "
     "traffic "
     "alone.",
     kMigration, examine_readiness,
     "the path through the VIOS, and the HMC's own validation: migrlpar -o v on the HMC"},
    {"D-HMC", "HMC level", "The HMC must be Version 9 Release 2 Maintenance Level 950 or later.",
     kRequirements, nullptr, "lshmc -V on the HMC"},
    {"D-VIOS", "VIOS level", "The Virtual I/O Server must be 3.1.2.0 or later.", kRequirements,
     nullptr, "ioslevel on each VIOS"},
    {"D-DEST", "Destination of a migration",
     "At the destination a new SR-IOV port is added, and becomes the active device.", kMigration,
     nullptr, "free capacity of an SR-IOV adapter there, and its VIOS: migrlpar -o v on the HMC"},
});

}  // namespace

std::span<const Check> all_checks() {
  return kChecks;
}

}  // namespace hnv::checks
