// SPDX-License-Identifier: Apache-2.0
#include <malloc.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <exception>
#include <iostream>
#include <optional>
#include <string>

#include "base/event_loop.hpp"
#include "base/exit_code.hpp"
#include "base/log.hpp"
#include "base/service_manager.hpp"
#include "base/version.hpp"
#include "exporter/log_event.hpp"
#include "exporter/options.hpp"
#include "exporter/site.hpp"
#include "exporter/snapshot.hpp"
#include "exporter/web_front.hpp"

namespace hnv::exporter {

namespace {

using base::LogLevel;

void log(LogLevel level, LogEvent event, const std::vector<base::LogField>& fields = {}) {
  base::log_event(level, base::name_of(event), fields);
}

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "this partition";
  return name.data();
}

// A failure of a source is logged once, not at every scrape.
class SourceLog {
 public:
  void report(const Snapshot& snapshot) {
    for (const Source source : base::all_values<Source>()) {
      const auto& error = snapshot.sources[source].error;
      if (error.has_value() == failing_[source]) continue;
      failing_[source] = error.has_value();
      const std::string name(base::name_of(source));
      if (error) {
        log(LogLevel::warn, LogEvent::source_failed,
            {{"source", name}, {"error", error->to_string()}});
      } else {
        log(LogLevel::info, LogEvent::source_recovered, {{"source", name}});
      }
    }
  }

