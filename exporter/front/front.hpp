// SPDX-License-Identifier: Apache-2.0
// Stands between the clients and the web server: listeners, TLS, passwords, limits and deadlines.
// One request head at a time is read whole and checked; only then our own words for it go to the
// web server, over a Unix socket that nobody else can reach. One thread, which never waits for a
// client.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/expected.hpp"
#include "exporter/front/limits.hpp"
#include "exporter/front/listener.hpp"
#include "exporter/front/web_settings.hpp"

namespace hnv::exporter::front {

// Called on the front's thread.
struct FrontReports {
  // The settings were read again; with an error those in force stay.
  std::function<void(const base::Expected<void>&)> on_reload = [](const auto&) {};
  // No connection can be accepted for a while; at most once a minute.
  std::function<void(const base::Error&)> on_accept_failure = [](const auto&) {};
};

struct FrontOptions {
  Limits limits;
  std::string handler_socket;  // path of the web server's Unix socket
  FrontReports reports;
};

class Front {
 public:
  // Error: the kernel gives no epoll instance or no thread.
  static base::Expected<Front> start(FrontOptions options, std::vector<Listener> listeners,
                                     WebSettingsFile settings);
  Front(Front&&) noexcept;
  Front& operator=(Front&&) noexcept;
  ~Front();  // cuts all connections

  // Reads the settings again, soon; from any thread.
  void reload();

 private:
  struct State;
  explicit Front(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace hnv::exporter::front
