// SPDX-License-Identifier: Apache-2.0
// gzip (RFC 1952) for bodies that are sent once: speed counts, not the last percent of size. By
// ISA-L where the build found it (gzip_isal.cpp; four times as fast), else by zlib (gzip_zlib.cpp).
#pragma once

#include <string>
#include <string_view>

namespace hnv::exporter {

// Throws std::bad_alloc, or std::runtime_error when the library reports an error, which neither
// does on sound arguments. Needs 100 KiB of heap, and no large stack.
std::string gzip(std::string_view content);

}  // namespace hnv::exporter
