// SPDX-License-Identifier: Apache-2.0
#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>
#include <stdexcept>
#include <utility>

#include "exporter/gzip.hpp"

namespace hnv::exporter {

namespace {

// The fastest level: the next ones take up to four times as long for a few percent of size.
constexpr int kLevel = 1;
// The largest window, and a header and trailer of gzip in place of zlib's own (zlib.h).
constexpr int kWindowBits = 15 + 16;
constexpr int kMemoryLevel = 8;  // zlib's default

}  // namespace

struct GzipSink::Stream {
  z_stream state{};
  std::array<Bytef, std::size_t{64} * 1024> output;

  Stream() {
    if (::deflateInit2(&state, kLevel, Z_DEFLATED, kWindowBits, kMemoryLevel, Z_DEFAULT_STRATEGY) !=
        Z_OK) {
      throw std::bad_alloc();
    }
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  Stream(Stream&&) = delete;
  Stream& operator=(Stream&&) = delete;
  ~Stream() { ::deflateEnd(&state); }

  void compress(std::string_view piece, bool last, std::string& packed);
};

GzipSink::GzipSink() : stream_(new Stream) {}

GzipSink::~GzipSink() = default;

void GzipSink::append(std::string_view piece) {
  constexpr std::size_t kMost = std::numeric_limits<uInt>::max();
  for (; !piece.empty(); piece.remove_prefix(std::min(piece.size(), kMost))) {
    stream_->compress(piece.substr(0, kMost), false, packed_);
  }
}

std::string GzipSink::packed() && {
  stream_->compress({}, true, packed_);
  return std::move(packed_);
}

void GzipSink::Stream::compress(std::string_view piece, bool last, std::string& packed) {
  // zlib reads what it is given as writable.
  state.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));  // NOLINT
  state.avail_in = static_cast<uInt>(piece.size());
  int outcome = Z_OK;
  do {
    state.next_out = output.data();
    state.avail_out = static_cast<uInt>(output.size());
    outcome = ::deflate(&state, last ? Z_FINISH : Z_NO_FLUSH);
    if (outcome == Z_STREAM_ERROR) throw std::runtime_error("zlib could not compress a body");
    packed.append(reinterpret_cast<const char*>(output.data()), output.size() - state.avail_out);
  } while (last ? outcome != Z_STREAM_END : state.avail_out == 0);
}

}  // namespace hnv::exporter
