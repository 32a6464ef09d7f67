// SPDX-License-Identifier: Apache-2.0
// The functions behind the rows of the table; each has a file's noun in common with its neighbours.
#pragma once

#include "checks/doctor/check.hpp"

namespace hnv::checks {

// platform_checks.cpp
void examine_platform(const Facts& facts, Reporter& say);
void examine_firmware(const Facts& facts, Reporter& say);
void examine_vpmem(const Facts& facts, Reporter& say);
void examine_count(const Facts& facts, Reporter& say);
void examine_plain_ports(const Facts& facts, Reporter& say);
void examine_log(const Facts& facts, Reporter& say);

// software_checks.cpp
void examine_powerpc_utils(const Facts& facts, Reporter& say);
void examine_dynamic_rm(const Facts& facts, Reporter& say);
void examine_bonding_module(const Facts& facts, Reporter& say);

// A command, or a sentence where the package manager is not known.
std::string install_command(const Facts& facts, const std::string& package);

// service_checks.cpp
void examine_connection_manager(const Facts& facts, Reporter& say);
void examine_init_service(const Facts& facts, Reporter& say);
void examine_manager_switch(const Facts& facts, Reporter& say);

// device_checks.cpp
void examine_pairs(const Facts& facts, Reporter& say);
void examine_device_nodes(const Facts& facts, Reporter& say);
void examine_backend(const Facts& facts, Reporter& say);
void examine_vendor(const Facts& facts, Reporter& say);

// bond_checks.cpp
void examine_names(const Facts& facts, Reporter& say);
void examine_options(const Facts& facts, Reporter& say);
void examine_primary(const Facts& facts, Reporter& say);
void examine_addresses(const Facts& facts, Reporter& say);
void examine_mac(const Facts& facts, Reporter& say);

// profile_checks.cpp
void examine_stale(const Facts& facts, Reporter& say);
void examine_stand_alone(const Facts& facts, Reporter& say);

// prober_checks.cpp
void examine_prober(const Facts& facts, Reporter& say);

// readiness.cpp
void examine_readiness(const Facts& facts, Reporter& say);

// The manager of connections that makes the network at boot; empty: it cannot be told.
enum class Manager { network_manager, wicked, other };
std::optional<Manager> manager_of(const Facts& facts);

}  // namespace hnv::checks
