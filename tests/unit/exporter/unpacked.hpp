// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <zlib.h>

#include <string>
#include <vector>

namespace hnv::exporter::test {

// What a client makes of it; "?" where it would complain.
inline std::string unpacked(const std::string& packed) {
  constexpr int kGzipOnly = 15 + 16;
  z_stream stream{};
  EXPECT_EQ(::inflateInit2(&stream, kGzipOnly), Z_OK);
  std::vector<Bytef> in(packed.begin(), packed.end());
  std::vector<Bytef> piece(65536);
  stream.next_in = in.data();
  stream.avail_in = static_cast<uInt>(in.size());
  std::string out;
  int outcome = Z_OK;
  while (outcome == Z_OK) {
    stream.next_out = piece.data();
    stream.avail_out = static_cast<uInt>(piece.size());
    outcome = ::inflate(&stream, Z_NO_FLUSH);
    out.append(reinterpret_cast<const char*>(piece.data()), piece.size() - stream.avail_out);
  }
  const bool complete = outcome == Z_STREAM_END && stream.avail_in == 0;
  ::inflateEnd(&stream);
  return complete ? out : "?";
}

}  // namespace hnv::exporter::test
