// SPDX-License-Identifier: Apache-2.0
// The facts for the doctor's checks: from files, and for this machine also from the kernel and from
// rpm. Whatever takes too long is a fact that could not be read.
#pragma once

#include <chrono>
#include <string>

#include "checks/doctor/facts.hpp"
#include "hnv/config.hpp"

namespace hnv::ctl {

// Of each source.
inline constexpr std::chrono::seconds kSourceTimeout{2};
// Of a program that a source runs; shorter, so that it is ended and not left behind.
inline constexpr std::chrono::milliseconds kProgramTimeout{1500};
static_assert(kProgramTimeout < kSourceTimeout);

// A bond that the watchdog must not touch is not in the way of a migration for that: it is looked
// at like one that the configuration does not name.
Config without_ignored(Config config);

// `root`: "/" for this machine.
checks::Facts collect_facts(const std::string& root);

}  // namespace hnv::ctl
