// SPDX-License-Identifier: Apache-2.0
// Bytes are a status file: refused with a reason, or what is read is written and read again as the
// same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "hnv/pause_words.hpp"
#include "hnv/status.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hnv;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto status = decode_status(text, "watchdog.json");
  if (!status) {
    require(!status.error().reason.empty());
    return 0;
  }
  const auto again = decode_status(encode_status(*status), "watchdog.json");
  require(again.has_value() && *again == *status);
  for (const BondStatus& bond : status->bonds) {
    require(status->bond(bond.name) != nullptr);
    pause_words(bond, status->activity, bond.state_since);
  }
  lpm_words(status->lpm, "3 min");
  return 0;
}
