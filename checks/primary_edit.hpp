// SPDX-License-Identifier: Apache-2.0
// A profile's text with another primary. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/expected.hpp"
#include "checks/stored_profile.hpp"

namespace hnv::checks {

// Every byte but those of the primary stays as it is. Refuses (`invalid`) what it does not fully
// understand, what is no profile of an active-backup bond, and a device name that would need
// quoting. `file` is for messages.
base::Expected<std::string> with_primary(ProfileFormat format, const std::string& file,
                                         std::string_view text, const std::string& device);

}  // namespace hnv::checks
