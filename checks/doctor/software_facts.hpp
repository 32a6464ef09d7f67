// SPDX-License-Identifier: Apache-2.0
// Packages, services and processes of a partition.
#pragma once

#include "checks/doctor/facts.hpp"

namespace hnv::checks {

inline constexpr const char* kHcnmgrPath = "/usr/sbin/hcnmgr";
// The packages that the checks ask about.
inline constexpr auto kPackages = std::to_array<std::string_view>(
    {"powerpc-utils", "powerpc-utils-core", "DynamicRM", "dynamicrm", "NetworkManager", "wicked"});

base::Expected<HcnmgrScript> read_hcnmgr(const Tree& tree);
// From dpkg's status file, or from the list that a sosreport has. rpm's own database is read by rpm
// only: for this machine somebody else runs it.
base::Expected<Packages> read_packages(const Tree& tree);
base::Expected<Services> read_services(const Tree& tree);
// From /proc, or from the list that a sosreport has.
base::Expected<Processes> read_processes(const Tree& tree);

// Pure. Lines NAME-VERSION-RELEASE.ARCH, with anything behind a blank; and NAME VERSION-RELEASE.
void parse_package_list(std::string_view text, Packages& packages);
HcnmgrScript parse_hcnmgr(std::string_view script);
// As rpm compares versions: negative, 0, positive.
int compare_versions(std::string_view left, std::string_view right);

}  // namespace hnv::checks
