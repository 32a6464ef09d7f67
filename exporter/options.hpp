// SPDX-License-Identifier: Apache-2.0
// The command line of hnv-exporter. Its defaults are the initialisers below and stand nowhere else.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "base/log.hpp"
#include "checks/doctor/doctor_file.hpp"
#include "exporter/listen_address.hpp"
#include "hnv/paths.hpp"

namespace hnv::exporter {

struct Options {
  std::string config_file = kConfigFile;
  bool config_file_named = false;  // on the command line: then it must exist
  std::vector<ListenAddress> listen = {ListenAddress{}};
  bool systemd_socket = false;  // serve on what the service manager passes, and not on `listen`
  std::string web_config_file;  // TLS, passwords, headers; empty: none
  std::string telemetry_path = "/metrics";
  // At once, more wait in line; 0: as many as the front has places for. See front::Limits.
  unsigned max_requests = 0;
  std::string status_file = kWatchdogStatusFile;
  std::string doctor_file = checks::kDoctorFile;
  std::string prober_file = kProberStatusFile;
  bool lpar_info = true;      // serve hnv_lpar_info
  bool node_bonding = false;  // serve what node_exporter's collector "bonding" serves
  Paths paths;
  base::LogLevel log_level = base::LogLevel::info;
  base::LogFormat log_format = base::LogFormat::logfmt;
};

// What to print, and the code to exit with: after --help, --version or a mistake.
struct EarlyExit {
  int code = 0;
  std::string text;  // for stdout when the code is 0, else for stderr
};

std::variant<Options, EarlyExit> parse_options(int argc, const char* const* argv);

}  // namespace hnv::exporter
