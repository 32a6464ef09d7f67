// SPDX-License-Identifier: Apache-2.0
#include "exporter/options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>

#include "base/exit_code.hpp"
#include "base/version.hpp"
#include "exporter/front/request_head.hpp"

namespace hnv::exporter {

namespace {

constexpr const char* kDescription =
    "Serves metrics of HNV bonds for Prometheus, and a status page. Needs no privilege and no "
    "watchdog.";

constexpr const char* kFooter = R"(Examples:
  hnv-exporter
      Serve on port 10468 of every address, with bonds and roles from /etc/hnv/hnv.yaml.
  hnv-exporter --web.listen-address=127.0.0.1:10468 --web.listen-address=10.0.0.1:10468
      Serve on these two addresses only.
  hnv-exporter --config.file=./hnv.yaml --web.listen-address=127.0.0.1:0 --log.level=debug
      Try a configuration on any free port; the log names the port.
  hnv-exporter --web.config.file=/etc/hnv/web.yaml
      With TLS or passwords; the file is that of the Prometheus exporter toolkit.
  curl http://localhost:10468/metrics

Pages: / (status of every bond), the telemetry path, /-/healthy, /-/ready.
Signals: SIGHUP reads both configurations again and keeps an old one if the new is wrong; SIGTERM
ends.
Exit codes: 0 ended by a signal, 1 could not serve, 2 wrong command line, 78 wrong configuration.)";

std::string check_listen_address(const std::string& text) {
  const auto address = parse_listen_address(text);
  return address ? std::string() : "'" + text + "' is no address; " + address.error().reason;
}

std::string check_telemetry_path(const std::string& text) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("/-_.~").find(c) != std::string_view::npos;
  };
  const bool plain = !text.empty() && text.front() == '/' &&
                     std::all_of(text.begin(), text.end(), is_plain) &&
                     text.find("//") == std::string::npos && text.find("/.") == std::string::npos;
  if (!plain) return "'" + text + "' is no path; allowed: / and letters, digits, - _ . ~";
  if (text.starts_with(front::kHealthPaths)) {
    return fmt::format("'{}' is taken; paths below {} are for health", text, front::kHealthPaths);
  }
  return {};
}

template <class E>
void add_choice(CLI::App& app, const char* name, E& value, const std::string& text) {
  app.add_option_function<std::string>(
         name, [&value](const std::string& word) { value = *base::value_of<E>(word); },
         text + ": " + base::list_of_names<E>())
      ->check([](const std::string& word) {
        return base::value_of<E>(word) ? std::string()
                                       : "'" + word + "'; allowed: " + base::list_of_names<E>();
      })
      ->type_name("WORD")
      ->default_str(std::string(base::name_of(value)));
}

template <class T>
CLI::Option* add_place(CLI::App& app, const char* name, T& value, const char* type,
                       const char* text) {
  return app.add_option(name, value, text)->capture_default_str()->type_name(type);
}

void add_web_options(CLI::App& app, Options& options, std::vector<std::string>& listen) {
  app.add_option("--web.listen-address", listen,
                 "Address to serve on, or unix:/PATH; may be repeated")
      ->default_str(options.listen.front().to_string())
      ->type_name("ADDRESS:PORT")
      ->allow_extra_args(false)
      ->check(check_listen_address);
  app.add_flag("--web.systemd-socket", options.systemd_socket,
               "Serve on the sockets that systemd passes, and on no other");
  app.add_option("--web.config.file", options.web_config_file,
                 "TLS, passwords and headers, as for other Prometheus exporters")
      ->type_name("FILE");
  add_place(app, "--web.telemetry-path", options.telemetry_path, "PATH", "Path of the metrics")
      ->check(check_telemetry_path);
  app.add_option("--web.max-requests", options.max_requests,
                 "Requests answered at once, more wait in line; 0: the front's own limit")
      ->capture_default_str()
      ->type_name("COUNT");
}

}  // namespace

std::variant<Options, EarlyExit> parse_options(int argc, const char* const* argv) {
  Options options;
  std::vector<std::string> listen;
  CLI::App app(kDescription, "hnv-exporter");
  app.footer(kFooter);
  app.set_version_flag("--version", base::version_line("hnv-exporter"));
  const auto* config = add_place(app, "--config.file", options.config_file, "FILE",
                                 "The watchdog's file: bonds and roles");
  add_web_options(app, options, listen);
  add_place(app, "--watchdog.status-file", options.status_file, "FILE",
            "What the watchdog publishes");
  add_place(app, "--doctor.file", options.doctor_file, "FILE", "What hnv-doctor.service leaves");
  add_place(app, "--prober.status-file", options.prober_file, "FILE", "What hnv-prober publishes");
  add_place(app, "--path.sysfs", options.paths.sysfs, "DIR", "Where sysfs is mounted");
  add_place(app, "--path.procfs", options.paths.procfs, "DIR", "Where procfs is mounted");
  add_place(app, "--path.devicetree", options.paths.devicetree, "DIR",
            "The firmware's device tree");
  app.add_flag_callback(
      "--no-collector.lpar-info", [&options] { options.lpar_info = false; },
      "Do not serve hnv_lpar_info: names of machine and partition");
  app.add_flag("--compat.node-bonding", options.node_bonding,
               "Also serve node_bonding_slaves and node_bonding_active, as node_exporter does");
  add_choice(app, "--log.level", options.log_level, "Least important lines to log");
  add_choice(app, "--log.format", options.log_format, "How a line looks");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& end) {
    std::ostringstream out;
    std::ostringstream err;
    const bool ok = app.exit(end, out, err) == 0;
    return EarlyExit{ok ? base::kExitOk : base::kExitUsage, ok ? out.str() : err.str()};
  }
  options.config_file_named = config->count() > 0;
  if (!listen.empty()) {
    options.listen.clear();
    for (const std::string& text : listen) options.listen.push_back(*parse_listen_address(text));
  }
  return options;
}

}  // namespace hnv::exporter
