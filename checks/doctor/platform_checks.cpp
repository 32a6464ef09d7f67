// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>

#include "checks/doctor/examine.hpp"
#include "checks/doctor/platform_facts.hpp"

namespace hnv::checks {

namespace {

constexpr unsigned kLeastFirmware = 950;
constexpr unsigned kMostPairs = 10;
constexpr std::uintmax_t kLargeLog = std::uintmax_t{100} << 20U;

// Of "FW950.30 (VL950_092)"; empty: something else.
std::optional<unsigned> firmware_level(const std::string& text) {
  const std::size_t at = text.find("FW");
  if (at == std::string::npos) return std::nullopt;
  unsigned level = 0;
  const char* begin = text.data() + at + 2;
  const auto [end, error] = std::from_chars(begin, text.data() + text.size(), level);
  if (error != std::errc() || end == begin) return std::nullopt;
  return level;
}

}  // namespace

void examine_platform(const Facts& facts, Reporter& say) {
  if (!facts.platform) return say.unknown(kPartition, facts.platform.error());
  const std::string seen = facts.platform->empty() ? "/proc/cpuinfo names no platform"
                                                   : "/proc/cpuinfo: platform " + *facts.platform;
  if (*facts.platform == "pSeries") return say.ok(kPartition, seen);
  if (!has_hnv(facts))
    return say.info(kPartition,
                    seen + "; this is no PowerVM partition, so nothing else was looked at");
  say.fail(kPartition, seen, "",
           "there are HNV devices or bonds here, and hcnmgr does nothing on such a platform");
}

void examine_firmware(const Facts& facts, Reporter& say) {
  if (!facts.firmware) return say.unknown(kPartition, facts.firmware.error());
  const auto level = firmware_level(*facts.firmware);
  const std::string seen = "ibm,fw-vernum_encoded: " + *facts.firmware;
  if (!level) return say.unknown(kPartition, seen + ", which names no level FWnnn");
  if (*level >= kLeastFirmware) return say.ok(kPartition, seen);
  say.fail(kPartition, seen,
           "update the firmware of the machine on the HMC (or migrate to one that has FW950)");
}

void examine_vpmem(const Facts& facts, Reporter& say) {
  if (!facts.persistent_memories) {
    return say.unknown(kPartition, facts.persistent_memories.error());
  }
  const unsigned count = *facts.persistent_memories;
  if (count == 0) return say.ok(kPartition, "no vPMEM volume in the device tree");
  const std::string seen = std::to_string(count) + " vPMEM volumes (ibm,persistent-memory)";
  if (!has_hnv(facts)) return say.info(kPartition, seen + ", and no HNV device");
  say.fail(kPartition, seen,
           "remove the volumes in the partition's profile on the HMC, or the migratable ports");
}

void examine_count(const Facts& facts, Reporter& say) {
  if (!facts.device_tree) return say.unknown(kPartition, facts.device_tree.error());
  if (!facts.vnics) return say.unknown(kPartition, facts.vnics.error());
  const auto pairs = static_cast<unsigned>(hcn_ids_of(facts).size());
  const std::string seen =
      std::to_string(pairs) + " HNV pairs, " + std::to_string(*facts.vnics) + " vNIC devices";
  const char* fix = "remove devices from the partition on the HMC";
  if (pairs > kMostPairs || *facts.vnics > kMostPairs) return say.fail(kPartition, seen, fix);
  const auto members = members_of(facts);
  const auto backups =
      static_cast<unsigned>(std::count_if(members.begin(), members.end(), [](const Member& member) {
        return member.type == NodeType::vnic;
      }));
  // Whether the limit is of each or of both together, IBM's page does not say; a backup is no more
  // than its pair.
  const unsigned both = pairs + *facts.vnics - std::min(backups, *facts.vnics);
  if (both > kMostPairs) {
    return say.warn(kPartition, seen + ", " + std::to_string(both) + " of both", fix,
                    "at most 10 are supported, and it is not clear whether of each or together");
  }
  say.ok(kPartition, seen);
}

void examine_plain_ports(const Facts& facts, Reporter& say) {
  if (!facts.plain_ports) return say.unknown(kPartition, facts.plain_ports.error());
  if (*facts.plain_ports == 0) {
    return say.ok(kPartition, "no Ethernet device on PCI is without ibm,hcn-id");
  }
  say.warn(
      kPartition,
      std::to_string(*facts.plain_ports) + " Ethernet devices on PCI without ibm,hcn-id",
      "look on the HMC which SR-IOV ports and adapters the partition has; make ports migratable");
}

void examine_log(const Facts& facts, Reporter& say) {
  if (!facts.hcnmgr_log) {
    if (facts.hcnmgr_log.error().code == base::ErrorCode::not_found) {
      return say.info(kPartition, std::string("there is no ") + kHcnmgrLog +
                                      ": hcnmgr has never run, or the tree does not have it");
    }
    return say.unknown(kPartition, facts.hcnmgr_log.error());
  }
  const LogFile& log = *facts.hcnmgr_log;
  const std::string seen =
      std::string(kHcnmgrLog) + ": " + std::to_string(log.size >> 10U) + " KiB";
  if (log.size > kLargeLog) {
    say.warn(kPartition, seen, std::string("sudo truncate --size=0 ") + kHcnmgrLog);
  } else {
    say.ok(kPartition, seen);
  }
  if (!log.last_error.empty()) {
    say.info(kPartition, "its last error: " + log.last_error,
             "an error of hcnmgr fails what the HMC asked for; an old one may be over");
  }
}

}  // namespace hnv::checks
