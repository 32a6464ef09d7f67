// SPDX-License-Identifier: Apache-2.0
#include "checks/persisted_primary.hpp"

#include <algorithm>

namespace hnv::checks {

namespace {

std::string place_of(const StoredProfile& profile, std::size_t line) {
  std::string place = profile.file.empty() ? "profile " + profile.id : profile.file.native();
  if (line != 0) place += ":" + std::to_string(line);
  return place;
}

const SlaveReport* find_slave(const BondReport& bond, const std::string& name) {
  const auto found =
      std::find_if(bond.slaves.begin(), bond.slaves.end(),
                   [&name](const SlaveReport& slave) { return slave.link.name == name; });
  return found != bond.slaves.end() ? &*found : nullptr;
}

StoredPrimary state_of(const StoredProfile& profile, const BondReport& bond,
                       const std::set<std::string>& devices) {
  if (!profile.primary) return StoredPrimary::missing;
  const std::string& named = profile.primary->value;
  if (named == bond.sriov()->link.name) return StoredPrimary::ok;
  if (find_slave(bond, named) != nullptr) return StoredPrimary::virtual_slave;
  return devices.contains(named) ? StoredPrimary::other_device : StoredPrimary::gone_device;
}

Severity severity_of(StoredPrimary state) {
  switch (state) {
    case StoredPrimary::ok:
      return Severity::ok;
    case StoredPrimary::unreadable:
    case StoredPrimary::not_judged:
      return Severity::info;
    case StoredPrimary::virtual_slave:  // moves the traffic to the slow device by itself
      return Severity::fail;
    case StoredPrimary::missing:
    case StoredPrimary::gone_device:
    case StoredPrimary::other_device:
    case StoredPrimary::no_profile:
    case StoredPrimary::several_profiles:
      return Severity::warn;
  }
  return Severity::info;
}

// Of a profile that was found and judged.
std::string seen_text(StoredPrimary state, const StoredProfile& profile) {
  if (state == StoredPrimary::missing) {
    return place_of(profile, profile.options_line) + " has no primary";
  }
  std::string text =
      place_of(profile, profile.primary->line) + " says primary=" + profile.primary->value;
  if (state == StoredPrimary::gone_device) return text + ", a device that does not exist";
  if (state == StoredPrimary::virtual_slave) return text + ", which is not the SR-IOV slave";
  if (state == StoredPrimary::other_device) return text + ", which is no slave of the bond";
  return text;
}

std::string why_text(StoredPrimary state, const BondReport& bond) {
  if (state == StoredPrimary::ok) return {};
  const std::string again =
      "when the bond is made again from its profile, at a reboot or by an "
      "activation, ";
  if (state == StoredPrimary::virtual_slave) {
    return again + "its traffic goes to the virtual device although " + bond.sriov()->link.name +
           " is there";
  }
  return again +
         "it has no primary that works, and after the next loss of link the traffic stays " +
         "on the virtual device (known issue: primary not set)";
}

std::string fix_text(StoredPrimary state, const BondReport& bond) {
  std::string command = "sudo hnvctl persist " + bond.link.name;
  if (state == StoredPrimary::missing || state == StoredPrimary::gone_device) return command;
  // Someone may have meant it.
  if (state == StoredPrimary::virtual_slave || state == StoredPrimary::other_device) {
    return command + " --replace";
  }
  return {};
}

// What says nothing about one profile: how many there are, and what cannot be known.
struct ProfileObstacle {
  StoredPrimary state;
  std::string seen;
  std::string why;
  std::string fix;
};

ProfileObstacle several_profiles(const std::vector<const StoredProfile*>& profiles) {
  std::string files;
  std::string which;
  for (const StoredProfile* profile : profiles) {
    files += (files.empty() ? "" : ", ") + place_of(*profile, 0);
    which += (which.empty() ? "" : ", ") +
             (profile->uuid.empty() ? profile->file.native() : profile->uuid);
  }
  return {StoredPrimary::several_profiles,
          std::to_string(profiles.size()) + " profiles make this bond: " + files,
          "it cannot be told which of them makes the bond at the next boot",
          "delete all but one (nmcli connection delete UUID, or the file): " + which};
}

ProfileObstacle no_profile(const StoredProfiles& stored, const BondReport& bond) {
  if (!stored.unreadable.empty()) {
    std::string files;
    bool permission = false;
    for (const UnreadableFile& file : stored.unreadable) {
      files += (files.empty() ? "" : "; ") + file.error.to_string();
      permission = permission || file.error.code == base::ErrorCode::permission;
    }
    return {
        StoredPrimary::unreadable, "no profile of this bond among those that can be read; " + files,
        "whether the primary survives a reboot cannot be told",
        permission ? "run it again as root: sudo hnvctl persist --dry-run " + bond.link.name : ""};
  }
  return {StoredPrimary::no_profile, "no stored profile makes this bond",
          "after a reboot the bond is what hcnmgr makes of it, or is not there",
          "hcnmgr makes the profile of an HNV bond (sudo hcnmgr -s); it interrupts the bond's "
          "traffic for seconds"};
}

ProfileObstacle sriov_unknown(const BondReport& bond) {
  std::string reason = bond.finding;
  if (reason.empty()) reason = "the SR-IOV slave is not in the bond now";
  return {StoredPrimary::not_judged, reason, "which device the primary should be cannot be told",
          ""};
}

PersistedPrimary obstructed(const BondReport& bond, ProfileObstacle obstacle,
                            const StoredProfile* profile) {
  return {obstacle.state, profile,
          Finding{"D-PRIMARY", bond.link.name, severity_of(obstacle.state),
                  std::move(obstacle.seen), std::move(obstacle.why), std::move(obstacle.fix)}};
}

}  // namespace

PersistedPrimary check_persisted_primary(const StoredProfiles& stored, const BondReport& bond,
                                         const std::set<std::string>& devices) {
  const auto profiles = stored.of(bond.link.name);
  if (profiles.empty()) return obstructed(bond, no_profile(stored, bond), nullptr);
  if (profiles.size() > 1) return obstructed(bond, several_profiles(profiles), nullptr);
  const StoredProfile& profile = *profiles.front();
  if (bond.sriov() == nullptr) return obstructed(bond, sriov_unknown(bond), &profile);
  const StoredPrimary state = state_of(profile, bond, devices);
  return {state, &profile,
          Finding{"D-PRIMARY", bond.link.name, severity_of(state), seen_text(state, profile),
                  why_text(state, bond), fix_text(state, bond)}};
}

}  // namespace hnv::checks
