// SPDX-License-Identifier: Apache-2.0
// The line that `systemctl status hnv-prober` shows. Pure.
#pragma once

#include <string>
#include <vector>

#include "hnv/path_status.hpp"

namespace hnv::prober {

// "2 bonds, all healthy", "bond191554c8 virtual_dead; 2 bonds", "no bond has path; nothing is
// sent".
std::string service_words(const std::vector<BondPath>& bonds);

}  // namespace hnv::prober
