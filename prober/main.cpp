// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>
#include <exception>

#include "base/exit_code.hpp"
#include "hnv/config.hpp"
#include "prober/daemon.hpp"

namespace {

using namespace hnv;

void complain(const std::string& what) {
  (void)std::fprintf(stderr, "hnv-prober: %s\n", what.c_str());
}

int run(const prober::Options& options) {
  auto config = read_config(options.config_file);
  if (!config) {
    complain(config.error().to_string());
    return base::kExitConfig;
  }
  if (options.check_config) {
    const auto asked = std::count_if(config->bonds.begin(), config->bonds.end(),
                                     [](const BondConfig& bond) { return bond.path.has_value(); });
    std::printf("%s: valid; %d bonds to ask through\n", options.config_file.c_str(),
                static_cast<int>(asked));
    return base::kExitOk;
  }
  base::set_up_log(options.log_level, options.log_format);
  auto daemon = prober::Daemon::open(options, std::move(*config));
  if (!daemon) {
    complain(daemon.error().to_string());
    return base::kExitFailure;
  }
  const auto code = (*daemon)->run();
  if (!code) {
    complain(code.error().to_string());
    return base::kExitFailure;
  }
  return *code;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const auto options = prober::parse_options(argc, argv);
    if (const int* code = std::get_if<int>(&options)) return *code;
    return run(std::get<prober::Options>(options));
  } catch (const std::exception& problem) {
    complain(problem.what());
    return base::kExitFailure;
  }
}
