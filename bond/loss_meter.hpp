// SPDX-License-Identifier: Apache-2.0
// How many messages a socket has lost, from readings of the kernel's drop count. Pure.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

namespace hnv::bond {

class LossMeter {
 public:
  // After an overrun: at least one message was lost. The messages to add to the count.
  std::uint64_t note_overrun(std::optional<std::uint32_t> dropped) {
    if (dropped) return note(dropped);
    ++assumed_;
    return 1;
  }

  // At any other time.
  std::uint64_t note(std::optional<std::uint32_t> dropped) {
    if (!dropped) return 0;
    const std::uint32_t rise = *dropped - last_;  // modulo 2^32, as the kernel counts
    last_ = *dropped;
    // What was assumed while nothing could be read is in the rise as well.
    const std::uint64_t known = std::min<std::uint64_t>(assumed_, rise);
    assumed_ = 0;
    return rise - known;
  }

 private:
  std::uint32_t last_ = 0;  // a socket begins with 0
  std::uint64_t assumed_ = 0;
};

}  // namespace hnv::bond
