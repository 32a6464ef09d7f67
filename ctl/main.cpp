// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <exception>
#include <variant>

#include "base/exit_code.hpp"
#include "ctl/options.hpp"
#include "ctl/status.hpp"

int main(int argc, char** argv) {
  using namespace hnv;
  try {
    const auto options = ctl::parse_options(argc, argv);
    if (const auto* end = std::get_if<ctl::EarlyExit>(&options)) {
      std::fputs(end->text.c_str(), end->code == base::kExitOk ? stdout : stderr);
      return end->code;
    }
    return ctl::run_status(std::get<ctl::StatusOptions>(options));
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "hnvctl: %s\n", problem.what());
    return base::kExitFailure;
  }
}
