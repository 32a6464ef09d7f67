// SPDX-License-Identifier: Apache-2.0
// The facts for the doctor's checks: from files, and for this machine also from the kernel and from
// rpm. Whatever takes too long is a fact that could not be read.
#pragma once

#include <chrono>
#include <string>

#include "checks/doctor/facts.hpp"

namespace hnv::ctl {

// Of each source.
inline constexpr std::chrono::seconds kSourceTimeout{2};

// `root`: "/" for this machine.
checks::Facts collect_facts(const std::string& root);

}  // namespace hnv::ctl
