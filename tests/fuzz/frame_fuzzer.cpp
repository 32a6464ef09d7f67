// SPDX-License-Identifier: Apache-2.0
// Bytes are a frame that came for a slave: no answer, or one for exactly that slave.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "prober/frame.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hnv;
  using namespace hnv::prober;
  const FrameView frame(data, size);
  const bond::MacAddress own{{0x52, 0x54, 0, 0, 0, 0x12}};
  const auto answer = parse_answer(frame, own);
  const auto probe = parse_cross(frame, own);
  require(!answer || !probe);
  if (!answer && !probe) return 0;
  require(size >= own.bytes.size() && std::equal(own.bytes.begin(), own.bytes.end(), data));
  if (probe) require(parse_cross(build_cross(*probe, own, own, 0), own) == probe);
  return 0;
}
