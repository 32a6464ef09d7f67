// SPDX-License-Identifier: Apache-2.0
// What hnv-prober logs: the name of each line.
#pragma once

#include <cstdint>

#include "base/enum_names.hpp"

namespace hnv::prober {

enum class Event : std::uint8_t {
  start,
  ready,
  stop,
  config_loaded,
  config_rejected,
  verdict,
  socket_failed,
  status_unwritten,
  status_written,
};

}  // namespace hnv::prober

template <>
struct hnv::base::EnumNames<hnv::prober::Event> {
  static constexpr auto names = std::to_array<std::string_view>(
      {"start", "ready", "stop", "config_loaded", "config_rejected", "verdict", "socket_failed",
       "status_unwritten", "status_written"});
};
