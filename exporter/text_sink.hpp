// SPDX-License-Identifier: Apache-2.0
// Where a text goes piece by piece. The body of a large scrape has megabytes, which need not be
// anywhere as a whole when it is compressed.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace hnv::exporter {

class TextSink {
 public:
  TextSink() = default;
  TextSink(const TextSink&) = delete;
  TextSink& operator=(const TextSink&) = delete;
  TextSink(TextSink&&) = delete;
  TextSink& operator=(TextSink&&) = delete;
  virtual ~TextSink() = default;

  // Nothing larger is to come, as a rule: a hint. Too much costs nothing, since memory that is not
  // written is not there.
  virtual void expect(std::size_t /*size*/) {}
  virtual void append(std::string_view piece) = 0;
};

class StringSink final : public TextSink {
 public:
  void expect(std::size_t size) override { text_.reserve(size); }
  void append(std::string_view piece) override { text_.append(piece); }

  // The whole text; the sink is used up.
  std::string text() && { return std::move(text_); }

 private:
  std::string text_;
};

}  // namespace hnv::exporter
