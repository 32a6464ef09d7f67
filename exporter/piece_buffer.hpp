// SPDX-License-Identifier: Apache-2.0
// A text of many small pieces. They gather in a small array, which goes to the text when it is
// full: appending each to a std::string takes about twice as long, and a large scrape has a million
// of them.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace hnv::exporter {

class PieceBuffer {
 public:
  // The memory that is set aside for the text grows beyond it where it must.
  explicit PieceBuffer(std::size_t expected_size) { text_.reserve(expected_size); }

  void append(std::string_view piece) {
    if (piece.size() > pieces_.size() - used_) {
      flush();
      if (piece.size() > pieces_.size()) {
        text_.append(piece);
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

  // The whole text; the buffer is used up.
  std::string text() && {
    flush();
    return std::move(text_);
  }

 private:
  void flush() {
    text_.append(pieces_.data(), used_);
    used_ = 0;
  }

  std::array<char, 4096> pieces_;  // the first used_ of them
  std::size_t used_ = 0;
  std::string text_;
};

}  // namespace hnv::exporter
