// SPDX-License-Identifier: Apache-2.0
// Bytes are a configuration file: it is refused with the place of the mistake, or understood within
// the limits.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "hnv/config.hpp"

namespace {

using namespace hnv;

void require(bool holds) {
  if (!holds) std::abort();
}

bool is_sane(std::chrono::milliseconds wait) {
  return wait.count() >= 0 && wait <= kLongestWait;
}

void check(const Config& config) {
  for (const auto wait :
       {config.hold_down, config.settle, config.migration.settle, config.migration.query_quiet,
        config.migration.hook_timeout, config.migration.absent_timeout,
        config.migration.restore_timeout, config.migration.stuck_after}) {
    require(is_sane(wait));
  }
  for (const BondConfig& bond : config.bonds) {
    require(config.bond(bond.name) == &bond);
    require(!bond.sriov || !to_string(*bond.sriov).empty());
    require(config.expects(bond.name) == !bond.ignore);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto config = parse_config(text, "hnv.yaml");
  if (config) {
    check(*config);
  } else {
    require(config.error().object.starts_with("hnv.yaml"));
    require(!config.error().reason.empty());
  }
  return 0;
}
