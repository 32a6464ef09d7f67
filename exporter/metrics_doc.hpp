// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace hnv::exporter {

// docs/metrics.md, from the metrics table.
std::string metrics_document();

}  // namespace hnv::exporter
