// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/atomic_file.hpp"

namespace hnv::test {

// A file of this source tree, by its path from the top; throws when it is not there.
inline std::string read_repository_file(const std::string& path) {
  constexpr std::size_t kLargest = std::size_t{1024} * 1024;
  return base::read_file(std::string(HNV_SOURCE_DIR) + "/" + path, kLargest).value();
}

}  // namespace hnv::test
