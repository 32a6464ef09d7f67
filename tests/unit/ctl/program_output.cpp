// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/ctl/program_output.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>

namespace hnv {

std::string output_of(const std::string& command) {
  std::string output;
  FILE* pipe = ::popen(command.c_str(), "r");  // NOLINT(cert-env33-c): our own programs
  if (pipe == nullptr) {
    ADD_FAILURE() << "cannot run " << command;
    return output;
  }
  std::array<char, 4096> piece{};
  for (std::size_t count = 0; (count = std::fread(piece.data(), 1, piece.size(), pipe)) > 0;) {
    output.append(piece.data(), count);
  }
  EXPECT_EQ(::pclose(pipe), 0) << command;
  return output;
}

}  // namespace hnv
