// SPDX-License-Identifier: Apache-2.0
// Interfaces, bonds, addresses and profiles, read from files: of this machine, or of a copy.
#pragma once

#include "checks/doctor/facts.hpp"

namespace hnv::checks {

// Interfaces with a device, from sysfs.
base::Expected<std::vector<NetDevice>> read_devices(const Tree& tree);
// From /proc/net/bonding, where netlink cannot be asked; present addresses from sysfs, where the
// tree has them.
base::Expected<std::vector<BondReport>> read_bond_files(const Tree& tree);
base::Expected<Profiles> read_profiles(const Tree& tree);
// From the list that a sosreport has.
base::Expected<std::vector<Address>> read_addresses(const Tree& tree);

// Pure.

// The bond first, then its slaves, with indexes from `first_index`. Empty: no such text.
std::vector<bond::Link> parse_bond_file(const std::string& name, std::string_view text,
                                        unsigned first_index);
// Empty: the profile of nothing.
std::optional<Connection> parse_connection(const ProfileFile& file);
// Lines of `ip -o addr`; only addresses that others can reach.
std::vector<Address> parse_addresses(std::string_view text);
// Empty: no such address, or one that only this link knows.
std::optional<Address> make_address(const std::string& device, const std::string& text,
                                    unsigned prefix);

}  // namespace hnv::checks