 private:
  base::EnumArray<Source, bool> failing_;
};

// The default file may be missing, one that was asked for may not. At a reload the same rules give
// what a restart would.
base::Expected<Config> load_config(const Options& options) {
  auto config = read_config(options.config_file);
  if (config) {
    log(LogLevel::info, LogEvent::config_loaded,
        {{"file", options.config_file},
         {"bonds", static_cast<std::int64_t>(config->bonds.size())}});
    return config;
  }
  if (config.error().code == base::ErrorCode::not_found && !options.config_file_named) {
    log(LogLevel::info, LogEvent::config_missing,
        {{"file", options.config_file},
         {"effect", std::string("HNV bonds are recognised by the platform, no other is managed")}});
    return Config{};
  }
  log(LogLevel::error, LogEvent::config_rejected, {{"error", config.error().to_string()}});
  return config;
}

int fail(const base::Error& error) {
  log(LogLevel::error, LogEvent::failed, {{"error", error.to_string()}});
  return base::kExitFailure;
}

std::string summary(const WebFront& web) {
  std::string text = "serving on";
  for (const ListenAddress& address : web.addresses()) text += " " + address.to_string();
  return text;
}

void reload(const Options& options, SnapshotTaker& taker, WebFront& web) {
  base::notify_reloading();
  if (auto config = load_config(options)) taker.set_config(std::move(*config));
  web.reload();
  base::notify_ready(summary(web));
}

void report_web_config(const std::string& file, const base::Expected<void>& loaded) {
  if (loaded) {
    log(LogLevel::info, LogEvent::web_config_loaded, {{"file", file}});
  } else {
    log(LogLevel::error, LogEvent::web_config_rejected, {{"error", loaded.error().to_string()}});
  }
}

base::Expected<front::WebSettingsFile> load_web_settings(const Options& options) {
  auto settings = front::WebSettingsFile::open(options.web_config_file);
  if (!settings) {
    report_web_config(options.web_config_file, base::failure(settings.error()));
  } else if (settings->has_file()) {
    report_web_config(options.web_config_file, {});
  }
  return settings;
}

base::Expected<WebFront> open_web(const Options& options, front::WebSettingsFile settings,
                                  HttpHandler handler) {
  WebFrontOptions web;
  web.listen = options.listen;
  web.from_service_manager = options.systemd_socket;
  web.max_requests = options.max_requests;
  // Clients can cause these: at debug they cannot fill the journal.
  web.server.on_message = [](const std::string& message) {
    log(LogLevel::debug, LogEvent::web_server, {{"message", message}});
  };
  web.reports.on_reload = [file = options.web_config_file](const base::Expected<void>& loaded) {
    report_web_config(file, loaded);
  };
  web.reports.on_accept_failure = [](const base::Error& error) {
    log(LogLevel::warn, LogEvent::accept_failed, {{"error", error.to_string()}});
  };
  auto opened = WebFront::start(web, std::move(settings), std::move(handler));
  if (!opened) return opened;
  for (const ListenAddress& address : opened->addresses()) {
    log(LogLevel::info, LogEvent::listening, {{"address", address.to_string()}});
  }
  return opened;
}

// One heap for all threads, of which most do nothing most of the time. Otherwise each has its own,
// whose pages stay with it: on Power, where one is 64 KiB, 6 MB in all (docs/performance.md).
void share_one_heap() {
  ::mallopt(M_ARENA_MAX, 1);  // NOLINT(concurrency-mt-unsafe): there is no other thread yet
}

int serve(const Options& options, Config config, front::WebSettingsFile settings) {
  share_one_heap();
  // Signals are blocked before any thread is started, so that all of them come to the loop.
  auto loop = base::EventLoop::open();
  if (!loop) return fail(loop.error());
  const auto end = [&loop] { loop->exit(base::kExitOk); };
  std::function<void()> on_reload = [] {};
  for (const int signal : {SIGTERM, SIGINT}) {
    if (auto watched = loop->on_signal(signal, end); !watched) return fail(watched.error());
  }
  if (auto watched = loop->on_signal(SIGHUP, [&on_reload] { on_reload(); }); !watched) {
    return fail(watched.error());
  }
  if (auto enabled = loop->enable_service_watchdog(); !enabled) return fail(enabled.error());

  SnapshotTaker taker(options.paths, options.status_file, std::move(config), options.lpar_info,
                      options.doctor_file, options.prober_file);
  SourceLog source_log;
  Site::Observer observer;
  observer.on_snapshot = [&source_log](const Snapshot& snapshot) { source_log.report(snapshot); };
  observer.on_failure = [](const std::string& problem) {
    log(LogLevel::error, LogEvent::scrape_failed, {{"error", problem}});
  };
  Site site(
      {host_name(), options.telemetry_path}, [&taker] { return taker.take(); }, observer,
      MetricChoice{options.node_bonding});
  site.go_live();
  auto web = open_web(options, std::move(settings),
                      [&site](const HttpRequest& request) { return site.respond(request); });
  if (!web) return fail(web.error());
  on_reload = [&] { reload(options, taker, *web); };
  const bool complete = site.warm_up();
  log(LogLevel::info, LogEvent::ready, {{"kernel_answers", complete}});
  base::notify_ready(summary(*web));
  const auto code = loop->run();
  base::notify_stopping();
  if (!code) return fail(code.error());
  return *code;
}

int run(int argc, const char* const* argv) {
  const auto parsed = parse_options(argc, argv);
  if (const auto* exit = std::get_if<EarlyExit>(&parsed)) {
    (exit->code == base::kExitOk ? std::cout : std::cerr) << exit->text;
    return exit->code;
  }
  const auto& options = std::get<Options>(parsed);
  base::set_up_log(options.log_level, options.log_format);
  log(LogLevel::info, LogEvent::start,
      {{"version", std::string(base::version())}, {"revision", std::string(base::revision())}});
  if (::geteuid() == 0) {
    log(LogLevel::warn, LogEvent::runs_as_root,
        {{"advice", std::string("run as an ordinary user; no privilege is needed")}});
  }
  auto config = load_config(options);
  if (!config) return base::kExitConfig;
  auto settings = load_web_settings(options);
  if (!settings) return base::kExitConfig;
  const int code = serve(options, std::move(*config), std::move(*settings));
  log(LogLevel::info, LogEvent::stop, {{"code", std::int64_t{code}}});
  return code;
}

}  // namespace

}  // namespace hnv::exporter

int main(int argc, char** argv) {
  try {
    return hnv::exporter::run(argc, argv);
  } catch (const std::exception& problem) {
    std::cerr << "hnv-exporter: " << problem.what() << '\n';
  } catch (...) {
    std::cerr << "hnv-exporter: unknown exception\n";
  }
  return hnv::base::kExitFailure;
}
