// SPDX-License-Identifier: Apache-2.0
// What the status page is looked at with: a partition in one situation, at any moment, with traffic
// that goes on from moment to moment.
#pragma once

#include <string>
#include <vector>

#include "exporter/snapshot.hpp"

namespace hnv::exporter::test {

// "good", "failover", "ten", "hundred", ...
const std::vector<std::string>& scene_names();

// kNow and kNowUnix, or later by `later`. In "failover" the traffic went to the virtual device five
// minutes before kNow.
Snapshot scene(const std::string& name, base::BootClock::duration later);

}  // namespace hnv::exporter::test
