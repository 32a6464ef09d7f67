// SPDX-License-Identifier: Apache-2.0
// What is new, and how much of what happened was never told.
#pragma once

#include <cstdint>

#include "bond/topology.hpp"

namespace hnv::bond {

struct LinkNews {
  Change change;
  // Messages about this link were lost before, or an audit found it: changes in between may be
  // missing.
  bool resync = false;
  // Losses that the kernel counted and no message that reached us told; never more than there
  // were.
  std::uint32_t unseen_link_failures = 0;
  std::uint32_t unseen_carrier_losses = 0;
};

// How a change became known.
struct Told {
  bool by_dump = false;     // by an answer to our question, not by a message of the kernel's own
  bool after_loss = false;  // it is the first of this link since messages were lost
  bool mismatch = false;    // an audit found it, while nothing was in doubt
};

LinkNews link_news(Change change, const Told& told);

}  // namespace hnv::bond
