// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <exception>

#include "base/exit_code.hpp"
#include "hnv/config.hpp"
#include "watchdog/daemon.hpp"

namespace {

using namespace hnv;

void complain(const std::string& what) {
  std::fprintf(stderr, "hnv-watchdog: %s\n", what.c_str());
}

int run(const watchdog::Options& options) {
  auto config = read_config(options.config_file);
  if (!config) {
    complain(config.error().to_string());
    return base::kExitConfig;
  }
  if (options.check_config) {
    std::printf("%s: valid; mode %s, %zu bonds\n", options.config_file.c_str(),
                std::string(base::name_of(config->mode)).c_str(), config->bonds.size());
    return base::kExitOk;
  }
  base::set_up_log(options.log_level, options.log_format);
  auto daemon = watchdog::Daemon::open(options, std::move(*config));
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
    const auto options = watchdog::parse_options(argc, argv);
    if (const int* code = std::get_if<int>(&options)) return *code;
    return run(std::get<watchdog::Options>(options));
  } catch (const std::exception& problem) {
    complain(problem.what());
    return base::kExitFailure;
  }
}
