// SPDX-License-Identifier: Apache-2.0
#include "exporter/web_front.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace hnv::exporter {

using base::Expected;
using base::failure;

// Where the service manager made a folder for us, there (RuntimeDirectory=).
Expected<PrivateFolder> PrivateFolder::make() {
  const char* given = ::getenv("RUNTIME_DIRECTORY");  // NOLINT(concurrency-mt-unsafe)
  std::error_code ignored;
  const std::filesystem::path parent = given != nullptr
                                           ? std::filesystem::path(given)
                                           : std::filesystem::temp_directory_path(ignored);
  std::string name = (parent / "hnv-exporter-XXXXXX").native();
  if (::mkdtemp(name.data()) == nullptr) {  // mode 0700
    return failure(base::from_errno("make a folder in", parent.native(), errno));
  }
  return PrivateFolder(name);
}

PrivateFolder::PrivateFolder(PrivateFolder&& other) noexcept
    : path_(std::exchange(other.path_, {})) {}

PrivateFolder& PrivateFolder::operator=(PrivateFolder&& other) noexcept {
  std::swap(path_, other.path_);
  return *this;
}

PrivateFolder::~PrivateFolder() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

Expected<WebFront> WebFront::start(const WebFrontOptions& options, front::WebSettingsFile settings,
                                   HttpHandler handler) {
  // First, since it is what fails most often.
  auto listeners = options.from_service_manager ? front::listeners_from_service_manager()
                                                : front::open_listeners(options.listen);
  if (!listeners) return failure(listeners.error());
  std::vector<ListenAddress> addresses;
  for (const front::Listener& listener : *listeners) addresses.push_back(listener.address());
  auto folder = PrivateFolder::make();
  if (!folder) return failure(folder.error());
  WebServerOptions for_server = options.server;
  for_server.socket = folder->path() / "http";
  front::Limits limits = options.limits;
  if (options.max_requests != 0) {
    limits.at_once = std::min<std::size_t>(limits.at_once, options.max_requests);
  }
  for_server.workers = static_cast<unsigned>(limits.at_once + limits.health_at_once);
  for_server.max_streams = static_cast<unsigned>(limits.streams);
  // The front decides about slow clients; the server's own bounds are a net below it.
  for_server.request_timeout = 2 * limits.response;
  for_server.idle_timeout = 2 * limits.idle;
  for_server.response_timeout = 2 * limits.response;
  auto server = WebServer::start(for_server, std::move(handler));
  if (!server) return failure(server.error());
  auto front = front::Front::start({limits, for_server.socket, options.reports},
                                   std::move(*listeners), std::move(settings));
  if (!front) return failure(front.error());
  return WebFront(std::move(*folder), std::move(*server), std::move(*front), std::move(addresses));
}

}  // namespace hnv::exporter
