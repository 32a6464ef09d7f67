// SPDX-License-Identifier: Apache-2.0
#include <zlib.h>

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <vector>

#include "exporter/gzip.hpp"

namespace hnv::exporter {

namespace {

// The fastest level: the next ones take up to four times as long for a few percent of size.
constexpr int kLevel = 1;
// The largest window, and a header and trailer of gzip in place of zlib's own (zlib.h).
constexpr int kWindowBits = 15 + 16;
constexpr int kMemoryLevel = 8;  // zlib's default

struct Stream {
  z_stream state{};

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
};

}  // namespace

std::string gzip(std::string_view content) {
  Stream stream;
  std::vector<Bytef> output(std::size_t{64} * 1024);
  std::string out;
  constexpr std::size_t kExpectedRatio = 6;
  out.reserve(content.size() / kExpectedRatio);
  int outcome = Z_OK;
  do {
    if (stream.state.avail_in == 0) {
      const std::size_t piece =
          std::min<std::size_t>(content.size(), std::numeric_limits<uInt>::max());
      // zlib reads what it is given as writable.
      stream.state.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));  // NOLINT
      stream.state.avail_in = static_cast<uInt>(piece);
      content.remove_prefix(piece);
    }
    stream.state.next_out = output.data();
    stream.state.avail_out = static_cast<uInt>(output.size());
    outcome = ::deflate(&stream.state, content.empty() ? Z_FINISH : Z_NO_FLUSH);
    if (outcome == Z_STREAM_ERROR) throw std::runtime_error("zlib could not compress a body");
    out.append(reinterpret_cast<const char*>(output.data()),
               output.size() - stream.state.avail_out);
  } while (outcome != Z_STREAM_END);
  return out;
}

}  // namespace hnv::exporter
