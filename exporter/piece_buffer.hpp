// SPDX-License-Identifier: Apache-2.0
// A text of many small pieces. They gather in a small array, which goes to the sink when it is
// full: a large scrape has a million of them.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "exporter/text_sink.hpp"

namespace hnv::exporter {

class PieceBuffer {
 public:
  // `sink` outlives the buffer.
  explicit PieceBuffer(TextSink& sink) : sink_(sink) {}

  void append(std::string_view piece) {
    if (piece.size() > pieces_.size() - used_) {
      flush();
      if (piece.size() > pieces_.size()) {
        sink_.append(piece);
        return;
      }
    }
    used_ += piece.copy(pieces_.data() + used_, piece.size());
  }

  // Room for `most` bytes, 512 at most; `wrote` says where those end that were written there.
  char* room(std::size_t most) {
    if (most > pieces_.size() - used_) flush();
    return pieces_.data() + used_;
  }
  void wrote(const char* end) { used_ = static_cast<std::size_t>(end - pieces_.data()); }

  // What is still here goes to the sink. Without it at the end the last pieces are lost.
  void flush() {
    sink_.append({pieces_.data(), used_});
    used_ = 0;
  }

 private:
  TextSink& sink_;
  std::array<char, 4096> pieces_;  // the first used_ of them
  std::size_t used_ = 0;
};

}  // namespace hnv::exporter
