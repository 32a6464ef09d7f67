// SPDX-License-Identifier: Apache-2.0
// gzip (RFC 1952) for bodies that are sent once: speed counts, not the last percent of size. By
// ISA-L where the build found it (gzip_isal.cpp; four times as fast), else by zlib (gzip_zlib.cpp).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "exporter/text_sink.hpp"

namespace hnv::exporter {

// Compresses what is appended while it comes, so that a large text is never there as a whole.
// Throws std::bad_alloc, or std::runtime_error when the library reports an error, which neither
// does on sound arguments. Needs 700 KiB of heap at most beside the result, and no large stack.
class GzipSink final : public TextSink {
 public:
  GzipSink();
  GzipSink(const GzipSink&) = delete;
  GzipSink& operator=(const GzipSink&) = delete;
  GzipSink(GzipSink&&) = delete;
  GzipSink& operator=(GzipSink&&) = delete;
  ~GzipSink() override;

  void append(std::string_view piece) override;

  // All of it, compressed; the sink is used up.
  std::string packed() &&;

 private:
  struct Stream;
  std::unique_ptr<Stream> stream_;
  std::string packed_;
};

}  // namespace hnv::exporter
