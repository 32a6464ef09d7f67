// SPDX-License-Identifier: Apache-2.0
#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <stdexcept>

#include "exporter/gzip.hpp"

namespace hnv::exporter {

namespace {

// What the library works in: too large for a stack.
struct Workspace {
  isal_zstream stream;
  std::array<std::uint8_t, ISAL_DEF_LVL1_DEFAULT> level_buffer;
  std::array<std::uint8_t, std::size_t{64} * 1024> output;
};

}  // namespace

std::string gzip(std::string_view content) {
  const std::unique_ptr<Workspace> work(new Workspace);  // not zeroed
  isal_zstream& stream = work->stream;
  isal_deflate_init(&stream);
  stream.level = 1;
  stream.level_buf = work->level_buffer.data();
  stream.level_buf_size = static_cast<std::uint32_t>(work->level_buffer.size());
  stream.gzip_flag = IGZIP_GZIP;
  stream.flush = NO_FLUSH;
  stream.avail_in = 0;  // the call above leaves it as it was
  std::string out;
  constexpr std::size_t kExpectedRatio = 6;
  out.reserve(content.size() / kExpectedRatio);
  do {
    if (stream.avail_in == 0) {
      const std::size_t piece =
          std::min<std::size_t>(content.size(), std::numeric_limits<std::int32_t>::max());
      // The library only reads what it is given as writable.
      stream.next_in =
          reinterpret_cast<std::uint8_t*>(const_cast<char*>(content.data()));  // NOLINT
      stream.avail_in = static_cast<std::uint32_t>(piece);
      content.remove_prefix(piece);
      stream.end_of_stream = content.empty() ? 1 : 0;
    }
    stream.next_out = work->output.data();
    stream.avail_out = static_cast<std::uint32_t>(work->output.size());
    if (isal_deflate(&stream) != COMP_OK) {
      throw std::runtime_error("ISA-L could not compress a body");
    }
    out.append(reinterpret_cast<const char*>(work->output.data()),
               work->output.size() - stream.avail_out);
  } while (stream.internal_state.state != ZSTATE_END);
  return out;
}

}  // namespace hnv::exporter
