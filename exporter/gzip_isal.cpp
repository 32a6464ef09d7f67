// SPDX-License-Identifier: Apache-2.0
#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <utility>

#include "exporter/gzip.hpp"

namespace hnv::exporter {

// What the library works in: too large for a stack.
struct GzipSink::Stream {
  isal_zstream state;
  std::array<std::uint8_t, ISAL_DEF_LVL1_DEFAULT> level_buffer;
  // With every piece the library moves its window of 32 KiB, so that small ones would cost more
  // than their compression does.
  std::array<char, std::size_t{256} * 1024> input;
  std::size_t gathered = 0;  // bytes of it
  std::array<std::uint8_t, std::size_t{64} * 1024> output;

  void compress(bool last, std::string& packed);
};

GzipSink::GzipSink() : stream_(new Stream) {  // not zeroed
  isal_zstream& state = stream_->state;
  isal_deflate_init(&state);
  state.level = 1;
  state.level_buf = stream_->level_buffer.data();
  state.level_buf_size = static_cast<std::uint32_t>(stream_->level_buffer.size());
  state.gzip_flag = IGZIP_GZIP;
  state.flush = NO_FLUSH;
  state.avail_in = 0;  // the call above leaves it as it was
}

GzipSink::~GzipSink() = default;

void GzipSink::append(std::string_view piece) {
  while (!piece.empty()) {
    auto& input = stream_->input;
    if (stream_->gathered == input.size()) stream_->compress(false, packed_);
    const std::size_t count = std::min(piece.size(), input.size() - stream_->gathered);
    piece.copy(input.data() + stream_->gathered, count);
    stream_->gathered += count;
    piece.remove_prefix(count);
  }
}

std::string GzipSink::packed() && {
  stream_->compress(true, packed_);
  return std::move(packed_);
}

// What was gathered.
void GzipSink::Stream::compress(bool last, std::string& packed) {
  state.next_in = reinterpret_cast<std::uint8_t*>(input.data());
  state.avail_in = static_cast<std::uint32_t>(std::exchange(gathered, 0));
  state.end_of_stream = last ? 1 : 0;
  do {
    state.next_out = output.data();
    state.avail_out = static_cast<std::uint32_t>(output.size());
    if (isal_deflate(&state) != COMP_OK) {
      throw std::runtime_error("ISA-L could not compress a body");
    }
    packed.append(reinterpret_cast<const char*>(output.data()), output.size() - state.avail_out);
  } while (last ? state.internal_state.state != ZSTATE_END : state.avail_out == 0);
}

}  // namespace hnv::exporter
