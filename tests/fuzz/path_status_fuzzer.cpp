// SPDX-License-Identifier: Apache-2.0
// Bytes are the prober's file: refused with a reason, or what is read is written and read again as
// the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "hnv/path_status.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hnv;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto status = decode_path_status(text, "status.json");
  if (!status) {
    require(!status.error().reason.empty());
    return 0;
  }
  const auto again = decode_path_status(encode_path_status(*status), "status.json");
  require(again.has_value() && *again == *status);
  for (const BondPath& bond : status->bonds) require(status->bond(bond.name) != nullptr);
  return 0;
}
