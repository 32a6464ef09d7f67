// SPDX-License-Identifier: Apache-2.0
// The whole HTTP side: the web server on a socket of its own, and the front before it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/expected.hpp"
#include "exporter/front/front.hpp"
#include "exporter/web_server.hpp"

namespace hnv::exporter {

struct WebFrontOptions {
  std::vector<ListenAddress> listen;
  bool from_service_manager = false;  // its sockets, and none of `listen`
  WebServerOptions server;            // but for its socket, its workers and its time-outs
  front::Limits limits;
  unsigned max_requests = 0;  // lowers limits.at_once; 0: does not
  front::FrontReports reports;
};

// A folder that nobody else can enter, gone with this.
class PrivateFolder {
 public:
  static base::Expected<PrivateFolder> make();
  PrivateFolder(PrivateFolder&& other) noexcept;
  PrivateFolder& operator=(PrivateFolder&& other) noexcept;
  PrivateFolder(const PrivateFolder&) = delete;
  PrivateFolder& operator=(const PrivateFolder&) = delete;
  ~PrivateFolder();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  explicit PrivateFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

class WebFront {
 public:
  // Errors: io, with the address and the reason, when one of the addresses cannot be listened on.
  static base::Expected<WebFront> start(const WebFrontOptions& options,
                                        front::WebSettingsFile settings, HttpHandler handler);

  // As asked for, with the port that was chosen in place of 0.
  [[nodiscard]] const std::vector<ListenAddress>& addresses() const { return addresses_; }

  // Reads the web configuration again, soon; connections stay.
  void reload() { front_.reload(); }

 private:
  WebFront(PrivateFolder folder, WebServer server, front::Front front,
           std::vector<ListenAddress> addresses)
      : folder_(std::move(folder)),
        server_(std::move(server)),
        front_(std::move(front)),
        addresses_(std::move(addresses)) {}

  PrivateFolder folder_;
  WebServer server_;
  front::Front front_;  // ends before the server, whose responses it takes
  std::vector<ListenAddress> addresses_;
};

}  // namespace hnv::exporter
